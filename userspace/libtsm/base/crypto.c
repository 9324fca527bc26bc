// SPDX-License-Identifier: LGPL-2.1-or-later
/* Hashes, EC public keys and ECDSA, by OpenSSL. */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/crypto.h"
#include "base/ctx.h"

struct crypto_key {
	EVP_PKEY *pkey;
	enum crypto_curve curve;
};

static const struct {
	const char *name;
	const char *group;	/* OpenSSL's name */
	size_t size;
} curves[] = {
	[CRYPTO_P256] = { "P-256", "prime256v1", 32 },
	[CRYPTO_P384] = { "P-384", "secp384r1", 48 },
	[CRYPTO_P521] = { "P-521", "secp521r1", 66 },
};

static bool is_out_of_memory(void)
{
	return ERR_GET_REASON(ERR_peek_last_error()) == ERR_R_MALLOC_FAILURE;
}

/* The errno for a failure of OpenSSL; its error queue is as it was at ERR_set_mark(). */
static int failure(int otherwise)
{
	int err = is_out_of_memory() ? -ENOMEM : otherwise;

	ERR_pop_to_mark();
	return err;
}

size_t crypto_curve_size(enum crypto_curve curve)
{
	return curves[curve].size;
}

const char *crypto_curve_name(enum crypto_curve curve)
{
	return curves[curve].name;
}

static const EVP_MD *hash_md(enum tsm_hash hash)
{
	return hash == TSM_HASH_SHA256 ? EVP_sha256() :
	       hash == TSM_HASH_SHA384 ? EVP_sha384() : EVP_sha512();
}

int crypto_hash(enum tsm_hash hash, const struct bytes *parts, size_t n, uint8_t *out)
{
	EVP_MD_CTX *md;
	bool ok;
	size_t i;

	ERR_set_mark();
	md = EVP_MD_CTX_new();
	ok = md && EVP_DigestInit_ex(md, hash_md(hash), NULL) == 1;
	for (i = 0; i < n && ok; i++)
		ok = EVP_DigestUpdate(md, parts[i].data, parts[i].len) == 1;
	ok = ok && EVP_DigestFinal_ex(md, out, NULL) == 1;
	EVP_MD_CTX_free(md);
	if (!ok)
		return failure(-EIO);
	ERR_pop_to_mark();
	return 0;
}

/* Takes over @pkey, also when it fails. */
static int wrap(EVP_PKEY *pkey, enum crypto_curve curve, struct crypto_key **out)
{
	struct crypto_key *key = malloc(sizeof(*key));

	if (!key) {
		EVP_PKEY_free(pkey);
		return -ENOMEM;
	}
	key->pkey = pkey;
	key->curve = curve;
	*out = key;
	return 0;
}

/* What the point itself can be blamed for; all else is OpenSSL's own failure. */
static bool is_bad_point(void)
{
	unsigned long err = ERR_peek_last_error();
	int reason = ERR_GET_REASON(err);

	return ERR_GET_LIB(err) == ERR_LIB_EC &&
	       (reason == EC_R_POINT_IS_NOT_ON_CURVE || reason == EC_R_INVALID_ENCODING ||
		reason == EC_R_COORDINATES_OUT_OF_RANGE);
}

/* EVP_PKEY_fromdata() makes the checks of SEC 1 section 3.2.2.1; the cofactor is 1. */
int crypto_key_from_point(enum crypto_curve curve, const uint8_t *x, const uint8_t *y,
			  struct crypto_key **out)
{
	uint8_t point[1 + 2 * CRYPTO_COORDINATE_MAX] = { POINT_CONVERSION_UNCOMPRESSED };
	size_t size = curves[curve].size;
	char group[16] = "";
	OSSL_PARAM params[] = {
		OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
		OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, 1 + 2 * size),
		OSSL_PARAM_END
	};
	EVP_PKEY *pkey = NULL;
	EVP_PKEY_CTX *pctx;
	int rc;

	memcpy(point + 1, x, size);
	memcpy(point + 1 + size, y, size);
	params[0].data_size = strlen(curves[curve].group);
	memcpy(group, curves[curve].group, params[0].data_size);

	ERR_set_mark();
	pctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	if (pctx && EVP_PKEY_fromdata_init(pctx) == 1 &&
	    EVP_PKEY_fromdata(pctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) == 1) {
		ERR_pop_to_mark();
		rc = wrap(pkey, curve, out);
	} else {
		rc = failure(is_bad_point() ? -EBADMSG : -EIO);
	}
	EVP_PKEY_CTX_free(pctx);
	return rc;
}

static int key_curve(const EVP_PKEY *pkey, enum crypto_curve *curve)
{
	char group[32];
	size_t i;

	if (!EVP_PKEY_is_a(pkey, "EC") ||
	    EVP_PKEY_get_group_name(pkey, group, sizeof(group), NULL) != 1)
		return -EBADMSG;
	for (i = 0; i < ARRAY_SIZE(curves); i++) {
		if (!strcmp(group, curves[i].group)) {
			*curve = (enum crypto_curve)i;
			return 0;
		}
	}
	return -EBADMSG;
}

int crypto_key_from_pem(struct bytes pem, struct crypto_key **out)
{
	enum crypto_curve curve;
	EVP_PKEY *pkey = NULL;
	BIO *bio;
	int rc;

	if (pem.len > INT_MAX)
		return -EBADMSG;
	ERR_set_mark();
	bio = BIO_new_mem_buf(pem.data, (int)pem.len);
	if (bio)
		pkey = PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);
	rc = pkey ? key_curve(pkey, &curve) : failure(bio ? -EBADMSG : -ENOMEM);
	BIO_free(bio);
	if (pkey)
		ERR_pop_to_mark();
	if (rc) {
		EVP_PKEY_free(pkey);
		return rc;
	}
	return wrap(pkey, curve, out);
}

void crypto_key_free(struct crypto_key *key)
{
	if (key)
		EVP_PKEY_free(key->pkey);
	free(key);
}

enum crypto_curve crypto_key_curve(const struct crypto_key *key)
{
	return key->curve;
}

/* An INTEGER of DER: no leading zeros, and one before a top bit that is set. */
static size_t der_integer(uint8_t *out, const uint8_t *number, size_t len)
{
	size_t pad;

	while (len > 1 && !*number) {
		number++;
		len--;
	}
	pad = *number >> 7;
	out[0] = 0x02;
	out[1] = (uint8_t)(pad + len);
	out[2] = 0;
	memcpy(out + 2 + pad, number, len);
	return 2 + pad + len;
}

/* RFC 9053 section 2.1 has r || s, OpenSSL takes the SEQUENCE of RFC 3279. */
static size_t der_signature(uint8_t *out, const uint8_t *signature, size_t size)
{
	uint8_t body[2 * (3 + CRYPTO_COORDINATE_MAX)];
	size_t len, head = 0;

	len = der_integer(body, signature, size);
	len += der_integer(body + len, signature + size, size);
	out[head++] = 0x30;
	if (len > 0x7f)
		out[head++] = 0x81;
	out[head++] = (uint8_t)len;
	memcpy(out + head, body, len);
	return head + len;
}

/*
 * The signer can choose r so that the sum of points ends at infinity, which OpenSSL
 * reports as if it had failed itself. With another digest the same signature does
 * not: where a library that works so has no answer, the signature is to blame.
 */
static int verify_digest(EVP_PKEY_CTX *pctx, struct bytes der, uint8_t *digest, size_t len)
{
	int rc = EVP_PKEY_verify(pctx, der.data, der.len, digest, len);

	if (rc >= 0 || is_out_of_memory())
		return rc;
	digest[0] ^= 1;
	if (EVP_PKEY_verify(pctx, der.data, der.len, digest, len) < 0)
		return rc;
	digest[0] ^= 1;
	rc = EVP_PKEY_verify(pctx, der.data, der.len, digest, len);
	return rc >= 0 || is_out_of_memory() ? rc : 0;
}

int crypto_key_verify(const struct crypto_key *key, enum tsm_hash hash, const struct bytes *parts,
		      size_t n, struct bytes signature)
{
	uint8_t der[3 + 2 * (3 + CRYPTO_COORDINATE_MAX)], digest[CRYPTO_HASH_MAX];
	size_t der_len, size = curves[key->curve].size;
	EVP_PKEY_CTX *pctx;
	int rc;

	if (signature.len != 2 * size)
		return 0;
	rc = crypto_hash(hash, parts, n, digest);
	if (rc)
		return rc;
	der_len = der_signature(der, signature.data, size);

	/* hashed apart from that: a digest that fails would read as a wrong signature */
	ERR_set_mark();
	pctx = EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL);
	rc = pctx ? EVP_PKEY_verify_init(pctx) : -1;
	rc = rc == 1 ? verify_digest(pctx, (struct bytes){ der, der_len }, digest,
				     tsm_hash_size(hash)) : -1;
	EVP_PKEY_CTX_free(pctx);
	if (rc != 0 && rc != 1)
		return failure(-EIO);
	ERR_pop_to_mark();
	return rc;
}
