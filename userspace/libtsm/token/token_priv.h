/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A CCA token taken apart, for the verification. */
#ifndef LIBTSM_TOKEN_PRIV_H
#define LIBTSM_TOKEN_PRIV_H

#include <tsm/token.h>

#include "token/claims.h"
#include "token/cose.h"

/* No private header is named as a public one: that name is all that abidw goes by. */

#define TOKEN_PARTS	2

struct tsm_token {
	uint8_t *data;
	int wrapper;
	struct {
		struct bytes whole;	/* its COSE_Sign1: borrowed from data */
		struct cose_sign1 cose;	/* the same, taken apart */
		struct tsm_claim *claims;
	} part[TOKEN_PARTS];
};

#endif
