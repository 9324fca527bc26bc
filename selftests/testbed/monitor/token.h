/* SPDX-License-Identifier: GPL-2.0-only */
/* CCA attestation tokens: from claims to the bytes that a verifier gets. */
#ifndef TOKEN_H
#define TOKEN_H

#include "types.h"

#define CHALLENGE_SIZE	64
#define TOKEN_MAX	0x1000	/* the bound that INIT tells, as the reference RMM does */
#define CLAIMS_MAX	0x400

enum token_state {
	TOKEN_NONE,
	TOKEN_CLAIMED,		/* claims captured by INIT */
	TOKEN_READY,		/* signed; sent of size bytes are delivered */
};

/* A vCPU's attestation operation. Only that vCPU touches it. */
struct token_operation {
	enum token_state state;
	bool sign;
	bool endless;		/* fault: deliver for ever */
	size_t pad;		/* fault: zeros still to be delivered before the token */
	unsigned int calls;	/* of CONTINUE, since INIT */
	size_t claims_size;
	size_t size, sent;
	u8 claims[CLAIMS_MAX];
	u8 token[TOKEN_MAX];
};

/* Capture claims and measurements. Context: takes the realm's lock. */
void token_claim(struct token_operation *op, const u8 challenge[CHALLENGE_SIZE]);

/* Sign the claims and wrap both tokens up; false if that fails. */
bool token_sign(struct token_operation *op);

#endif
