/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a key signed a COSE_Sign1. */
#ifndef LIBTSM_SIGNATURE_H
#define LIBTSM_SIGNATURE_H

#include "base/crypto.h"
#include "token/cose.h"

/*
 * Is this COSE_Sign1 signed by @key (RFC 9052 section 4.4, RFC 9053 section 2.1)?
 * 1; 0, and @why says in words why not; -ENOMEM, -EIO.
 */
int signature_verify(const struct cose_sign1 *cose, const struct crypto_key *key,
		     const char **why);

/* "ES384", NULL for an algorithm that is not accepted. */
const char *signature_alg_name(int64_t alg);

#endif
