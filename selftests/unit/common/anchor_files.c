// SPDX-License-Identifier: GPL-2.0-only
/* The mint's keys as files of trust anchors, in the forms that others' tools write. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "anchor_files.h"
#include "mint.h"

static const char *curve_name(int alg)
{
	return alg == -7 ? "P-256" : alg == -35 ? "P-384" : "P-521";
}

static void put(struct text *out, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	out->len += (size_t)vsnprintf(out->data + out->len, sizeof(out->data) - out->len, format,
				      ap);
	va_end(ap);
	if (out->len >= sizeof(out->data))
		abort();
}

static void put_base64url(struct text *out, const uint8_t *data, size_t len)
{
	char text[128], *at;

	EVP_EncodeBlock((unsigned char *)text, data, (int)len);
	for (at = text; *at && *at != '='; at++)
		put(out, "%c", *at == '+' ? '-' : *at == '/' ? '_' : *at);
}

static void put_fill(struct text *out, const char *byte, uint8_t fill, size_t len)
{
	while (len--)
		put(out, byte, fill);
}

/* Members of a JWK, each with what goes before it. */
static void put_jwk(struct text *out, int alg, int part, const char *before)
{
	uint8_t x[66], y[66];
	size_t size = mint_public(alg, part, x, y);

	put(out, "%s\"crv\": \"%s\",%s\"kty\": \"EC\",%s\"x\": \"", before, curve_name(alg), before,
	    before);
	put_base64url(out, x, size);
	put(out, "\",%s\"y\": \"", before);
	put_base64url(out, y, size);
	put(out, "\"");
}

void file_jwk(struct text *out, int alg, int part, const char *more)
{
	out->len = 0;
	put(out, "{%s", more);
	put_jwk(out, alg, part, "\n  ");
	put(out, "\n}\n");
}

void file_private_jwk(struct text *out, int alg, int part)
{
	uint8_t x[66], y[66], number[66];
	size_t size = mint_public(alg, part, x, y);
	BIGNUM *d = NULL;

	out->len = 0;
	put(out, "{\n\t\"kid\": \"example\",");
	put_jwk(out, alg, part, "\n\t");
	if (!EVP_PKEY_get_bn_param(mint_key(alg, part), OSSL_PKEY_PARAM_PRIV_KEY, &d) ||
	    BN_bn2binpad(d, number, (int)size) < 0)
		abort();
	BN_clear_free(d);
	put(out, ",\n\t\"d\": \"");
	put_base64url(out, number, size);
	put(out, "\"\n}\n");
}

void file_store(struct text *out, enum store_form form, int alg, int part, uint8_t instance,
		uint8_t implementation)
{
	out->len = 0;
	if (form == STORE_SPREAD) {
		put(out, "[\n  {\n    \"pkey\": {");
		put_jwk(out, alg, part, "\n      ");
		put(out, "\n    },\n    \"implementation-id\": \"");
		put_fill(out, "%02x", implementation, 32);
		put(out, "\",\n    \"instance-id\": \"01");
		put_fill(out, "%02x", instance, 32);
		put(out, "\"\n  }\n]\n");
		return;
	}
	put(out, "[{\"instance-id\":\"01");
	put_fill(out, "%02X", instance, 32);
	put(out, "\",\"implementation-id\":\"");
	put_fill(out, "%02X", implementation, 32);
	put(out, "\",\"pkey\":{");
	put_jwk(out, alg, part, "");
	put(out, "}}]");
}

static void take(struct text *out, BIO *bio)
{
	int len = BIO_read(bio, out->data, (int)sizeof(out->data) - 1);

	if (len <= 0)
		abort();
	out->len = (size_t)len;
	out->data[len] = '\0';
	BIO_free(bio);
}

void file_pem(struct text *out, int alg, int part)
{
	BIO *bio = BIO_new(BIO_s_mem());

	if (!PEM_write_bio_PUBKEY(bio, mint_key(alg, part)))
		abort();
	take(out, bio);
}

/* "EC PRIVATE KEY", as openssl ecparam has it */
void file_private_pem(struct text *out, int alg, int part)
{
	BIO *bio = BIO_new(BIO_s_mem());

	if (!PEM_write_bio_PrivateKey_traditional(bio, mint_key(alg, part), NULL, NULL, 0, NULL,
						  NULL))
		abort();
	take(out, bio);
}

size_t file_cose_key(uint8_t *out, int alg, int part)
{
	struct enc key = { .len = 0 };
	uint8_t x[66], y[66];
	size_t size = mint_public(alg, part, x, y);

	enc_hex(&key, "a4 0102 20");
	enc_int(&key, alg == -7 ? 1 : alg == -35 ? 2 : 3);
	enc_int(&key, -2);
	enc_bytes(&key, x, size);
	enc_int(&key, -3);
	enc_bytes(&key, y, size);
	memcpy(out, key.data, key.len);
	return key.len;
}
