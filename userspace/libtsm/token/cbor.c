// SPDX-License-Identifier: LGPL-2.1-or-later
/* Are these bytes the CBOR that a token may have, and what is in them? */
#include <errno.h>
#include <string.h>

#include <cbor.h>

#include "base/err.h"
#include "token/cbor.h"

/* One head, as libcbor's streaming decoder calls back with it. */
struct head {
	enum cbor_kind kind;
	uint64_t arg;
	const uint8_t *string;
	bool refused;		/* an indefinite length, or its end */
};

static void set(void *ctx, enum cbor_kind kind, uint64_t arg)
{
	struct head *head = ctx;

	head->kind = kind;
	head->arg = arg;
}

static void on_uint8(void *ctx, uint8_t v) { set(ctx, CBOR_UINT, v); }
static void on_uint16(void *ctx, uint16_t v) { set(ctx, CBOR_UINT, v); }
static void on_uint32(void *ctx, uint32_t v) { set(ctx, CBOR_UINT, v); }
static void on_uint64(void *ctx, uint64_t v) { set(ctx, CBOR_UINT, v); }
static void on_negint8(void *ctx, uint8_t v) { set(ctx, CBOR_NINT, v); }
static void on_negint16(void *ctx, uint16_t v) { set(ctx, CBOR_NINT, v); }
static void on_negint32(void *ctx, uint32_t v) { set(ctx, CBOR_NINT, v); }
static void on_negint64(void *ctx, uint64_t v) { set(ctx, CBOR_NINT, v); }
static void on_tag(void *ctx, uint64_t v) { set(ctx, CBOR_TAG, v); }
static void on_nothing(void *ctx) { set(ctx, CBOR_SIMPLE, 0); }
static void on_bool(void *ctx, bool v) { set(ctx, CBOR_SIMPLE, v); }
static void on_float(void *ctx, float v) { (void)v; set(ctx, CBOR_SIMPLE, 0); }
static void on_double(void *ctx, double v) { (void)v; set(ctx, CBOR_SIMPLE, 0); }
static void on_indefinite(void *ctx) { ((struct head *)ctx)->refused = true; }

/* what the callbacks take changed with libcbor 0.10 */
#if CBOR_MAJOR_VERSION > 0 || CBOR_MINOR_VERSION >= 10
#define LENGTH	uint64_t
#else
#define LENGTH	size_t
#endif

static void on_array(void *ctx, LENGTH n) { set(ctx, CBOR_ARRAY, n); }
static void on_map(void *ctx, LENGTH n) { set(ctx, CBOR_MAP, n); }

static void on_bytes(void *ctx, cbor_data data, LENGTH n)
{
	set(ctx, CBOR_BYTES, n);
	((struct head *)ctx)->string = data;
}

static void on_text(void *ctx, cbor_data data, LENGTH n)
{
	set(ctx, CBOR_TEXT, n);
	((struct head *)ctx)->string = data;
}

static const struct cbor_callbacks callbacks = {
	.uint8 = on_uint8, .uint16 = on_uint16, .uint32 = on_uint32, .uint64 = on_uint64,
	.negint8 = on_negint8, .negint16 = on_negint16, .negint32 = on_negint32,
	.negint64 = on_negint64,
	.byte_string = on_bytes, .byte_string_start = on_indefinite,
	.string = on_text, .string_start = on_indefinite,
	.array_start = on_array, .indef_array_start = on_indefinite,
	.map_start = on_map, .indef_map_start = on_indefinite,
	.tag = on_tag, .boolean = on_bool, .null = on_nothing, .undefined = on_nothing,
	.float2 = on_float, .float4 = on_float, .float8 = on_double,
	.indef_break = on_indefinite,
};

static struct cbor_decoder_result decode(const uint8_t *at, size_t len, struct head *head)
{
	*head = (struct head){ 0 };
	/*
	 * libcbor refuses tags 6 to 20 as not assigned, which they were not in
	 * RFC 7049: COSE_Sign1's is 18. A tag below 24 is its head.
	 */
	if (*at >= 0xc0 && *at < 0xc0 + 24) {
		set(head, CBOR_TAG, *at - 0xc0u);
		return (struct cbor_decoder_result){ .read = 1, .status = CBOR_DECODER_FINISHED };
	}
	return cbor_stream_decode(at, len, &callbacks, head);
}

struct walk {
	struct bytes in;
	size_t pos;
	unsigned int items;
	struct cbor_item keys[CBOR_MAX_KEYS];
	size_t nkeys;
	const char *why;
};

static int refuse(struct walk *w, int err, const char *why)
{
	w->why = why;
	return err;
}

static bool is_utf8(const uint8_t *s, size_t len)
{
	static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
	size_t i, more;
	uint32_t c;

	for (i = 0; i < len; i++) {
		if (s[i] < 0x80)
			continue;
		more = s[i] >= 0xf0 ? 3 : s[i] >= 0xe0 ? 2 : 1;
		if (s[i] < 0xc2 || s[i] > 0xf4 || len - i <= more)
			return false;
		c = s[i] & (0x3fu >> more);
		for (size_t k = 1; k <= more; k++) {
			if ((s[i + k] & 0xc0) != 0x80)
				return false;
			c = c << 6 | (s[i + k] & 0x3f);
		}
		if (c < least[more] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
			return false;
		i += more;
	}
	return true;
}

static int walk_head(struct walk *w, struct head *head)
{
	const uint8_t *at = w->in.data + w->pos;
	struct cbor_decoder_result result;

	if (w->pos == w->in.len)
		return refuse(w, -EBADMSG, "it ends too early");
	if (++w->items > CBOR_MAX_ITEMS)
		return refuse(w, -EMSGSIZE, "it has too many items");
	result = decode(at, w->in.len - w->pos, head);
	if (result.status == CBOR_DECODER_NEDATA)
		return refuse(w, -EBADMSG, "it ends too early");
	if (result.status != CBOR_DECODER_FINISHED)
		return refuse(w, -EBADMSG, "a value that CBOR reserves");
	if (head->refused)
		return refuse(w, -EBADMSG, "an indefinite length");
	if (head->kind == CBOR_TEXT && !is_utf8(head->string, head->arg))
		return refuse(w, -EBADMSG, "text that is not UTF-8");
	w->pos += result.read;
	return 0;
}

/* Keys are numbers or strings, compared by value: heads come in several forms. */
static int walk_key(struct walk *w, size_t first)
{
	size_t start = w->pos, i;
	struct cbor_item key;
	struct head head;
	int rc;

	rc = walk_head(w, &head);
	if (rc)
		return rc;
	if (head.kind > CBOR_TEXT) {
		w->pos = start;
		return refuse(w, -EBADMSG, "a key that is neither number nor string");
	}
	key = (struct cbor_item){ .kind = head.kind, .arg = head.arg,
				  .content = { head.string, head.string ? head.arg : 0 } };
	for (i = first; i < w->nkeys; i++) {
		if (cbor_same_key(&w->keys[i], &key)) {
			w->pos = start;
			return refuse(w, -EBADMSG, "a key that is repeated in its map");
		}
	}
	if (w->nkeys == CBOR_MAX_KEYS)
		return refuse(w, -EMSGSIZE, "a map with too many keys");
	w->keys[w->nkeys++] = key;
	return 0;
}

static int walk_item(struct walk *w, unsigned int depth)
{
	size_t first = w->nkeys;
	struct head head;
	uint64_t i, n;
	int rc;

	if (depth == CBOR_MAX_DEPTH)
		return refuse(w, -EMSGSIZE, "it is nested too deeply");
	rc = walk_head(w, &head);
	if (rc)
		return rc;

	n = head.kind == CBOR_ARRAY || head.kind == CBOR_MAP ? head.arg : head.kind == CBOR_TAG;
	for (i = 0; i < n && !rc; i++) {
		if (head.kind == CBOR_MAP)
			rc = walk_key(w, first);
		if (!rc)
			rc = walk_item(w, depth + 1);
	}
	w->nkeys = first;
	return rc;
}

int cbor_open(struct tsm_ctx *ctx, const char *what, const char *piece, struct bytes in,
	      struct cbor_item *item)
{
	struct cbor_iter iter = { in.data, in.data + in.len };
	struct walk w;
	int rc;

	/* its keys are set before they are read, and many */
	w.in = in;
	w.pos = 0;
	w.items = 0;
	w.nkeys = 0;
	rc = walk_item(&w, 0);
	if (!rc && w.pos != in.len)
		rc = refuse(&w, -EBADMSG, "bytes after its end");
	if (rc)
		return err_set(ctx, rc, "%s: %s is not acceptable as CBOR, at byte %zu: %s", what,
			       piece, w.pos, w.why);
	cbor_next(&iter, item);
	return 0;
}

struct cbor_iter cbor_inside(const struct cbor_item *item)
{
	return (struct cbor_iter){ item->content.data, item->content.data + item->content.len };
}

bool cbor_next(struct cbor_iter *iter, struct cbor_item *item)
{
	const uint8_t *start = iter->pos;
	struct cbor_decoder_result result;
	struct cbor_item inner;
	struct head head;
	uint64_t left;

	if (start == iter->end)
		return false;
	result = decode(start, (size_t)(iter->end - start), &head);
	item->kind = head.kind;
	item->arg = head.arg;
	iter->pos += result.read;
	item->content.data = head.string ? head.string : iter->pos;

	left = head.kind == CBOR_ARRAY ? head.arg : head.kind == CBOR_MAP ? 2 * head.arg :
	       head.kind == CBOR_TAG;
	while (left--)
		cbor_next(iter, &inner);

	item->content.len = (size_t)(iter->pos - item->content.data);
	item->raw = (struct bytes){ start, (size_t)(iter->pos - start) };
	return true;
}

bool cbor_same_key(const struct cbor_item *a, const struct cbor_item *b)
{
	if (a->kind != b->kind || a->arg != b->arg)
		return false;
	return a->kind == CBOR_UINT || a->kind == CBOR_NINT ||
	       !memcmp(a->content.data, b->content.data, a->arg);
}

bool cbor_int(const struct cbor_item *item, int64_t *value)
{
	if ((item->kind != CBOR_UINT && item->kind != CBOR_NINT) || item->arg > INT64_MAX)
		return false;
	*value = item->kind == CBOR_UINT ? (int64_t)item->arg : -1 - (int64_t)item->arg;
	return true;
}

bool cbor_find(const struct cbor_item *map, int64_t key, struct cbor_item *value)
{
	struct cbor_iter iter = cbor_inside(map);
	struct cbor_item item;
	int64_t label;

	while (cbor_next(&iter, &item) && cbor_next(&iter, value))
		if (cbor_int(&item, &label) && label == key)
			return true;
	return false;
}
