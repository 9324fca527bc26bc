// SPDX-License-Identifier: GPL-2.0-only
/* Hashes and signatures, by Debian's mbedtls. */
#include <mbedtls/ecdsa.h>
#include <mbedtls/sha256.h>
#include <mbedtls/sha512.h>

#include "crypto.h"

size_t hash_size(enum hash hash)
{
	static const size_t sizes[] = {
		[HASH_SHA256] = 32, [HASH_SHA384] = 48, [HASH_SHA512] = 64,
	};

	return sizes[hash];
}

/* What mbedtls returns is not looked at: its own hash functions cannot fail. */
static void hash_256(const struct bytes *parts, size_t count, u8 *digest)
{
	mbedtls_sha256_context context;

	mbedtls_sha256_init(&context);
	mbedtls_sha256_starts(&context, 0);
	for (size_t i = 0; i < count; i++)
		mbedtls_sha256_update(&context, parts[i].data, parts[i].size);
	mbedtls_sha256_finish(&context, digest);
	mbedtls_sha256_free(&context);
}

static void hash_512(bool is_384, const struct bytes *parts, size_t count, u8 *digest)
{
	mbedtls_sha512_context context;

	mbedtls_sha512_init(&context);
	mbedtls_sha512_starts(&context, is_384);
	for (size_t i = 0; i < count; i++)
		mbedtls_sha512_update(&context, parts[i].data, parts[i].size);
	mbedtls_sha512_finish(&context, digest);
	mbedtls_sha512_free(&context);
}

void hash(enum hash hash, const struct bytes *parts, size_t count, u8 *digest)
{
	if (hash == HASH_SHA256)
		hash_256(parts, count, digest);
	else
		hash_512(hash == HASH_SHA384, parts, count, digest);
}

/*
 * mbedtls blinds with it, and the signature does not depend on it. On a machine
 * where every program reads the key from the image, a fixed sequence will do.
 */
static int blinding(void *state, unsigned char *out, size_t size)
{
	u64 *x = state;

	while (size--) {
		*x = *x * 6364136223846793005ULL + 1442695040888963407ULL;
		*out++ = *x >> 56;
	}

	return 0;
}

bool sign_es384(const u8 *private_key, const u8 digest[ES384_DIGEST], u8 signature[ES384_SIZE])
{
	mbedtls_ecp_group group;
	mbedtls_mpi d, r, s;
	u64 state = 0;
	int ret;

	mbedtls_ecp_group_init(&group);
	mbedtls_mpi_init(&d);
	mbedtls_mpi_init(&r);
	mbedtls_mpi_init(&s);

	ret = mbedtls_ecp_group_load(&group, MBEDTLS_ECP_DP_SECP384R1);
	if (!ret)
		ret = mbedtls_mpi_read_binary(&d, private_key, ES384_SIZE / 2);
	if (!ret)
		ret = mbedtls_ecdsa_sign_det_ext(&group, &r, &s, &d, digest, ES384_DIGEST,
						 MBEDTLS_MD_SHA384, blinding, &state);
	if (!ret)
		ret = mbedtls_mpi_write_binary(&r, signature, ES384_SIZE / 2);
	if (!ret)
		ret = mbedtls_mpi_write_binary(&s, signature + ES384_SIZE / 2, ES384_SIZE / 2);

	mbedtls_mpi_free(&s);
	mbedtls_mpi_free(&r);
	mbedtls_mpi_free(&d);
	mbedtls_ecp_group_free(&group);

	return !ret;
}
