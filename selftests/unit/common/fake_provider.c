// SPDX-License-Identifier: GPL-2.0-only
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fake_provider.h"
#include "mint.h"

static bool told(const char *word)
{
	const char *words = getenv("FAKE_TOKEN");

	return words && strstr(words, word);
}

static void set_rems(struct mint *m, const char *hex)
{
	static struct enc value, bytes;
	size_t i;

	bytes.len = 0;
	value.len = 0;
	enc_hex(&bytes, hex);
	enc_head(&value, 4, 4);
	for (i = 0; i < 4; i++)
		enc_bytes(&value, bytes.data + i * (bytes.len / 4), bytes.len / 4);
	claim_set(&m->part[REALM].claims, 44239, &value);
}

size_t fake_token(const uint8_t *challenge, size_t len, uint8_t *out)
{
	const char *rpv = getenv("FAKE_RPV");
	static struct enc token, value, bytes;
	uint8_t padded[64] = { 0 };
	static struct mint m;

	if (told("late"))
		usleep(1500 * 1000);
	memcpy(padded, challenge, len);
	if (told("other challenge"))
		padded[0] ^= 1;
	mint_init(&m, told("907") ? 907 : 399,
		  told("legacy") ? 0 : told("2024") ? 2024 : 2023, 2023,
		  told("sha512") ? "sha-512" : "sha-256", -35);
	value.len = 0;
	enc_bytes(&value, padded, sizeof(padded));
	claim_set(&m.part[REALM].claims, 10, &value);
	if (rpv) {
		bytes.len = 0;
		value.len = 0;
		enc_hex(&bytes, rpv);
		enc_bytes(&value, bytes.data, bytes.len);
		claim_set(&m.part[REALM].claims, 44235, &value);
	}
	if (getenv("FAKE_REMS"))
		set_rems(&m, getenv("FAKE_REMS"));
	mint_token(&m, &token);
	if (told("cut"))
		token.len--;
	if (told("forged"))
		token.data[token.len - 1] ^= 1;	/* within the realm's signature */
	memcpy(out, token.data, token.len);
	return token.len;
}
