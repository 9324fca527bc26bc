// SPDX-License-Identifier: LGPL-2.1-or-later
/* Which claims are in a part of a token? What they say is not judged here. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "token/cbor.h"
#include "token/claims.h"

const char *claims_part_name(enum tsm_token_part part)
{
	return part == TSM_TOKEN_REALM ? "realm token" : "platform token";
}

void claims_free(struct tsm_claim *claims)
{
	struct tsm_claim *next;

	for (; claims; claims = next) {
		next = claims->next;
		claims_free(claims->child);
		free(claims->label_text);
		free(claims->text);
		free(claims);
	}
}

struct tsm_claim *claims_find(struct tsm_claim *claims, int64_t label)
{
	for (; claims; claims = claims->next)
		if (!claims->label_text && claims->label == label)
			return claims;
	return NULL;
}

/* A text for C has no NUL inside; such a one is shown as its encoding. */
static int copy_text(const struct cbor_item *item, char **text)
{
	if (memchr(item->content.data, 0, item->content.len))
		return 0;
	*text = strndup((const char *)item->content.data, item->content.len);
	return *text ? 0 : -ENOMEM;
}

static bool has_plain_labels(const struct cbor_item *map)
{
	struct cbor_iter iter = cbor_inside(map);
	struct cbor_item key, value;
	int64_t label;

	while (cbor_next(&iter, &key) && cbor_next(&iter, &value))
		if (!cbor_int(&key, &label) &&
		    (key.kind != CBOR_TEXT || memchr(key.content.data, 0, key.content.len)))
			return false;
	return true;
}

static int read_entries(const struct cbor_item *item, struct tsm_claim **first);

static int read_value(const struct cbor_item *item, struct tsm_claim *claim)
{
	int rc = 0;

	claim->type = TSM_CLAIM_OTHER;
	claim->bytes = item->raw;
	if (cbor_int(item, &claim->number)) {
		claim->type = TSM_CLAIM_INT;
	} else if (item->kind == CBOR_BYTES) {
		claim->type = TSM_CLAIM_BYTES;
		claim->bytes = item->content;
	} else if (item->kind == CBOR_TEXT) {
		rc = copy_text(item, &claim->text);
		if (claim->text)
			claim->type = TSM_CLAIM_TEXT;
	} else if (item->kind == CBOR_ARRAY) {
		claim->type = TSM_CLAIM_ARRAY;
		rc = read_entries(item, &claim->child);
	} else if (item->kind == CBOR_MAP && has_plain_labels(item)) {
		claim->type = TSM_CLAIM_MAP;
		rc = read_entries(item, &claim->child);
	}
	return rc;
}

/* The entries of an array or of a map with plain labels. */
static int read_entries(const struct cbor_item *item, struct tsm_claim **first)
{
	struct cbor_iter iter = cbor_inside(item);
	struct tsm_claim **tail = first;
	struct cbor_item value;
	int rc = 0;

	while (!rc && cbor_next(&iter, &value)) {
		struct tsm_claim *claim = calloc(1, sizeof(*claim));

		if (!claim)
			return -ENOMEM;
		*tail = claim;
		tail = &claim->next;
		if (item->kind == CBOR_MAP) {
			if (!cbor_int(&value, &claim->label))
				rc = copy_text(&value, &claim->label_text);
			cbor_next(&iter, &value);
		}
		if (!rc)
			rc = read_value(&value, claim);
	}
	return rc;
}

/* Where a claim's bytes hold CBOR (the RAK's COSE_Key), its parameters are entries, too. */
static int read_embedded(struct tsm_ctx *ctx, const char *what, struct tsm_claim *rak)
{
	struct cbor_item key;
	int rc;

	/* an uncompressed point, as the legacy profile has it, is no CBOR map */
	if (!rak->bytes.len || rak->bytes.data[0] == 0x04)
		return 0;
	rc = cbor_open(ctx, what, "claim 44237 (rak)", rak->bytes, &key);
	if (rc)
		return rc;
	if (key.kind != CBOR_MAP || !has_plain_labels(&key))
		return err_set(ctx, -EBADMSG,
			       "%s: claim 44237 (rak) is neither an uncompressed point nor a COSE_Key",
			       what);
	return read_entries(&key, &rak->child);
}

int claims_read(struct tsm_ctx *ctx, enum tsm_token_part part, struct bytes in,
		struct tsm_claim **claims)
{
	const char *what = claims_part_name(part);
	struct tsm_claim *rak;
	struct cbor_item map;
	int rc;

	rc = cbor_open(ctx, what, "its payload", in, &map);
	if (rc)
		return rc;
	if (map.kind != CBOR_MAP || !has_plain_labels(&map))
		return err_set(ctx, -EBADMSG,
			       "%s: its payload is no map of claims with numbers or text as labels",
			       what);
	rc = read_entries(&map, claims);
	rak = claims_find(*claims, TSM_LABEL_RAK);
	if (!rc && rak && part == TSM_TOKEN_REALM && rak->type == TSM_CLAIM_BYTES)
		rc = read_embedded(ctx, what, rak);
	if (rc == -ENOMEM)
		return err_set(ctx, rc, "%s: out of memory", what);
	return rc;
}
