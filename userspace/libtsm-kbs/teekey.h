/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The key of a session: to whom the KBS encrypts. */
#ifndef LIBTSM_KBS_TEEKEY_H
#define LIBTSM_KBS_TEEKEY_H

#include <jansson.h>

#include <tsm/kbs.h>

/*
 * A session's key: made for it, never leaves OpenSSL's memory, which OpenSSL wipes
 * when it is freed. Jose would keep it, and each key derived from it, as JSON texts,
 * which are freed as they are: so the key agreement stands here (RFC 7518 section 4).
 */

#define CEK_SIZE	32	/* of A256GCM */

struct teekey;

/* 0, -ENOMEM, -EIO. */
int teekey_new(struct tsm_ctx *ctx, enum tsm_kbs_key kind, struct teekey **out);
void teekey_free(struct teekey *key);

/* The public half, as RCAR's tee-pubkey. 0, -ENOMEM, -EIO. */
int teekey_jwk(struct tsm_ctx *ctx, const struct teekey *key, json_t **out);

/* What the header of a JWE for this key has as its alg. */
const char *teekey_alg(const struct teekey *key);

/*
 * The key that a JWE's content is encrypted with. @header: its protected header, whose
 * alg is teekey_alg(). 0, -EBADMSG if it does not open, -EIO, -ENOMEM.
 */
int teekey_unwrap(struct tsm_ctx *ctx, const struct teekey *key, const json_t *header,
		  const uint8_t *wrapped, size_t len, uint8_t cek[CEK_SIZE]);

#endif
