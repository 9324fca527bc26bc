/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WALK_H
#define WALK_H

#include <stdbool.h>
#include <stddef.h>

#include <tsm/token.h>

/* Touch every byte that a token's getters give away, so that sanitizers see it. */
void walk_token(const struct tsm_token *token);

/* Decode from memory of its own; walk it, or check that there is an error text. */
bool walk_bytes(struct tsm_ctx *ctx, const void *data, size_t len);

#endif
