// SPDX-License-Identifier: GPL-2.0-only
/* How does a test mint a token, and have it read? */
#include <stdarg.h>
#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

#include "expect_error.h"
#include "minted_token.h"

struct tsm_ctx *ctx;
struct mint m;
struct enc token;

int setup(void **state)
{
	(void)state;
	mint_init(&m, 399, 2023, 2023, "sha-256", -35);
	return tsm_ctx_new(NULL, &ctx);
}

int teardown(void **state)
{
	(void)state;
	tsm_ctx_free(&ctx);
	return 0;
}

struct tsm_token *decoded(void)
{
	struct tsm_token *t = NULL;

	if (tsm_token_new(ctx, token.data, token.len, &t))
		fail_msg("refused: %s", tsm_error(ctx));
	return t;
}

struct tsm_token *accepted(void)
{
	mint_token(&m, &token);
	return decoded();
}

void refuse_bytes(const void *data, size_t len, int err, const char *words)
{
	struct tsm_token *t = NULL;
	int rc = tsm_token_new(ctx, data, len, &t);

	expect_error(ctx, rc, err, words);
	assert_null(t);
}

void refuse(int err, const char *words)
{
	mint_token(&m, &token);
	refuse_bytes(token.data, token.len, err, words);
	mint_init(&m, 399, 2023, 2023, "sha-256", -35);
}
