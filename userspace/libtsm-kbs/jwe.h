/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opening the JWE that a secret comes in. */
#ifndef LIBTSM_KBS_JWE_H
#define LIBTSM_KBS_JWE_H

#include "secret.h"
#include "teekey.h"

/*
 * Open a flattened JWE (RFC 7516 section 7.2.2) that was made for this key: the alg of
 * the key, A256GCM, nothing compressed, nothing critical, one protected header and no
 * other. 0, -EPROTO if it is no such JWE, -EBADMSG if it does not open, -ENOMEM, -EIO.
 */
int jwe_open(struct tsm_ctx *ctx, const char *text, size_t len, const struct teekey *key,
	     struct secret *out);

#endif
