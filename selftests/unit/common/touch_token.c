// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "touch_token.h"

static _Thread_local volatile unsigned int sink;

static void touch(const void *data, size_t len)
{
	const unsigned char *p = data;

	while (len--)
		sink += *p++;
}

static void walk_claims(const struct tsm_claim *claim)
{
	const uint8_t *data;
	size_t len;

	for (; claim; claim = tsm_claim_next(claim)) {
		if (tsm_claim_name(claim))
			touch(tsm_claim_name(claim), strlen(tsm_claim_name(claim)));
		if (tsm_claim_label_text(claim))
			touch(tsm_claim_label_text(claim), strlen(tsm_claim_label_text(claim)));
		if (tsm_claim_text(claim))
			touch(tsm_claim_text(claim), strlen(tsm_claim_text(claim)));
		data = tsm_claim_bytes(claim, &len);
		touch(data, len);
		sink += (unsigned int)(tsm_claim_int(claim) + tsm_claim_label(claim));
		walk_claims(tsm_claim_child(claim));
	}
}

void walk_token(const struct tsm_token *token)
{
	size_t len;

	touch(tsm_token_challenge(token, &len), 64);
	touch(tsm_token_rim(token, &len), len);
	touch(tsm_token_rem(token, 3, &len), len);
	walk_claims(tsm_token_claims(token, TSM_TOKEN_REALM));
	walk_claims(tsm_token_claims(token, TSM_TOKEN_PLATFORM));
}

bool walk_bytes(struct tsm_ctx *ctx, const void *data, size_t len)
{
	struct tsm_token *token = NULL;
	void *copy = malloc(len);
	int rc;

	memcpy(copy, data, len);
	rc = tsm_token_new(ctx, copy, len, &token);
	free(copy);
	if (!rc) {
		walk_token(token);
		tsm_token_free(&token);
		return true;
	}
	if ((rc != -EBADMSG && rc != -EPROTONOSUPPORT && rc != -EMSGSIZE) || !*tsm_error(ctx)) {
		fprintf(stderr, "walk: %d, %s\n", rc, tsm_error(ctx));
		abort();
	}
	return false;
}
