/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether the claims of a part are what the specification wants. */
#ifndef LIBTSM_RULES_H
#define LIBTSM_RULES_H

#include "token/claims.h"

/*
 * Hold a part's claims against the specification, and tell each claim its rule.
 * 0, -EBADMSG or -EPROTONOSUPPORT; the error text names the claim at fault.
 */
int rules_check(struct tsm_ctx *ctx, enum tsm_token_part part, struct tsm_claim *claims);

const char *rules_name(const struct claim_rule *rule);

#endif
