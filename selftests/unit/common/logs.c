// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "logs.h"

size_t alg_size(int alg)
{
	return alg == SHA1 ? 20 : alg == SHA384 ? 48 : alg == SHA512 ? 64 : 32;
}

static void hash(int alg, const void *data, size_t len, uint8_t *out)
{
	if (!EVP_Digest(data, len, out, NULL, alg == SHA384 ? EVP_sha384() :
			alg == SHA512 ? EVP_sha512() : EVP_sha256(), NULL))
		abort();
}

void put_le(struct enc *e, uint32_t value, int len)
{
	uint8_t byte;

	for (; len--; value >>= 8) {
		byte = (uint8_t)value;
		enc_raw(e, &byte, 1);
	}
}

void log_begin(struct log *log, int alg, ...)
{
	static const uint8_t zeros[20];
	struct enc algs = { .len = 0 };
	uint32_t n = 0;
	va_list ap;
	int more;

	memset(log, 0, sizeof(*log));
	log->alg = alg;
	va_start(ap, alg);
	for (more = alg; more; more = va_arg(ap, int), n++) {
		put_le(&algs, (uint32_t)more, 2);
		put_le(&algs, (uint32_t)alg_size(more), 2);
	}
	va_end(ap);
	put_le(&log->bytes, 0, 4);
	put_le(&log->bytes, EV_NO_ACTION, 4);
	enc_raw(&log->bytes, zeros, 20);
	put_le(&log->bytes, (uint32_t)(29 + algs.len), 4);
	enc_raw(&log->bytes, "Spec ID Event03", 16);
	put_le(&log->bytes, 0, 4);
	put_le(&log->bytes, 0x02000200, 4);
	put_le(&log->bytes, n, 4);
	enc_raw(&log->bytes, algs.data, algs.len);
	put_le(&log->bytes, 0, 1);
}

static void extend(struct log *log, uint32_t reg, const uint8_t *digest)
{
	size_t size = alg_size(log->alg);
	uint8_t both[128];

	if (reg < 1 || reg > 4)
		return;
	memcpy(both, log->rem[reg], size);
	memcpy(both + size, digest, size);
	hash(log->alg, both, 2 * size, log->rem[reg]);
}

void log_record(struct log *log, uint32_t reg, uint32_t type, const uint8_t *digest,
		const void *event, size_t len)
{
	put_le(&log->bytes, reg, 4);
	put_le(&log->bytes, type, 4);
	put_le(&log->bytes, digest ? 1 : 0, 4);
	if (digest) {
		put_le(&log->bytes, (uint32_t)log->alg, 2);
		enc_raw(&log->bytes, digest, alg_size(log->alg));
		if (type != EV_NO_ACTION)
			extend(log, reg, digest);
	}
	put_le(&log->bytes, (uint32_t)len, 4);
	enc_raw(&log->bytes, event, len);
}

void aael(struct enc *event, const char *text)
{
	event->len = 0;
	enc_raw(event, "LEAA", 4);
	put_le(event, (uint32_t)strlen(text), 4);
	enc_raw(event, text, strlen(text));
}

void log_aael(struct log *log, uint32_t reg, const char *text)
{
	static struct enc event;
	uint8_t digest[64];

	aael(&event, text);
	hash(log->alg, event.data, event.len, digest);
	log_record(log, reg, EV_EVENT_TAG, digest, event.data, event.len);
}

void log_bare(struct log *log, uint32_t reg, uint8_t fill)
{
	uint8_t digest[64];

	memset(digest, fill, sizeof(digest));
	log_record(log, reg, EV_EVENT_TAG, digest, "BARE\0\0\0\0", 8);
}

void log_unlogged(struct log *log, uint32_t reg)
{
	uint8_t digest[64];

	memset(digest, 0x66, sizeof(digest));
	extend(log, reg, digest);
}

void log_init(struct log *log, uint32_t reg, const char *name, uint8_t fill)
{
	static struct enc event;
	size_t i, len;
	char text[160];

	len = (size_t)snprintf(text, sizeof(text), "INIT/%s ", name);
	for (i = 0; i < alg_size(log->alg); i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%02x", fill);
	aael(&event, text);
	log_record(log, reg, EV_NO_ACTION, NULL, event.data, event.len);
	memset(log->rem[reg], fill, alg_size(log->alg));
}
