// SPDX-License-Identifier: LGPL-2.1-or-later
/* Did this key sign this COSE_Sign1, by an algorithm that fits it? */
#include <string.h>

#include "appraisal/signature.h"
#include "base/ctx.h"

#define CONTEXT		"\x84\x6aSignature1"	/* an array of four, and its first */

/* RFC 9053 lets a hash go with any curve; here, as in CCA, they go in pairs. */
static const struct alg {
	int64_t id;
	const char *name;
	enum tsm_hash hash;
	enum crypto_curve curve;
} algs[] = {
	{ COSE_ALG_ES256, "ES256", TSM_HASH_SHA256, CRYPTO_P256 },
	{ COSE_ALG_ES384, "ES384", TSM_HASH_SHA384, CRYPTO_P384 },
	{ COSE_ALG_ES512, "ES512", TSM_HASH_SHA512, CRYPTO_P521 },
};

static const struct alg *find_alg(int64_t id)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(algs); i++)
		if (algs[i].id == id)
			return &algs[i];
	return NULL;
}

const char *signature_alg_name(int64_t id)
{
	const struct alg *alg = find_alg(id);

	return alg ? alg->name : NULL;
}

/* Head of a byte string in its shortest form; tokens are far below 4 GiB. */
static size_t head(uint8_t *out, size_t len)
{
	unsigned int size = len < 24 ? 0 : len <= 0xff ? 1 : len <= 0xffff ? 2 : 4, i;

	out[0] = (uint8_t)(0x40 | (size ? (size == 4 ? 26 : 23 + size) : len));
	for (i = 0; i < size; i++)
		out[1 + i] = (uint8_t)(len >> 8 * (size - 1 - i));
	return 1 + size;
}

int signature_verify(const struct cose_sign1 *cose, const struct crypto_key *key,
		     const char **why)
{
	const struct alg *alg = find_alg(cose->alg);
	uint8_t first[sizeof(CONTEXT) + 5] = CONTEXT, second[1 + 5] = { 0x40 };
	const struct bytes parts[] = {
		{ first, strlen(CONTEXT) + head(first + strlen(CONTEXT), cose->protected.len) },
		cose->protected,
		{ second, 1 + head(second + 1, cose->payload.len) },
		cose->payload,
	};

	if (!alg) {
		*why = "its algorithm is none of ES256, ES384, ES512";
		return 0;
	}
	if (crypto_key_curve(key) != alg->curve) {
		*why = "its algorithm does not go with the key's curve";
		return 0;
	}
	if (cose->signature.len != 2 * crypto_curve_size(alg->curve)) {
		*why = "it has not the length of its algorithm";
		return 0;
	}
	*why = "it is not by this key, or what it signs was changed";
	return crypto_key_verify(key, alg->hash, parts, ARRAY_SIZE(parts),
				 cose->signature);
}
