// SPDX-License-Identifier: GPL-2.0-only
/*
 * Linked into a tsmctl for tests: its contexts begin at FAKE_ROOT, and the
 * provider there makes real tokens, unless FAKE_TOKEN says another thing.
 */
#include <stdlib.h>
#include <string.h>

#include <tsm/tsm.h>

#include "fakefs.h"
#include "mint.h"

int __real_tsm_ctx_new(const struct tsm_ctx_opts *opts, struct tsm_ctx **out);
int __wrap_tsm_ctx_new(const struct tsm_ctx_opts *opts, struct tsm_ctx **out);

static size_t make_token(const uint8_t *challenge, size_t len, uint8_t *out)
{
	const char *wrong = getenv("FAKE_TOKEN");
	static struct enc token, value;
	uint8_t padded[64] = { 0 };
	static struct mint m;

	memcpy(padded, challenge, len);
	if (wrong && !strcmp(wrong, "other challenge"))
		padded[0] ^= 1;
	mint_init(&m, 399, 2023, 2023, "sha-256", -35);
	value.len = 0;
	enc_bytes(&value, padded, sizeof(padded));
	claim_set(&m.part[REALM].claims, 10, &value);
	mint_token(&m, &token);
	if (wrong && !strcmp(wrong, "cut"))
		token.len--;
	memcpy(out, token.data, token.len);
	return token.len;
}

int __wrap_tsm_ctx_new(const struct tsm_ctx_opts *opts, struct tsm_ctx **out)
{
	struct tsm_ctx_opts fake = { .size = sizeof(fake), .root = fake_root };

	(void)opts;
	fake_make_report = make_token;
	fake_from_environment();
	return __real_tsm_ctx_new(&fake, out);
}
