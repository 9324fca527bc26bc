// SPDX-License-Identifier: LGPL-2.1-or-later
/* How a session's key is made, and how it unwraps the key of a JWE's content. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <jose/b64.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rsa.h>

#include "fail.h"
#include "teekey.h"

#define ECDH_ES		"ECDH-ES+A256KW"
#define RSA_OAEP	"RSA-OAEP-256"
#define RSA_BITS	3072
#define KEK_SIZE	32
#define COORDINATE_MAX	66
#define NOT_TO_THIS_KEY	"the resource does not open: it was not encrypted to this session's key"

static const struct kind {
	const char *alg;
	const char *curve;	/* OpenSSL's name and JWK's; NULL: RSA */
	size_t size;		/* of a coordinate, and of the shared secret */
} kinds[] = {
	[TSM_KBS_KEY_P256] = { ECDH_ES, "P-256", 32 },
	[TSM_KBS_KEY_P521] = { ECDH_ES, "P-521", 66 },
	[TSM_KBS_KEY_RSA] = { RSA_OAEP, NULL, 0 },
};

struct teekey {
	const struct kind *kind;
	EVP_PKEY *pkey;
};

int teekey_new(struct tsm_ctx *ctx, enum tsm_kbs_key kind, struct teekey **out)
{
	struct teekey *key = calloc(1, sizeof(*key));

	if (!key)
		return kbs_fail_memory(ctx);
	key->kind = &kinds[kind];
	key->pkey = key->kind->curve ? EVP_EC_gen(key->kind->curve) : EVP_RSA_gen(RSA_BITS);
	if (!key->pkey) {
		free(key);
		return kbs_fail_crypto(ctx, "make the session's key");
	}
	*out = key;
	return 0;
}

void teekey_free(struct teekey *key)
{
	if (!key)
		return;
	EVP_PKEY_free(key->pkey);
	free(key);
}

const char *teekey_alg(const struct teekey *key)
{
	return key->kind->alg;
}

/* A public number in base64url: @size bytes, or as many as it takes for 0. */
static json_t *number(const struct teekey *key, const char *name, size_t size, bool *known)
{
	unsigned char bytes[RSA_BITS / 8];
	json_t *text = NULL;
	BIGNUM *bn = NULL;

	if (!EVP_PKEY_get_bn_param(key->pkey, name, &bn)) {
		*known = false;
		return NULL;
	}
	if (!size)
		size = (size_t)BN_num_bytes(bn);
	if (size <= sizeof(bytes) && BN_bn2binpad(bn, bytes, (int)size) == (int)size)
		text = jose_b64_enc(bytes, size);
	else
		*known = false;
	BN_free(bn);
	return text;
}

int teekey_jwk(struct tsm_ctx *ctx, const struct teekey *key, json_t **out)
{
	const struct kind *kind = key->kind;
	bool known = true;

	/* json_pack() takes the values over, also where it fails, as it does for a NULL */
	if (!kind->curve)
		*out = json_pack("{s:s, s:s, s:o, s:o}", "kty", "RSA", "alg", kind->alg,
				 "n", number(key, OSSL_PKEY_PARAM_RSA_N, 0, &known),
				 "e", number(key, OSSL_PKEY_PARAM_RSA_E, 0, &known));
	else
		*out = json_pack("{s:s, s:s, s:s, s:o, s:o}", "kty", "EC", "crv", kind->curve,
				 "alg", kind->alg,
				 "x", number(key, OSSL_PKEY_PARAM_EC_PUB_X, kind->size, &known),
				 "y", number(key, OSSL_PKEY_PARAM_EC_PUB_Y, kind->size, &known));
	if (!known)
		return kbs_fail_crypto(ctx, "tell the session's public key");
	return *out ? 0 : kbs_fail_memory(ctx);
}

/* --- ECDH-ES+A256KW --- */

static bool coordinate(const json_t *epk, const char *name, uint8_t *out, size_t size)
{
	const json_t *text = json_object_get(epk, name);

	return jose_b64_dec(text, NULL, 0) == size && jose_b64_dec(text, out, size) == size;
}

/* Into the sender's key, which has our curve; false if it is no point of that. */
static bool read_epk(const struct teekey *key, const json_t *header, EVP_PKEY *peer)
{
	const json_t *epk = json_object_get(header, "epk");
	const char *kty = json_string_value(json_object_get(epk, "kty"));
	const char *crv = json_string_value(json_object_get(epk, "crv"));
	uint8_t point[1 + 2 * COORDINATE_MAX] = { POINT_CONVERSION_UNCOMPRESSED };
	size_t size = key->kind->size;

	return kty && !strcmp(kty, "EC") && crv && !strcmp(crv, key->kind->curve) &&
	       coordinate(epk, "x", point + 1, size) &&
	       coordinate(epk, "y", point + 1 + size, size) &&
	       EVP_PKEY_set1_encoded_public_key(peer, point, 1 + 2 * size) > 0;
}

static bool agree(const struct teekey *key, EVP_PKEY *peer, uint8_t *z, size_t size)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL);
	size_t len = size;
	bool done;

	done = ctx && EVP_PKEY_derive_init(ctx) > 0 &&
	       EVP_PKEY_derive_set_peer_ex(ctx, peer, 1) > 0 &&
	       EVP_PKEY_derive(ctx, z, &len) > 0 && len == size;
	EVP_PKEY_CTX_free(ctx);
	return done;
}

/* Concat KDF (NIST SP 800-56A) with the other info of RFC 7518 section 4.6.2. */
static bool derive_kek(uint8_t *z, size_t size, uint8_t kek[KEK_SIZE])
{
	uint8_t info[] = {
		0, 0, 0, sizeof(ECDH_ES) - 1, 'E', 'C', 'D', 'H', '-', 'E', 'S', '+',
		'A', '2', '5', '6', 'K', 'W',
		0, 0, 0, 0,			/* no apu */
		0, 0, 0, 0,			/* no apv */
		0, 0, KEK_SIZE * 8 >> 8, KEK_SIZE * 8 & 0xff,
	};
	char digest[] = "SHA256";
	const OSSL_PARAM params[] = {
		OSSL_PARAM_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, sizeof(digest) - 1),
		OSSL_PARAM_octet_string(OSSL_KDF_PARAM_KEY, z, size),
		OSSL_PARAM_octet_string(OSSL_KDF_PARAM_INFO, info, sizeof(info)),
		OSSL_PARAM_END,
	};
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "SSKDF", NULL);
	EVP_KDF_CTX *ctx = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
	bool done;

	done = ctx && EVP_KDF_derive(ctx, kek, KEK_SIZE, params) > 0;
	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
	return done;
}

/* AES key wrap (RFC 3394): -EBADMSG if it is not by this key, or -EIO. */
static int unwrap(struct tsm_ctx *ctx, const uint8_t kek[KEK_SIZE], const uint8_t *wrapped,
		  size_t len, uint8_t cek[CEK_SIZE])
{
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, "AES-256-WRAP", NULL);
	EVP_CIPHER_CTX *cctx = EVP_CIPHER_CTX_new();
	uint8_t out[CEK_SIZE + 16];
	int n = 0, last = 0, rc = 0;

	if (cctx)
		EVP_CIPHER_CTX_set_flags(cctx, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
	if (!cipher || !cctx || EVP_DecryptInit_ex2(cctx, cipher, kek, NULL, NULL) <= 0)
		rc = kbs_fail_crypto(ctx, "open an encrypted key");
	else if (len != CEK_SIZE + 8 || EVP_DecryptUpdate(cctx, out, &n, wrapped, (int)len) <= 0 ||
		 EVP_DecryptFinal_ex(cctx, out + n, &last) <= 0 || n + last != CEK_SIZE)
		rc = kbs_fail_input(ctx, -EBADMSG, NOT_TO_THIS_KEY);
	else
		memcpy(cek, out, CEK_SIZE);
	OPENSSL_cleanse(out, sizeof(out));
	EVP_CIPHER_CTX_free(cctx);
	EVP_CIPHER_free(cipher);
	return rc;
}

static int unwrap_ecdh(struct tsm_ctx *ctx, const struct teekey *key, const json_t *header,
		       const uint8_t *wrapped, size_t len, uint8_t cek[CEK_SIZE])
{
	uint8_t z[COORDINATE_MAX], kek[KEK_SIZE];
	EVP_PKEY *peer;
	int rc = 0;

	if (json_object_get(header, "apu") || json_object_get(header, "apv"))
		return kbs_fail(ctx, -EBADMSG,
				"KBS: the resource's header has apu or apv, which RCAR does not");
	peer = EVP_PKEY_new();
	if (!peer || EVP_PKEY_copy_parameters(peer, key->pkey) <= 0)
		rc = kbs_fail_crypto(ctx, "set up a key of the session's curve");
	else if (!read_epk(key, header, peer))
		rc = kbs_fail_input(ctx, -EBADMSG,
				    "the resource's header has no epk on the session key's curve");
	else if (!agree(key, peer, z, key->kind->size) || !derive_kek(z, key->kind->size, kek))
		rc = kbs_fail_crypto(ctx, "agree on a key");
	else
		rc = unwrap(ctx, kek, wrapped, len, cek);
	OPENSSL_cleanse(z, sizeof(z));
	OPENSSL_cleanse(kek, sizeof(kek));
	EVP_PKEY_free(peer);
	return rc;
}

/* --- RSA-OAEP-256 --- */

static int unwrap_rsa(struct tsm_ctx *ctx, const struct teekey *key, const uint8_t *wrapped,
		      size_t len, uint8_t cek[CEK_SIZE])
{
	EVP_PKEY_CTX *pctx = EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL);
	uint8_t out[RSA_BITS / 8];
	size_t n = sizeof(out);
	int rc = 0;

	if (!pctx || EVP_PKEY_decrypt_init(pctx) <= 0 ||
	    EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_OAEP_PADDING) <= 0 ||
	    EVP_PKEY_CTX_set_rsa_oaep_md_name(pctx, "SHA256", NULL) <= 0 ||
	    EVP_PKEY_CTX_set_rsa_mgf1_md_name(pctx, "SHA256", NULL) <= 0)
		rc = kbs_fail_crypto(ctx, "set up RSA");
	else if (EVP_PKEY_decrypt(pctx, out, &n, wrapped, len) <= 0 || n != CEK_SIZE)
		rc = kbs_fail_input(ctx, -EBADMSG, NOT_TO_THIS_KEY);
	else
		memcpy(cek, out, CEK_SIZE);
	OPENSSL_cleanse(out, sizeof(out));
	EVP_PKEY_CTX_free(pctx);
	return rc;
}

int teekey_unwrap(struct tsm_ctx *ctx, const struct teekey *key, const json_t *header,
		  const uint8_t *wrapped, size_t len, uint8_t cek[CEK_SIZE])
{
	if (key->kind->curve)
		return unwrap_ecdh(ctx, key, header, wrapped, len, cek);
	return unwrap_rsa(ctx, key, wrapped, len, cek);
}
