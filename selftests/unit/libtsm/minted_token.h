/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MINTED_TOKEN_H
#define MINTED_TOKEN_H

#include <tsm/token.h>

#include "mint.h"

/*
 * The token that a test mints, changes and gives to the reader: setup() makes everything
 * right, a test changes @m, then accepted() or refuse() mint it and have it read.
 */
extern struct tsm_ctx *ctx;
extern struct mint m;
extern struct enc token;	/* minted last */

int setup(void **state);
int teardown(void **state);

/* What is in @token now; as it is minted now. */
struct tsm_token *decoded(void);
struct tsm_token *accepted(void);

void refuse_bytes(const void *data, size_t len, int err, const char *words);

/* The token as it is minted now is refused; then everything is right again. */
void refuse(int err, const char *words);

#endif
