// SPDX-License-Identifier: LGPL-2.1-or-later
/* Is this a COSE_Sign1 whose headers are understood? */
#include <errno.h>

#include "base/err.h"
#include "token/cbor.h"
#include "token/cose.h"

#define TAG_SIGN1	18
#define HEADER_ALG	1
#define HEADER_CRIT	2

/* RFC 9052 section 3: no label may be in both maps. */
static bool share_a_label(const struct cbor_item *a, const struct cbor_item *b)
{
	struct cbor_iter outer = cbor_inside(a), inner;
	struct cbor_item key, other, value;

	while (cbor_next(&outer, &key) && cbor_next(&outer, &value)) {
		inner = cbor_inside(b);
		while (cbor_next(&inner, &other) && cbor_next(&inner, &value))
			if (cbor_same_key(&key, &other))
				return true;
	}
	return false;
}

/* RFC 9052 section 1.5: a label is a number or text. */
static bool has_labels(const struct cbor_item *map)
{
	struct cbor_iter iter = cbor_inside(map);
	struct cbor_item key, value;

	while (cbor_next(&iter, &key) && cbor_next(&iter, &value))
		if (key.kind == CBOR_BYTES)
			return false;
	return true;
}

static int read_headers(struct tsm_ctx *ctx, const char *what, const struct cbor_item *unprotected,
			struct cose_sign1 *cose)
{
	struct cbor_item headers, value;
	int rc;

	rc = cbor_open(ctx, what, "the protected header", cose->protected, &headers);
	if (rc)
		return rc;
	if (headers.kind != CBOR_MAP)
		return err_set(ctx, -EBADMSG, "%s: the protected header is no map", what);
	if (!has_labels(&headers) || !has_labels(unprotected))
		return err_set(ctx, -EBADMSG,
			       "%s: a header's label is neither number nor text", what);
	if (share_a_label(&headers, unprotected))
		return err_set(ctx, -EBADMSG,
			       "%s: a header is both protected and unprotected", what);
	if (cbor_find(&headers, HEADER_CRIT, &value) || cbor_find(unprotected, HEADER_CRIT, &value))
		return err_set(ctx, -EPROTONOSUPPORT,
			       "%s: it demands that critical headers be understood, which this libtsm does not",
			       what);
	if (!cbor_find(&headers, HEADER_ALG, &value) || !cbor_int(&value, &cose->alg))
		return err_set(ctx, -EBADMSG,
			       "%s: the protected header has no alg that is a number",
			       what);
	return 0;
}

int cose_sign1_read(struct tsm_ctx *ctx, const char *what, struct bytes in,
		    struct cose_sign1 *cose)
{
	static const enum cbor_kind shape[] = { CBOR_BYTES, CBOR_MAP, CBOR_BYTES, CBOR_BYTES };
	struct cbor_item item, part[4];
	struct cbor_iter iter;
	size_t i;
	int rc;

	rc = cbor_open(ctx, what, "its COSE_Sign1", in, &item);
	if (rc)
		return rc;
	if (item.kind == CBOR_TAG && item.arg == TAG_SIGN1) {
		iter = cbor_inside(&item);
		cbor_next(&iter, &item);
	}
	if (item.kind != CBOR_ARRAY || item.arg != 4)
		return err_set(ctx, -EBADMSG, "%s: it is no COSE_Sign1, an array of four", what);
	iter = cbor_inside(&item);
	for (i = 0; i < 4; i++) {
		cbor_next(&iter, &part[i]);
		if (part[i].kind != shape[i])
			return err_set(ctx, -EBADMSG,
				       "%s: part %zu of 4 of its COSE_Sign1 is no %s",
				       what, i + 1, shape[i] == CBOR_MAP ? "map" : "byte string");
	}
	cose->protected = part[0].content;
	cose->payload = part[2].content;
	cose->signature = part[3].content;
	return read_headers(ctx, what, &part[1], cose);
}
