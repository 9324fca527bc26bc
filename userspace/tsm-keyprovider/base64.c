// SPDX-License-Identifier: GPL-2.0-only
/* Bytes as base64, and back. */
#include <limits.h>
#include <string.h>

#include <openssl/evp.h>

#include "base64.h"

#define DIGITS	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

enum status base64_encode(const struct bytes *in, struct bytes *text)
{
	size_t len = (in->len + 2) / 3 * 4;
	enum status status;

	if (in->len > INT_MAX)
		return fail(STATUS_FAILED, "too much for base64");
	status = bytes_alloc(text, len);
	if (!status)
		EVP_EncodeBlock(text->data, in->data, (int)in->len);
	return status;
}

enum status base64_decode(const char *text, struct bytes *out)
{
	size_t len = strlen(text), digits = strspn(text, DIGITS), padding = len - digits;
	enum status status;

	/* OpenSSL would also take white space, and padding of any kind */
	if (len % 4 || len > INT_MAX || padding > 2 || strspn(text + digits, "=") != padding)
		return STATUS_BAD_INPUT;
	status = bytes_alloc(out, len / 4 * 3);
	if (status)
		return status;
	if (EVP_DecodeBlock(out->data, (const unsigned char *)text, (int)len) < 0) {
		bytes_free(out);
		return STATUS_BAD_INPUT;
	}
	out->len -= padding;
	out->data[out->len] = '\0';
	return STATUS_OK;
}
