/* SPDX-License-Identifier: GPL-2.0-only */
/* Hashes and signatures. */
#ifndef CRYPTO_H
#define CRYPTO_H

#include "types.h"

#define HASH_MAX	64
#define ES384_DIGEST	48
#define ES384_SIZE	96

enum hash { HASH_SHA256, HASH_SHA384, HASH_SHA512 };

struct bytes {
	const void *data;
	size_t size;
};

size_t hash_size(enum hash hash);

/* H(parts, one after the other); digest may be one of the parts. */
void hash(enum hash hash, const struct bytes *parts, size_t count, u8 *digest);

/* ECDSA on P-384, deterministic (RFC 6979): r || s, false if it cannot be done. */
bool sign_es384(const u8 *private_key, const u8 digest[ES384_DIGEST], u8 signature[ES384_SIZE]);

#endif
