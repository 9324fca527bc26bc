// SPDX-License-Identifier: GPL-2.0-only
/* Which key is in a PEM or JWK file, as a JWK? */
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base64.h"
#include "cpak.h"
#include "input.h"

#define FILE_MAX	65536
#define COORDINATE_MAX	66

static const struct curve {
	const char *openssl, *jwk;
	size_t size;
} curves[] = {
	{ "prime256v1", "P-256", 32 }, { "secp384r1", "P-384", 48 }, { "secp521r1", "P-521", 66 },
};

static json_t *coordinate(const EVP_PKEY *key, const char *name, size_t size)
{
	uint8_t bytes[COORDINATE_MAX];
	json_t *json = NULL;
	char *text = NULL;
	BIGNUM *bn = NULL;

	if (!EVP_PKEY_get_bn_param(key, name, &bn))
		return NULL;
	if (BN_bn2binpad(bn, bytes, (int)size) == (int)size)
		text = base64url_encode(bytes, size);
	if (text)
		json = json_string(text);
	free(text);
	BN_free(bn);
	return json;
}

/* STATUS_BAD_INPUT for a key of another kind, or none; STATUS_FAILED without memory. */
static enum status to_jwk(const EVP_PKEY *key, json_t **jwk)
{
	const struct curve *curve;
	char name[32];
	size_t i, n;

	if (!key || !EVP_PKEY_get_group_name(key, name, sizeof(name), &n))
		return STATUS_BAD_INPUT;
	for (i = 0; i < ARRAY_SIZE(curves); i++) {
		curve = &curves[i];
		if (strcmp(name, curve->openssl) != 0)
			continue;
		*jwk = json_pack("{s:s, s:s, s:o, s:o}", "kty", "EC", "crv", curve->jwk,
				 "x", coordinate(key, OSSL_PKEY_PARAM_EC_PUB_X, curve->size),
				 "y", coordinate(key, OSSL_PKEY_PARAM_EC_PUB_Y, curve->size));
		return *jwk ? STATUS_OK : STATUS_FAILED;
	}
	return STATUS_BAD_INPUT;
}

static enum status from_pem(const uint8_t *data, size_t len, json_t **jwk)
{
	BIO *bio = BIO_new_mem_buf(data, (int)len);
	EVP_PKEY *key = bio ? PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL) : NULL;
	enum status status = bio ? to_jwk(key, jwk) : STATUS_FAILED;

	EVP_PKEY_free(key);
	BIO_free(bio);
	return status;
}

static const char *member(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

/* What a JWK may have besides, its use or id, is not the verifier's to know. */
static enum status from_jwk(const uint8_t *data, size_t len, json_t **jwk)
{
	const char *kty, *crv, *x, *y;
	enum status status = STATUS_BAD_INPUT;
	json_error_t error = { 0 };
	json_t *top;

	top = json_loadb((const char *)data, len, JSON_REJECT_DUPLICATES, &error);
	/* a failure to grow an object has no text */
	if (!top && (!*error.text || json_error_code(&error) == json_error_out_of_memory))
		return STATUS_FAILED;
	kty = member(top, "kty");
	crv = member(top, "crv");
	x = member(top, "x");
	y = member(top, "y");
	if (kty && crv && x && y && !json_object_get(top, "d")) {
		*jwk = json_pack("{s:s, s:s, s:s, s:s}", "kty", kty, "crv", crv, "x", x, "y", y);
		status = *jwk ? STATUS_OK : STATUS_FAILED;
	}
	json_decref(top);
	return status;
}

enum status cpak_read(const char *name, json_t **jwk)
{
	enum status status;
	uint8_t *data;
	size_t len;

	status = read_file(name, FILE_MAX, &data, &len);
	if (status)
		return status;
	status = from_pem(data, len, jwk);
	if (status == STATUS_BAD_INPUT)
		status = from_jwk(data, len, jwk);
	free(data);
	if (status == STATUS_BAD_INPUT)
		return fail(status,
			    "%s is no public key of the curves P-256, P-384 or P-521, in PEM or as JWK",
			    name);
	return status ? fail(status, "out of memory") : STATUS_OK;
}
