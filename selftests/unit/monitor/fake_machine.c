// SPDX-License-Identifier: GPL-2.0-only
/* The machine that the monitor's handlers find in a test: a few granules, and OpenSSL. */
#include <assert.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "crypto.h"
#include "fake_machine.h"

struct test_machine machine;
_Thread_local struct test_cpu cpu;

void machine_reset(void)
{
	memset(&machine, 0, sizeof(machine));
	memset(&cpu, 0, sizeof(cpu));
	memset(machine.ram, 0xa5, sizeof(machine.ram));
	for (size_t i = 0; i < GRANULES; i++)
		machine.ripas[i] = RIPAS_RAM;
}

static size_t granule(u64 ipa)
{
	return (ipa - RAM) / GRANULE_SIZE;
}

void *granule_map(u64 ipa)
{
	assert(granule_aligned(ipa) && ipa_is_protected(ipa) && !cpu.mapped);
	if (ipa < RAM || granule(ipa) >= GRANULES)
		return NULL;
	spin_lock(&machine.lock);
	cpu.mapped = machine.ripas[granule(ipa)] == RIPAS_RAM;
	if (cpu.mapped)
		return machine.ram[granule(ipa)];
	spin_unlock(&machine.lock);

	return NULL;
}

void granule_unmap(void)
{
	assert(cpu.mapped);
	cpu.mapped = false;
	spin_unlock(&machine.lock);
}

enum ripas ripas_get(u64 base, u64 *top)
{
	enum ripas first;

	spin_lock(&machine.lock);
	first = machine.ripas[granule(base)];
	for (u64 at = base; at < *top; at += GRANULE_SIZE) {
		if (machine.ripas[granule(at)] != first)
			*top = at;
	}
	spin_unlock(&machine.lock);

	return first;
}

bool ripas_set(u64 base, u64 *top, enum ripas ripas)
{
	if (granule(base) >= GRANULES)
		return false;
	if (granule(*top) > GRANULES)
		*top = RAM + GRANULES * GRANULE_SIZE;
	spin_lock(&machine.lock);
	for (u64 at = base; at < *top; at += GRANULE_SIZE)
		machine.ripas[granule(at)] = ripas;
	spin_unlock(&machine.lock);

	return true;
}

void simd_begin(void)
{
	assert(!cpu.simd);
	cpu.simd = true;
}

void simd_end(void)
{
	assert(cpu.simd);
	cpu.simd = false;
}

void delay(u64 seconds)
{
	cpu.delayed += seconds;
}

size_t hash_size(enum hash hash)
{
	return hash == HASH_SHA256 ? 32 : hash == HASH_SHA384 ? 48 : 64;
}

void hash(enum hash hash, const struct bytes *parts, size_t count, u8 *digest)
{
	const EVP_MD *md = hash == HASH_SHA256 ? EVP_sha256() :
			   hash == HASH_SHA384 ? EVP_sha384() : EVP_sha512();
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	u8 made[EVP_MAX_MD_SIZE];

	assert(cpu.simd);	/* mbedtls needs what the guest has in these registers kept */
	assert(EVP_DigestInit_ex(context, md, NULL));
	for (size_t i = 0; i < count; i++)
		assert(EVP_DigestUpdate(context, parts[i].data, parts[i].size));
	assert(EVP_DigestFinal_ex(context, made, NULL));
	memcpy(digest, made, hash_size(hash));	/* where ThreadSanitizer sees it */
	EVP_MD_CTX_free(context);
}

static EVP_PKEY *private_key(const u8 *bytes)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	BIGNUM *d = BN_bin2bn(bytes, ES384_SIZE / 2, NULL);
	EVP_PKEY *key = NULL;
	OSSL_PARAM *params;

	OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "P-384", 0);
	OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, d);
	params = OSSL_PARAM_BLD_to_param(build);
	assert(EVP_PKEY_fromdata_init(context) > 0);
	assert(EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, params) > 0);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	EVP_PKEY_CTX_free(context);
	BN_free(d);

	return key;
}

bool sign_es384(const u8 *bytes, const u8 digest[ES384_DIGEST], u8 signature[ES384_SIZE])
{
	EVP_PKEY *key = private_key(bytes);
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	u8 der[160];
	const u8 *at = der;
	size_t size = sizeof(der);
	ECDSA_SIG *sig;

	assert(EVP_PKEY_sign_init(context) > 0);
	assert(EVP_PKEY_sign(context, der, &size, digest, ES384_DIGEST) > 0);
	sig = d2i_ECDSA_SIG(NULL, &at, size);
	BN_bn2binpad(ECDSA_SIG_get0_r(sig), signature, ES384_SIZE / 2);
	BN_bn2binpad(ECDSA_SIG_get0_s(sig), signature + ES384_SIZE / 2, ES384_SIZE / 2);
	ECDSA_SIG_free(sig);
	EVP_PKEY_CTX_free(context);
	EVP_PKEY_free(key);

	return !machine.no_signature;
}
