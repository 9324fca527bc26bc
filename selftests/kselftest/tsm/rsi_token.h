/* SPDX-License-Identifier: GPL-2.0-only */
/* A token by raw RSI calls, for the tests of these calls. */
#ifndef RSI_TOKEN_H
#define RSI_TOKEN_H

#include "raw_rsi.h"
#include "token.h"

/* More calls in a row without a byte than any signature takes. */
#define STALLED		100000

struct token {
	size_t size;
	unsigned int calls;
	__u8 data[TOKEN_MAX];
};

/* Returns X1 of INIT, the token's largest size. */
static inline __u64 token_init(struct __test_metadata *_metadata, const struct rsi *rsi,
			       const __u8 *challenge)
{
	struct rsi_regs r = { .x = { RSI_INIT } };

	memcpy(&r.x[1], challenge, CHALLENGE_SIZE);
	r = __rsi(_metadata, rsi, r);
	ASSERT_EQ(RSI_SUCCESS, r.x[0]);

	return r.x[1];
}

/* The next piece of at most size bytes, to offset at of the granule; returns X0. */
static inline __u64 token_continue(struct __test_metadata *_metadata, const struct rsi *rsi,
				   struct token *token, size_t at, size_t size)
{
	struct rsi_regs r = __rsi(_metadata, rsi,
				  (struct rsi_regs){ .x = { RSI_CONTINUE, rsi->ram, at, size } });

	token->calls++;
	if (r.x[0] != RSI_SUCCESS && r.x[0] != RSI_INCOMPLETE)
		return r.x[0];
	ASSERT_GE(size, r.x[1])
		TH_LOG("more bytes written than the buffer has");
	ASSERT_GE(sizeof(token->data) - token->size, r.x[1]);
	if (r.x[1])
		rsi_granule_read(_metadata, rsi, token->data + token->size, r.x[1], at);
	token->size += r.x[1];

	return r.x[0];
}

/* Pieces of size bytes at offset at, to the end; returns the last X0. */
static inline __u64 token_finish(struct __test_metadata *_metadata, const struct rsi *rsi,
				 struct token *token, size_t at, size_t size)
{
	__u64 status;

	do {
		status = token_continue(_metadata, rsi, token, at, size);
		ASSERT_GT(STALLED, token->calls)
			TH_LOG("no end after %u calls", token->calls);
	} while (status == RSI_INCOMPLETE);

	return status;
}

/* As it was after the boot: no token on this CPU. */
static inline void token_none(struct __test_metadata *_metadata, const struct rsi *rsi)
{
	static struct token rest;

	rest.size = 0;
	rest.calls = 0;
	token_finish(_metadata, rsi, &rest, 0, RSI_GRANULE);
	ASSERT_EQ(RSI_ERROR_STATE, token_continue(_metadata, rsi, &rest, 0, RSI_GRANULE));
}

#endif /* RSI_TOKEN_H */
