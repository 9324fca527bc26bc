/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Public keys in the forms that people and tokens have them in. Each returns 0,
 * -EBADMSG, -ENOMEM or -EIO, with an error text that begins with @what.
 */
#ifndef LIBTSM_KEY_H
#define LIBTSM_KEY_H

#include <jansson.h>

#include "base/crypto.h"
#include "base/ctx.h"

/* SEC 1 section 2.3.3, uncompressed; the length tells the curve. */
int key_from_point(struct tsm_ctx *ctx, const char *what, struct bytes in,
		   struct crypto_key **out);

/* COSE_Key of type EC2 (RFC 9053 section 7.1.1). @alg: the one it is for, 0 if any. */
int key_from_cose(struct tsm_ctx *ctx, const char *what, struct bytes in, int64_t alg,
		  struct crypto_key **out);

/* JSON Web Key of type EC (RFC 7518 section 6.2). */
int key_from_jwk(struct tsm_ctx *ctx, const char *what, const json_t *jwk,
		 struct crypto_key **out);

/* One block of PEM. */
int key_from_pem(struct tsm_ctx *ctx, const char *what, struct bytes in,
		 struct crypto_key **out);

#endif
