/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The claims of a token's part, as a tree. */
#ifndef LIBTSM_CLAIMS_H
#define LIBTSM_CLAIMS_H

#include <stdbool.h>

#include <tsm/token.h>

#include "base/buf.h"

struct claim_rule;

struct tsm_claim {
	const struct claim_rule *rule;	/* NULL: outside the specification */
	struct tsm_claim *next;
	struct tsm_claim *child;
	char *label_text;
	int64_t label;
	enum tsm_claim_type type;
	int64_t number;
	struct bytes bytes;	/* borrowed from the token */
	char *text;
};

/*
 * Read a part's claims, whatever they say: rules_check() judges that. @in must stay
 * for as long as the claims, which are the caller's to free also on failure.
 */
int claims_read(struct tsm_ctx *ctx, enum tsm_token_part part, struct bytes in,
		struct tsm_claim **claims);
void claims_free(struct tsm_claim *claims);

struct tsm_claim *claims_find(struct tsm_claim *claims, int64_t label);

/* "realm token" or "platform token" */
const char *claims_part_name(enum tsm_token_part part);

#endif
