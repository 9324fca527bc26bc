/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A COSE_Sign1 taken apart: what is signed, how, and the signature. */
#ifndef LIBTSM_COSE_H
#define LIBTSM_COSE_H

#include "base/buf.h"
#include "base/ctx.h"

#define COSE_ALG_ES256	(-7)
#define COSE_ALG_ES384	(-35)
#define COSE_ALG_ES512	(-36)

/*
 * A COSE_Sign1 (RFC 9052 section 4.2), taken apart; borrowed from its buffer.
 * What is signed is protected, as it stands, and payload.
 */
struct cose_sign1 {
	struct bytes protected;	/* the encoded map */
	struct bytes payload;
	struct bytes signature;
	int64_t alg;		/* from protected */
};

/* @what names the token in error texts. 0, -EBADMSG, -EMSGSIZE, -EPROTONOSUPPORT. */
int cose_sign1_read(struct tsm_ctx *ctx, const char *what, struct bytes in,
		    struct cose_sign1 *cose);

#endif
