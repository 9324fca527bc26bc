// SPDX-License-Identifier: GPL-2.0-only
/* Bytes as base64url, and back. */
#include <stdlib.h>
#include <string.h>

#include "base64.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

char *base64url_encode(const uint8_t *data, size_t len)
{
	char *text = malloc(len / 3 * 4 + 4), *out = text;
	unsigned int bits = 0, n = 0;

	if (!text)
		return NULL;
	while (len--) {
		bits = bits << 8 | *data++;
		for (n += 8; n >= 6; n -= 6)
			*out++ = digits[bits >> (n - 6) & 63];
	}
	if (n)
		*out++ = digits[bits << (6 - n) & 63];
	*out = '\0';
	return text;
}

uint8_t *base64url_decode(const char *text, size_t len, size_t *out_len)
{
	uint8_t *data = malloc(len / 4 * 3 + 4), *out = data;
	unsigned int bits = 0, n = 0;

	for (; data && len; len--) {
		const char *digit = *text ? strchr(digits, *text++) : NULL;

		if (!digit)
			break;
		bits = bits << 6 | (unsigned int)(digit - digits);
		n += 6;
		if (n >= 8) {
			n -= 8;
			*out++ = (uint8_t)(bits >> n);
		}
	}
	/* no digit is missing, and what is left over is nothing */
	if (!data || len || n >= 6 || (bits & ((1u << n) - 1))) {
		free(data);
		return NULL;
	}
	*out = '\0';
	*out_len = (size_t)(out - data);
	return data;
}
