// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <jose/b64.h>
#include <jose/jwe.h>
#include <openssl/crypto.h>

#include "fail.h"
#include "jwe.h"

#define ENC		"A256GCM"
#define WRAPPED_MAX	1024	/* an RSA modulus of 8192 bits */

/* The members that matter, by themselves: no other header ever reaches jose. */
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

/* Jansson's own copy of a text that is a secret. */
static void wipe_text(const json_t *text)
{
	const char *value = json_string_value(text);

	if (value)
		OPENSSL_cleanse((void *)(uintptr_t)value, json_string_length(text));
}

/* As jose takes it; its texts are the only copies, and are to be wiped. */
static json_t *cek_jwk(const uint8_t cek[CEK_SIZE])
{
	char text[CEK_SIZE * 4 / 3 + 2];
	size_t len = jose_b64_enc_buf(cek, CEK_SIZE, text, sizeof(text));
	json_t *jwk = NULL;

	if (len <= sizeof(text))
		jwk = json_pack("{s:s, s:s, s:s%}", "kty", "oct", "alg", ENC, "k", text, len);
	OPENSSL_cleanse(text, sizeof(text));
	return jwk;
}

static int open_content(struct tsm_ctx *ctx, const json_t *jwe, const uint8_t cek[CEK_SIZE],
			struct secret *out)
{
	const json_t *ciphertext = json_object_get(jwe, "ciphertext");
	jose_io_auto_t *sink = NULL, *decrypt = NULL, *decode = NULL;
	json_t *jwk = cek_jwk(cek);
	int rc = 0;

	if (!jwk || secret_alloc(out, json_string_length(ciphertext))) {
		rc = kbs_fail_memory(ctx);
		goto out;
	}
	/* into our own pages: jose_jwe_dec() would leave pieces wherever it grew its buffer */
	out->len = out->room;
	sink = jose_io_buffer(NULL, out->data, &out->len);
	decrypt = sink ? jose_jwe_dec_cek_io(NULL, jwe, jwk, sink) : NULL;
	decode = decrypt ? jose_b64_dec_io(decrypt) : NULL;
	if (!sink || (decrypt && !decode))
		rc = kbs_fail_memory(ctx);
	else if (!decode || !decode->feed(decode, json_string_value(ciphertext),
					  json_string_length(ciphertext)) || !decode->done(decode))
		rc = kbs_fail(ctx, -EBADMSG,
			      "KBS: the resource does not open: it was changed on its way");
out:
	wipe_text(json_object_get(jwk, "k"));
	json_decref(jwk);
	return rc;
}

int jwe_open(struct tsm_ctx *ctx, const char *text, size_t len, const struct teekey *key,
	     struct secret *out)
{
	json_error_t error = { 0 };
	json_t *top = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
	json_t *jwe = json_object(), *header = NULL;
	struct secret content = { 0 };
	uint8_t cek[CEK_SIZE];
	int rc;

	if (!top && (!*error.text || json_error_code(&error) == json_error_out_of_memory))
		rc = kbs_fail_memory(ctx);
	else
		rc = pick(ctx, top, jwe);
	if (!rc) {
		header = jose_b64_dec_load(json_object_get(jwe, "protected"));
		rc = check_header(ctx, header, key);
	}
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
