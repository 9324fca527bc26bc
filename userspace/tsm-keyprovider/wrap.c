// SPDX-License-Identifier: GPL-2.0-only
/* How a layer's key is encrypted with the one that wraps, and opened. */
#include <limits.h>

#include <openssl/evp.h>
#include <openssl/rand.h>

#include "wrap.h"

static const char *const ciphers[] = {
	[WRAP_A256GCM] = "AES-256-GCM", [WRAP_A256CTR] = "AES-256-CTR",
};

static EVP_CIPHER_CTX *begin(const uint8_t kek[KEK_SIZE], const struct packet *packet, int encrypt)
{
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, ciphers[packet->type], NULL);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();

	if (!cipher || !ctx ||
	    !EVP_CipherInit_ex2(ctx, cipher, kek, packet->iv.data, encrypt, NULL)) {
		EVP_CIPHER_CTX_free(ctx);
		ctx = NULL;
	}
	EVP_CIPHER_free(cipher);
	return ctx;
}

enum status key_wrap(const uint8_t kek[KEK_SIZE], const struct bytes *plain, struct packet *packet)
{
	size_t tag = wrap_tag_size(packet->type);
	EVP_CIPHER_CTX *ctx = NULL;
	enum status status;
	uint8_t *out;
	int n, last;

	if (plain->len > INT_MAX / 2)
		return fail(STATUS_BAD_INPUT, "too much to wrap");
	status = bytes_alloc(&packet->iv, wrap_iv_size(packet->type));
	if (!status)
		status = bytes_alloc(&packet->wrapped, plain->len + tag);
	if (status)
		return status;
	out = packet->wrapped.data;
	if (RAND_bytes(packet->iv.data, (int)packet->iv.len) == 1)
		ctx = begin(kek, packet, 1);
	if (!ctx || !EVP_CipherUpdate(ctx, out, &n, plain->data, (int)plain->len) ||
	    !EVP_CipherFinal_ex(ctx, out + n, &last) ||
	    (tag && !EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, (int)tag, out + plain->len)))
		status = fail(STATUS_FAILED, "OpenSSL cannot wrap the key");
	EVP_CIPHER_CTX_free(ctx);
	return status;
}

enum status key_unwrap(const uint8_t kek[KEK_SIZE], const struct packet *packet, struct bytes *plain)
{
	size_t tag = wrap_tag_size(packet->type), len;
	enum status status;
	EVP_CIPHER_CTX *ctx;
	int n, last;

	len = packet->wrapped.len - tag;
	status = bytes_alloc(plain, len);
	if (status)
		return status;
	ctx = begin(kek, packet, 0);
	if (!ctx || !EVP_CipherUpdate(ctx, plain->data, &n, packet->wrapped.data, (int)len) ||
	    (tag && !EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, (int)tag,
					 packet->wrapped.data + len)))
		status = fail(STATUS_FAILED, "OpenSSL cannot unwrap the key");
	else if (!EVP_CipherFinal_ex(ctx, plain->data + n, &last))
		status = fail(STATUS_WRONG_KEY,
			      "the layer's key does not open: it was not wrapped with %.200s as it is now",
			      packet->kid);
	EVP_CIPHER_CTX_free(ctx);
	return status;
}
