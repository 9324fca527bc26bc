/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The only interface to OpenSSL: hashes, public keys, ECDSA. No error text is set, as
 * only the caller knows what it meant. A failure of OpenSSL itself, -ENOMEM or
 * -EIO, is never mixed up with an answer, such as that a signature is wrong.
 */
#ifndef LIBTSM_CRYPTO_H
#define LIBTSM_CRYPTO_H

#include <tsm/tsm.h>

#include "base/buf.h"

#define CRYPTO_HASH_MAX		64
#define CRYPTO_COORDINATE_MAX	66

enum crypto_curve {
	CRYPTO_P256 = 0,
	CRYPTO_P384 = 1,
	CRYPTO_P521 = 2,
};

struct crypto_key;

/* Of the parts one after the other, into tsm_hash_size() bytes. 0, -ENOMEM, -EIO. */
int crypto_hash(enum tsm_hash hash, const struct bytes *parts, size_t n, uint8_t *out);

/* Length of a coordinate, and of each half of a signature. */
size_t crypto_curve_size(enum crypto_curve curve);
const char *crypto_curve_name(enum crypto_curve curve);	/* JWK's: "P-256" */

/*
 * The public key with these coordinates, crypto_curve_size() bytes each. 0,
 * -EBADMSG if they are no point of the curve, -ENOMEM, -EIO.
 */
int crypto_key_from_point(enum crypto_curve curve, const uint8_t *x, const uint8_t *y,
			  struct crypto_key **out);

/* A SubjectPublicKeyInfo in PEM. 0, -EBADMSG if it holds no EC key of our curves. */
int crypto_key_from_pem(struct bytes pem, struct crypto_key **out);

void crypto_key_free(struct crypto_key *key);
enum crypto_curve crypto_key_curve(const struct crypto_key *key);

/*
 * Did this key sign the parts one after the other? @signature is r || s, each of
 * the length of the curve. 1, 0, -ENOMEM, -EIO.
 */
int crypto_key_verify(const struct crypto_key *key, enum tsm_hash hash, const struct bytes *parts,
		      size_t n, struct bytes signature);

#endif
