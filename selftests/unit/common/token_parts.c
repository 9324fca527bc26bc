// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array_size.h"
#include "token_parts.h"

#define need(x) do { \
	if (!(x)) { \
		fprintf(stderr, "take: failed: %s\n", #x); \
		abort(); \
	} \
} while (0)

enum { UINT, NINT, BYTES, TEXT, ARRAY, MAP, TAG };

static uint64_t head(const uint8_t **at, unsigned int *major)
{
	unsigned int info = **at & 31, n = info < 24 ? 0 : 1u << (info - 24);
	uint64_t arg = info;

	*major = *(*at)++ >> 5;
	if (n)
		arg = 0;
	while (n--)
		arg = arg << 8 | *(*at)++;
	return arg;
}

static uint64_t expect(const uint8_t **at, unsigned int major)
{
	unsigned int is;
	uint64_t arg = head(at, &is);

	need(is == major);
	return arg;
}

static struct slice item(const uint8_t **at)
{
	const uint8_t *start = *at;
	unsigned int major;
	uint64_t arg = head(at, &major);
	uint64_t n = major == MAP ? 2 * arg : major == ARRAY ? arg : major == TAG;

	if (major == BYTES || major == TEXT)
		*at += arg;
	while (n--)
		item(at);
	return (struct slice){ start, (size_t)(*at - start) };
}

static struct slice string(const uint8_t **at)
{
	struct slice s;

	s.len = expect(at, BYTES);
	s.data = *at;
	*at += s.len;
	return s;
}

static void take_claims(struct slice payload, struct claims *claims)
{
	const uint8_t *at = payload.data;
	struct slice label, value;

	claims->n = expect(&at, MAP);
	need(claims->n <= ARRAY_SIZE(claims->entry));
	for (size_t i = 0; i < claims->n; i++) {
		label = item(&at);
		value = item(&at);
		need(label.len <= sizeof(claims->entry[i].label));
		need(value.len <= sizeof(claims->entry[i].value));
		memcpy(claims->entry[i].label, label.data, label.len);
		memcpy(claims->entry[i].value, value.data, value.len);
		claims->entry[i].label_len = label.len;
		claims->entry[i].value_len = value.len;
	}
	need(at == payload.data + payload.len);
}

static void take_part(const uint8_t *at, struct taken_part *part)
{
	part->untagged = *at >> 5 != TAG;
	if (!part->untagged)
		need(expect(&at, TAG) == 18);
	need(expect(&at, ARRAY) == 4);
	part->protected = string(&at);
	part->unprotected = item(&at);
	part->payload = string(&at);
	part->signature = string(&at);
	take_claims(part->payload, &part->claims);
}

void take_token(const uint8_t *data, struct taken *taken)
{
	const uint8_t *at = data;
	struct taken_part *part;
	uint64_t label;
	int i;

	memset(taken, 0, sizeof(*taken));
	taken->wrapper = (int)expect(&at, TAG);
	need(expect(&at, MAP) == 2);
	for (i = 0; i < 2; i++) {
		label = expect(&at, UINT);
		need(label == 44234 || label == 44241);
		part = &taken->part[label == 44241 ? REALM : PLATFORM];
		if (taken->wrapper == 907) {
			need(expect(&at, ARRAY) == 2);
			part->type = item(&at);
		}
		take_part(string(&at).data, part);
	}
}

static void encode_part(const struct taken_part *part, struct enc *out)
{
	struct enc payload = { .len = 0 };
	size_t i;

	enc_head(&payload, MAP, part->claims.n);
	for (i = 0; i < part->claims.n; i++) {
		enc_raw(&payload, part->claims.entry[i].label, part->claims.entry[i].label_len);
		enc_raw(&payload, part->claims.entry[i].value, part->claims.entry[i].value_len);
	}
	if (!part->untagged)
		enc_head(out, TAG, 18);
	enc_head(out, ARRAY, 4);
	enc_bytes(out, part->protected.data, part->protected.len);
	enc_raw(out, part->unprotected.data, part->unprotected.len);
	enc_bytes(out, payload.data, payload.len);
	enc_bytes(out, part->signature.data, part->signature.len);
}

void taken_encode(const struct taken *taken, struct enc *token)
{
	int i;

	token->len = 0;
	enc_head(token, TAG, (uint64_t)taken->wrapper);
	enc_head(token, MAP, 2);
	for (i = PLATFORM; i >= REALM; i--) {
		struct enc cose = { .len = 0 };

		encode_part(&taken->part[i], &cose);
		enc_int(token, i == REALM ? 44241 : 44234);
		if (taken->wrapper == 907) {
			enc_head(token, ARRAY, 2);
			enc_raw(token, taken->part[i].type.data, taken->part[i].type.len);
		}
		enc_bytes(token, cose.data, cose.len);
	}
}
