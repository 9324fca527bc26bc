// SPDX-License-Identifier: LGPL-2.1-or-later
/* Is this a JWE for this key, and what is in it? */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <jose/b64.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "fail.h"
#include "jwe.h"
#include "parse.h"

#define ENC		"A256GCM"
#define IV_SIZE		12
#define TAG_SIZE	16
#define WRAPPED_MAX	1024	/* an RSA modulus of 8192 bits */

/* The members that matter, by themselves: no other header is looked at. */
static int pick(struct tsm_ctx *ctx, const json_t *top, json_t *jwe)
{
	static const char *const names[] = {
		"protected", "encrypted_key", "iv", "ciphertext", "tag",
	};
	json_t *aad = json_object_get(top, "aad");
	size_t i;

	if (!jwe)
		return kbs_fail_memory(ctx);
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		json_t *value = json_object_get(top, names[i]);

		if (!json_is_string(value))
			return kbs_fail(ctx, -EPROTO,
					"KBS: the resource is no flattened JWE: no %s",
					names[i]);
		if (json_object_set(jwe, names[i], value))
			return kbs_fail_memory(ctx);
	}
	/* it would be authenticated as well; Trustee has it only as null */
	if (json_is_string(aad) && json_object_set(jwe, "aad", aad))
		return kbs_fail_memory(ctx);
	return 0;
}

static bool is_text(const json_t *object, const char *name, const char *text)
{
	const char *value = json_string_value(json_object_get(object, name));

	return value && !strcmp(value, text);
}

static int check_header(struct tsm_ctx *ctx, const json_t *header, const struct teekey *key)
{
	if (!json_is_object(header))
		return kbs_fail(ctx, -EPROTO,
				"KBS: the resource's protected header is no JSON object");
	if (!is_text(header, "alg", teekey_alg(key)) || !is_text(header, "enc", ENC))
		return kbs_fail(ctx, -EPROTO, "KBS: the resource is not encrypted with %s and " ENC,
				teekey_alg(key));
	if (json_object_get(header, "crit") || json_object_get(header, "zip"))
		return kbs_fail(ctx, -EPROTO,
				"KBS: the resource's header has crit or zip, which RCAR does not");
	return 0;
}

static int unwrap_cek(struct tsm_ctx *ctx, const json_t *jwe, const json_t *header,
		      const struct teekey *key, uint8_t cek[CEK_SIZE])
{
	const json_t *text = json_object_get(jwe, "encrypted_key");
	uint8_t wrapped[WRAPPED_MAX];
	size_t len = jose_b64_dec(text, NULL, 0);

	if (len > sizeof(wrapped) || jose_b64_dec(text, wrapped, sizeof(wrapped)) != len)
		return kbs_fail(ctx, -EPROTO,
				"KBS: the resource's encrypted_key is no base64url of a key");
	return teekey_unwrap(ctx, key, header, wrapped, len, cek);
}

static bool decode(const json_t *jwe, const char *name, void *out, size_t size)
{
	const json_t *text = json_object_get(jwe, name);

	return jose_b64_dec(text, NULL, 0) == size && jose_b64_dec(text, out, size) == size;
}

static bool authenticate(EVP_CIPHER_CTX *cctx, const json_t *text)
{
	int n;

	return json_string_length(text) <= INT_MAX &&
	       EVP_DecryptUpdate(cctx, NULL, &n, (const uint8_t *)json_string_value(text),
				 (int)json_string_length(text)) > 0;
}

/* A256GCM (RFC 7518 section 5.3), where the ciphertext is. */
static bool decrypt(EVP_CIPHER_CTX *cctx, const json_t *jwe, const struct secret *out)
{
	const json_t *aad = json_object_get(jwe, "aad");
	uint8_t tag[TAG_SIZE];
	int n = 0;

	if (!authenticate(cctx, json_object_get(jwe, "protected")))
		return false;
	if (aad && (EVP_DecryptUpdate(cctx, NULL, &n, (const uint8_t *)".", 1) <= 0 ||
		    !authenticate(cctx, aad)))
		return false;
	return decode(jwe, "tag", tag, sizeof(tag)) &&
	       EVP_DecryptUpdate(cctx, out->data, &n, out->data, (int)out->len) > 0 &&
	       EVP_CIPHER_CTX_ctrl(cctx, EVP_CTRL_AEAD_SET_TAG, sizeof(tag), tag) > 0 &&
	       EVP_DecryptFinal_ex(cctx, out->data + n, &n) > 0;
}

static int fail_changed(struct tsm_ctx *ctx)
{
	return kbs_fail_input(ctx, -EBADMSG,
			      "the resource does not open: it was changed on its way");
}

static int open_content(struct tsm_ctx *ctx, const json_t *jwe, const uint8_t cek[CEK_SIZE],
			struct secret *out)
{
	size_t len = jose_b64_dec(json_object_get(jwe, "ciphertext"), NULL, 0);
	EVP_CIPHER_CTX *cctx = NULL;
	EVP_CIPHER *cipher = NULL;
	uint8_t iv[IV_SIZE];
	int rc = 0;

	if (len > INT_MAX || !decode(jwe, "iv", iv, sizeof(iv)))
		return fail_changed(ctx);
	if (secret_alloc(out, len))
		return kbs_fail_memory(ctx);
	out->len = len;
	cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	cctx = EVP_CIPHER_CTX_new();
	if (!cipher || !cctx || EVP_DecryptInit_ex2(cctx, cipher, cek, iv, NULL) <= 0)
		rc = kbs_fail_crypto(ctx, "set up AES");
	else if (!decode(jwe, "ciphertext", out->data, len) || !decrypt(cctx, jwe, out))
		rc = fail_changed(ctx);
	EVP_CIPHER_CTX_free(cctx);
	EVP_CIPHER_free(cipher);
	return rc;
}

int jwe_open(struct tsm_ctx *ctx, const char *text, size_t len, const struct teekey *key,
	     struct secret *out)
{
	json_t *top = NULL, *jwe = json_object(), *header = NULL;
	struct secret content = { 0 };
	uint8_t cek[CEK_SIZE];
	int rc;

	ERR_clear_error();
	rc = parse_json(text, len, &top) ? kbs_fail_memory(ctx) : pick(ctx, top, jwe);
	if (!rc && parse_base64(json_object_get(jwe, "protected"), &header))
		rc = kbs_fail_memory(ctx);
	if (!rc)
		rc = check_header(ctx, header, key);
	if (!rc)
		rc = unwrap_cek(ctx, jwe, header, key, cek);
	if (!rc)
		rc = open_content(ctx, jwe, cek, &content);
	OPENSSL_cleanse(cek, sizeof(cek));
	json_decref(header);
	json_decref(jwe);
	json_decref(top);
	if (rc)
		secret_free(&content);
	else
		*out = content;
	return rc;
}
