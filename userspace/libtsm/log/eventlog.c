// SPDX-License-Identifier: LGPL-2.1-or-later
/* Are these bytes a TCG event log, and where are its records? */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "log/eventlog_priv.h"

#define SPEC_ID		"Spec ID Event03"
#define TAG_AAEL	0x4141454c	/* "LEAA" in the log */
#define ALGS_MAX	8		/* more than there are */

/* Reads in order, never past the end: then everything is zero and cut is set. */
struct cursor {
	const uint8_t *data;
	size_t len;
	size_t pos;
	bool cut;
};

static size_t take(struct cursor *c, size_t len)
{
	size_t pos = c->pos;

	if (len > c->len - c->pos)
		c->cut = true;
	else
		c->pos += len;
	return pos;
}

static uint32_t take_le(struct cursor *c, size_t len)
{
	size_t pos = take(c, len);
	uint32_t value = 0;

	while (!c->cut && len--)
		value = value << 8 | c->data[pos + len];
	return value;
}

static uint32_t peek_le32(const uint8_t *data)
{
	return (uint32_t)data[3] << 24 | (uint32_t)data[2] << 16 | (uint32_t)data[1] << 8 | data[0];
}

struct parse {
	struct tsm_ctx *ctx;
	struct tsm_eventlog *log;
	struct cursor c;
	uint16_t algs[ALGS_MAX];	/* as declared */
	uint32_t nalgs;
};

static int parse_algs(struct parse *p)
{
	uint32_t i, id, size;

	p->nalgs = take_le(&p->c, 4);
	if (!p->nalgs || p->nalgs > ALGS_MAX)
		return err_set(p->ctx, -EBADMSG,
			       "event log: its header declares %u hashes; 1 to %d are acceptable",
			       p->nalgs, ALGS_MAX);
	for (i = 0; i < p->nalgs; i++) {
		const struct tcg_alg *alg;

		id = take_le(&p->c, 2);
		size = take_le(&p->c, 2);
		alg = tcg_alg(id);
		if (!p->c.cut && (!alg || size != alg->size))
			return err_set(p->ctx, -EBADMSG,
				       "event log: its header declares hash 0x%04x of %u bytes, which this libtsm does not know",
				       id, size);
		p->algs[i] = (uint16_t)id;
	}
	return 0;
}

/* A TCG_PCR_EVENT of the old form, which holds a TCG_EfiSpecIdEvent. */
static int parse_header(struct parse *p)
{
	static const uint8_t no_digest[20];
	size_t digest, signature, end;
	uint32_t type, size;
	int rc;

	take(&p->c, 4);		/* index: 0 by the specification, 1 by firmware in the field */
	type = take_le(&p->c, 4);
	digest = take(&p->c, sizeof(no_digest));
	size = take_le(&p->c, 4);
	end = p->c.pos + size;
	signature = take(&p->c, sizeof(SPEC_ID));
	if (p->c.cut || type != EV_NO_ACTION ||
	    memcmp(p->c.data + digest, no_digest, sizeof(no_digest)) ||
	    memcmp(p->c.data + signature, SPEC_ID, sizeof(SPEC_ID)))
		return err_set(p->ctx, -EBADMSG,
			       "event log: it does not begin with a \""
			       SPEC_ID "\" header: no TCG2 crypto-agile log");
	take(&p->c, 4 + 4);	/* platform class; version, errata, size of UINTN */
	rc = parse_algs(p);
	if (rc)
		return rc;
	take(&p->c, take_le(&p->c, 1));		/* vendor info */
	if (p->c.cut || p->c.pos != end)
		return err_set(p->ctx, -EBADMSG, "event log: its header is not as long as it says");
	return 0;
}

static bool is_declared(const struct parse *p, uint32_t id)
{
	uint32_t i;

	for (i = 0; i < p->nalgs; i++)
		if (p->algs[i] == id)
			return true;
	return false;
}

static const char *parse_digests(struct parse *p, const struct tsm_record *record)
{
	uint16_t seen[ALGS_MAX];
	uint32_t i, k, id;

	if (record->digests > p->nalgs)
		return "it has more digests than the header declares hashes";
	for (i = 0; i < record->digests; i++) {
		id = take_le(&p->c, 2);
		if (p->c.cut)
			break;
		if (!is_declared(p, id))
			return "it has a digest of a hash that the header does not declare";
		for (k = 0; k < i; k++)
			if (seen[k] == id)
				return "it has two digests of one hash";
		seen[i] = (uint16_t)id;
		take(&p->c, tcg_alg(id)->size);
	}
	return NULL;
}

/* The two gaps between the three words of "<domain> <operation> <content>", or INIT's one. */
static bool has_words(const uint8_t *text, size_t len)
{
	const uint8_t *gap = memchr(text, ' ', len);
	const uint8_t *end = text + len;

	if (!gap || gap == text)
		return false;
	if (len > strlen(INIT) && !memcmp(text, INIT, strlen(INIT)))
		return true;
	text = gap + 1;
	gap = memchr(text, ' ', (size_t)(end - text));
	return gap && gap != text;
}

/* The text of EV_NO_ACTION that a replay looks at. */
static bool is_init(const struct tsm_record *record, const uint8_t *text, size_t len)
{
	return record->type == EV_NO_ACTION && !record->digests &&
	       record->index != TSM_REGISTER_RIM && len > strlen(INIT) &&
	       !memcmp(text, INIT, strlen(INIT));
}

/* A text that nothing measures is none, but for that one. */
static bool may_have_text(const struct tsm_record *record, const uint8_t *text, size_t len)
{
	return record->type == EV_EVENT_TAG || is_init(record, text, len);
}

/* As the kernel has it, without tag and length. What only begins like it is some firmware's. */
static bool is_bare_init(const struct tsm_record *record, const uint8_t *event)
{
	size_t i;

	if (!is_init(record, event, record->event_len))
		return false;
	for (i = 0; i < record->event_len; i++)
		if (event[i] < 0x20 || event[i] > 0x7e)
			return false;
	return has_words(event, record->event_len);
}

static const char *parse_aael(struct parse *p, struct tsm_record *record)
{
	const uint8_t *event = p->c.data + record->event_at;
	size_t i;

	record->is_init = is_bare_init(record, event);
	if (record->event_len < AAEL_TEXT || peek_le32(event) != TAG_AAEL ||
	    !may_have_text(record, event + AAEL_TEXT, record->event_len - AAEL_TEXT))
		return NULL;
	if (peek_le32(event + 4) != record->event_len - AAEL_TEXT)
		return "the length in its AAEL event is not that of the text";
	for (i = AAEL_TEXT; i < record->event_len; i++)
		if (event[i] < 0x20 || event[i] == 0x7f)
			return "its AAEL text has a control character";
	if (!has_words(event + AAEL_TEXT, record->event_len - AAEL_TEXT))
		return "its AAEL text is not \"<domain> <operation> <content>\"";
	record->is_aael = true;
	return NULL;
}

static const char *parse_record(struct parse *p, struct tsm_record *record)
{
	const char *why;

	record->index = take_le(&p->c, 4);
	record->type = take_le(&p->c, 4);
	record->digests = take_le(&p->c, 4);
	record->digests_at = (uint32_t)p->c.pos;
	why = parse_digests(p, record);
	if (why)
		return why;
	record->event_len = take_le(&p->c, 4);
	record->event_at = (uint32_t)take(&p->c, record->event_len);
	return p->c.cut ? "it is cut" : parse_aael(p, record);
}

static int append(struct tsm_eventlog *log, const struct tsm_record *record)
{
	size_t room = log->room ? log->room * 2 : 64;
	struct tsm_record *records;

	if (log->count == log->room) {
		records = reallocarray(log->records, room, sizeof(*records));
		if (!records)
			return -ENOMEM;
		log->records = records;
		log->room = room;
	}
	log->records[log->count++] = *record;
	return 0;
}

/* Where a CCEL's records end, its area goes on with one of these. */
static bool is_end(const struct cursor *c)
{
	static const uint8_t fills[2][8] = {
		{ 0 }, { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
	};
	size_t left = c->len - c->pos;

	return !left || (left >= 8 && (!memcmp(c->data + c->pos, fills[0], 8) ||
				       !memcmp(c->data + c->pos, fills[1], 8)));
}

static int parse_log(struct tsm_ctx *ctx, struct tsm_eventlog *log)
{
	struct parse p = { .ctx = ctx, .log = log, .c = { log->data, log->len } };
	const char *why;
	int rc;

	rc = parse_header(&p);
	log->begin = p.c.pos;
	while (!rc && !is_end(&p.c)) {
		struct tsm_record record = { .log = log };
		size_t start = p.c.pos;

		why = parse_record(&p, &record);
		if (why)
			return err_set(ctx, -EBADMSG, "event log: record %zu, at byte %zu: %s",
				       log->count + 1, start, why);
		rc = append(log, &record);
		if (rc)
			return err_set(ctx, rc, "event log: out of memory");
	}
	log->len = p.c.pos;
	return rc;
}

int tsm_eventlog_new(struct tsm_ctx *ctx, const void *data, size_t len, struct tsm_eventlog **out)
{
	struct tsm_eventlog *log;
	int rc;

	if (!ctx)
		return -EINVAL;
	if (!data || !len || !out)
		return err_set(ctx, -EINVAL, "event log: it is empty");
	if (len > TSM_EVENTLOG_MAX)
		return err_set(ctx, -EMSGSIZE, "event log: %zu bytes; at most %d are accepted", len,
			       TSM_EVENTLOG_MAX);
	log = calloc(1, sizeof(*log));
	if (log)
		log->data = malloc(len);
	if (!log || !log->data) {
		free(log);
		return err_set(ctx, -ENOMEM, "event log: out of memory");
	}
	memcpy(log->data, data, len);
	log->len = len;
	rc = parse_log(ctx, log);
	if (rc) {
		tsm_eventlog_free(&log);
		return rc;
	}
	*out = log;
	return 0;
}

void tsm_eventlog_free(struct tsm_eventlog **log)
{
	if (!log || !*log)
		return;
	free((*log)->records);
	free((*log)->data);
	free(*log);
	*log = NULL;
}

int tsm_eventlog_join(struct tsm_ctx *ctx, struct tsm_eventlog *log,
		      const struct tsm_eventlog *next)
{
	struct tsm_record *records;
	size_t i, len, moved;
	uint8_t *data;

	if (!ctx)
		return -EINVAL;
	if (!log || !next || log == next)
		return err_set(ctx, -EINVAL, "event log: nothing to join");
	if (next->len > TSM_EVENTLOG_MAX - log->len)
		return err_set(ctx, -EMSGSIZE,
			       "event log: %zu and %zu bytes; at most %d are accepted",
			       log->len, next->len, TSM_EVENTLOG_MAX);
	/* a log has one header: of the other one, the records alone */
	len = next->len - next->begin;
	data = realloc(log->data, log->len + len);
	if (data)
		log->data = data;
	records = reallocarray(log->records, log->count + next->count + 1, sizeof(*records));
	if (records) {
		log->records = records;
		log->room = log->count + next->count + 1;
	}
	if (!data || !records)
		return err_set(ctx, -ENOMEM, "event log: out of memory");

	memcpy(data + log->len, next->data + next->begin, len);
	moved = log->len - next->begin;
	for (i = 0; i < next->count; i++) {
		struct tsm_record *record = &records[log->count++];

		*record = next->records[i];
		record->log = log;
		record->digests_at += (uint32_t)moved;
		record->event_at += (uint32_t)moved;
	}
	log->len += len;
	return 0;
}

const uint8_t *tsm_eventlog_data(const struct tsm_eventlog *log, size_t *len)
{
	if (len)
		*len = log ? log->len : 0;
	return log ? log->data : NULL;
}

size_t tsm_eventlog_count(const struct tsm_eventlog *log)
{
	return log ? log->count : 0;
}

const struct tsm_record *tsm_eventlog_record(const struct tsm_eventlog *log, size_t n)
{
	return log && n && n <= log->count ? &log->records[n - 1] : NULL;
}
