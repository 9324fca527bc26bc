// SPDX-License-Identifier: LGPL-2.1-or-later
/* Is this a CCA token, and what does it say? <tsm/token.h> */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/err.h"
#include "token/cbor.h"
#include "token/rules.h"
#include "token/token_priv.h"

#define WRAPPER_COLLECTION	399
#define WRAPPER_CMW		907
#define LABEL_PLATFORM		44234
#define LABEL_REALM		44241
#define CMW_TYPE		"__cmwc_t"
#define CONTENT_FORMAT_MAX	0xffff	/* of CoAP */

/* A record of a CMW collection is [type, value], maybe with bits that tell its kind. */
static bool open_cmw(const struct cbor_item *record, struct cbor_item *value)
{
	struct cbor_iter iter = cbor_inside(record);
	struct cbor_item type, indicator;

	if (record->kind != CBOR_ARRAY || !cbor_next(&iter, &type) || !cbor_next(&iter, value))
		return false;
	if (cbor_next(&iter, &indicator) && (indicator.kind != CBOR_UINT || !indicator.arg))
		return false;
	if (type.kind == CBOR_UINT)
		return record->arg <= 3 && type.arg <= CONTENT_FORMAT_MAX;
	return record->arg <= 3 && type.kind == CBOR_TEXT && type.arg;
}

static bool is_cmw_type(const struct cbor_item *key)
{
	return key->kind == CBOR_TEXT && key->content.len == strlen(CMW_TYPE) &&
	       !memcmp(key->content.data, CMW_TYPE, key->content.len);
}

static int open_entry(struct tsm_ctx *ctx, const struct tsm_token *token,
		      const struct cbor_item *key, struct cbor_item *value, struct bytes *parts)
{
	enum tsm_token_part part;
	struct cbor_item record = *value;
	int64_t label;

	if (!cbor_int(key, &label) || (label != LABEL_PLATFORM && label != LABEL_REALM)) {
		if (token->wrapper == WRAPPER_CMW && is_cmw_type(key))
			return 0;
		return err_set(ctx, -EBADMSG,
			       "token: its wrapper holds something besides the platform token (44234) and the realm token (44241)");
	}
	part = label == LABEL_REALM ? TSM_TOKEN_REALM : TSM_TOKEN_PLATFORM;
	if (token->wrapper == WRAPPER_CMW && !open_cmw(&record, value))
		return err_set(ctx, -EBADMSG, "%s: its entry in the wrapper is no [type, value]",
			       claims_part_name(part));
	if (value->kind != CBOR_BYTES)
		return err_set(ctx, -EBADMSG, "%s: its entry in the wrapper is no byte string",
			       claims_part_name(part));
	parts[part] = value->content;
	return 0;
}

static int open_wrapper(struct tsm_ctx *ctx, struct tsm_token *token, struct bytes in,
			struct bytes *parts)
{
	struct cbor_item item, key, value;
	struct cbor_iter iter;
	int part, rc;

	rc = cbor_open(ctx, "token", "its wrapper", in, &item);
	if (rc)
		return rc;
	if (item.kind != CBOR_TAG || (item.arg != WRAPPER_COLLECTION && item.arg != WRAPPER_CMW))
		return err_set(ctx, -EPROTONOSUPPORT,
			       "token: it does not begin with tag 399 or 907: no CCA token, or of a kind that this libtsm does not know");
	token->wrapper = (int)item.arg;
	iter = cbor_inside(&item);
	cbor_next(&iter, &item);
	if (item.kind != CBOR_MAP)
		return err_set(ctx, -EBADMSG, "token: its wrapper is no map");

	iter = cbor_inside(&item);
	while (cbor_next(&iter, &key) && cbor_next(&iter, &value)) {
		rc = open_entry(ctx, token, &key, &value, parts);
		if (rc)
			return rc;
	}
	for (part = 0; part < TOKEN_PARTS; part++)
		if (!parts[part].data)
			return err_set(ctx, -EBADMSG, "%s: it is missing in the wrapper",
				       claims_part_name((enum tsm_token_part)part));
	return 0;
}

static int token_read(struct tsm_ctx *ctx, struct tsm_token *token, size_t len)
{
	struct bytes parts[TOKEN_PARTS] = { { 0 } };
	int i, rc;

	rc = open_wrapper(ctx, token, (struct bytes){ token->data, len }, parts);
	for (i = 0; i < TOKEN_PARTS && !rc; i++) {
		enum tsm_token_part part = (enum tsm_token_part)i;
		struct cose_sign1 *cose = &token->part[i].cose;

		token->part[i].whole = parts[i];
		rc = cose_sign1_read(ctx, claims_part_name(part), parts[i], cose);
		if (!rc)
			rc = claims_read(ctx, part, cose->payload, &token->part[i].claims);
		if (!rc)
			rc = rules_check(ctx, part, token->part[i].claims);
	}
	return rc;
}

int tsm_token_new(struct tsm_ctx *ctx, const void *data, size_t len, struct tsm_token **out)
{
	struct tsm_token *token;
	int rc;

	if (!ctx)
		return -EINVAL;
	if (!data || !len || !out)
		return err_set(ctx, -EINVAL, "token: it is empty");
	if (len > TSM_TOKEN_MAX)
		return err_set(ctx, -EMSGSIZE, "token: %zu bytes; at most %d are accepted", len,
			       TSM_TOKEN_MAX);

	token = calloc(1, sizeof(*token));
	if (token)
		token->data = malloc(len);
	if (!token || !token->data) {
		free(token);
		return err_set(ctx, -ENOMEM, "token: out of memory");
	}
	memcpy(token->data, data, len);
	rc = token_read(ctx, token, len);
	if (rc) {
		tsm_token_free(&token);
		return rc;
	}
	*out = token;
	return 0;
}

void tsm_token_free(struct tsm_token **token)
{
	int i;

	if (!token || !*token)
		return;
	for (i = 0; i < TOKEN_PARTS; i++)
		claims_free((*token)->part[i].claims);
	free((*token)->data);
	free(*token);
	*token = NULL;
}

int tsm_token_wrapper(const struct tsm_token *token)
{
	return token ? token->wrapper : 0;
}

static bool has_part(const struct tsm_token *token, enum tsm_token_part part)
{
	return token && (part == TSM_TOKEN_REALM || part == TSM_TOKEN_PLATFORM);
}

const uint8_t *tsm_token_part(const struct tsm_token *token, enum tsm_token_part part,
			      size_t *len)
{
	bool has = has_part(token, part);

	if (len)
		*len = has ? token->part[part].whole.len : 0;
	return has ? token->part[part].whole.data : NULL;
}

int64_t tsm_token_alg(const struct tsm_token *token, enum tsm_token_part part)
{
	return has_part(token, part) ? token->part[part].cose.alg : 0;
}

const struct tsm_claim *tsm_token_claims(const struct tsm_token *token, enum tsm_token_part part)
{
	return has_part(token, part) ? token->part[part].claims : NULL;
}

const struct tsm_claim *tsm_token_find(const struct tsm_token *token, enum tsm_token_part part,
				       int64_t label)
{
	return has_part(token, part) ? claims_find(token->part[part].claims, label) : NULL;
}

enum tsm_hash tsm_token_hash(const struct tsm_token *token)
{
	return digest_from_name(tsm_claim_text(tsm_token_find(token, TSM_TOKEN_REALM,
							      TSM_LABEL_HASH)));
}

const uint8_t *tsm_token_challenge(const struct tsm_token *token, size_t *len)
{
	return tsm_claim_bytes(tsm_token_find(token, TSM_TOKEN_REALM, TSM_LABEL_CHALLENGE), len);
}

const uint8_t *tsm_token_rim(const struct tsm_token *token, size_t *len)
{
	return tsm_claim_bytes(tsm_token_find(token, TSM_TOKEN_REALM, TSM_LABEL_RIM), len);
}

const uint8_t *tsm_token_rem(const struct tsm_token *token, unsigned int n, size_t *len)
{
	const struct tsm_claim *rem;

	rem = tsm_claim_child(tsm_token_find(token, TSM_TOKEN_REALM, TSM_LABEL_REMS));
	while (n-- && rem)
		rem = rem->next;
	return tsm_claim_bytes(rem, len);
}

const struct tsm_claim *tsm_claim_next(const struct tsm_claim *claim)
{
	return claim ? claim->next : NULL;
}

const struct tsm_claim *tsm_claim_child(const struct tsm_claim *claim)
{
	return claim ? claim->child : NULL;
}

const char *tsm_claim_name(const struct tsm_claim *claim)
{
	return claim ? rules_name(claim->rule) : NULL;
}

int64_t tsm_claim_label(const struct tsm_claim *claim)
{
	return claim ? claim->label : 0;
}

const char *tsm_claim_label_text(const struct tsm_claim *claim)
{
	return claim ? claim->label_text : NULL;
}

enum tsm_claim_type tsm_claim_type(const struct tsm_claim *claim)
{
	return claim ? claim->type : TSM_CLAIM_NONE;
}

int64_t tsm_claim_int(const struct tsm_claim *claim)
{
	return claim && claim->type == TSM_CLAIM_INT ? claim->number : 0;
}

const uint8_t *tsm_claim_bytes(const struct tsm_claim *claim, size_t *len)
{
	bool has = claim && (claim->type == TSM_CLAIM_BYTES || claim->type == TSM_CLAIM_OTHER);

	if (len)
		*len = has ? claim->bytes.len : 0;
	return has ? claim->bytes.data : NULL;
}

const char *tsm_claim_text(const struct tsm_claim *claim)
{
	return claim ? claim->text : NULL;
}
