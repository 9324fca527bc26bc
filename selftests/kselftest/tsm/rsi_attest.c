// SPDX-License-Identifier: GPL-2.0-only
/* The attestation token: ATTESTATION_TOKEN_INIT and _CONTINUE. */
#include "rsi_token.h"

static void prepare(struct __test_metadata *_metadata, struct rsi *rsi, __u8 *challenge)
{
	rsi_setup(_metadata, rsi);
	if (_metadata->exit_code)
		return;
	token_none(_metadata, rsi);
	challenge_fill(challenge, getpid());
}

FIXTURE(token) {
	struct rsi rsi;
	__u8 challenge[CHALLENGE_SIZE];
	struct token token;
};

FIXTURE_SETUP(token)
{
	prepare(_metadata, &self->rsi, self->challenge);
}

FIXTURE_TEARDOWN(token)
{
	token_none(_metadata, &self->rsi);
}

#define init(challenge)	token_init(_metadata, &self->rsi, challenge)
#define next(at, size)	token_continue(_metadata, &self->rsi, &self->token, at, size)
#define finish(at, size) token_finish(_metadata, &self->rsi, &self->token, at, size)

#define EXPECT_TOKEN(challenge) do { \
	EXPECT_TRUE(token_is_whole(self->token.data, self->token.size)) \
		TH_LOG("not whole: %zu bytes", self->token.size); \
	EXPECT_TRUE(token_has_challenge(self->token.data, self->token.size, challenge)); \
} while (0)

TEST_F(token, whole)
{
	const __u64 bound = init(self->challenge);

	EXPECT_LT(0, bound);
	EXPECT_EQ(RSI_SUCCESS, finish(0, RSI_GRANULE));
	EXPECT_GE(bound, self->token.size);
	EXPECT_TOKEN(self->challenge);
}

TEST_F(token, delivered_only_once)
{
	init(self->challenge);
	EXPECT_EQ(RSI_SUCCESS, finish(0, RSI_GRANULE));
	EXPECT_EQ(RSI_ERROR_STATE, next(0, RSI_GRANULE));
	EXPECT_EQ(RSI_ERROR_STATE, next(0, RSI_GRANULE));
}

TEST_F(token, continue_without_init)
{
	EXPECT_EQ(RSI_ERROR_STATE, next(0, RSI_GRANULE));
	EXPECT_EQ(RSI_ERROR_STATE, next(RSI_GRANULE - 1, 1));
	EXPECT_EQ(RSI_ERROR_STATE, next(0, 0));
}

TEST_F(token, init_again_at_once)
{
	__u8 other[CHALLENGE_SIZE];

	challenge_fill(other, self->challenge[0] + 1);
	init(other);
	init(self->challenge);
	EXPECT_EQ(RSI_SUCCESS, finish(0, RSI_GRANULE));
	EXPECT_TOKEN(self->challenge);
}

TEST_F(token, init_again_in_the_middle)
{
	__u8 other[CHALLENGE_SIZE];

	challenge_fill(other, self->challenge[0] + 1);
	init(other);
	while (self->token.size < 100) {
		ASSERT_EQ(RSI_INCOMPLETE, next(0, 100))
			TH_LOG("after %zu bytes", self->token.size);
	}

	self->token.size = 0;
	init(self->challenge);
	EXPECT_EQ(RSI_SUCCESS, finish(0, RSI_GRANULE));
	EXPECT_TOKEN(self->challenge);
	EXPECT_FALSE(token_has_challenge(self->token.data, self->token.size, other));
}

TEST_F(token, no_room_is_no_progress)
{
	init(self->challenge);
	for (int i = 0; i < 200; i++) {
		ASSERT_EQ(RSI_INCOMPLETE, next(i, 0))
			TH_LOG("call %d", i);
	}
	EXPECT_EQ(0, self->token.size);
	EXPECT_EQ(RSI_SUCCESS, finish(0, RSI_GRANULE));
	EXPECT_TOKEN(self->challenge);
}

/* A buffer of empty memory is found out when there is something to write. */
TEST_F(token, buffer_of_empty_memory)
{
	struct rsi_regs r;

	init(self->challenge);
	while (!self->token.size) {
		ASSERT_EQ(RSI_INCOMPLETE, next(0, 1))
			TH_LOG("call %u", self->token.calls);
	}
	r = rsi(RSI_CONTINUE, self->rsi.empty, 0, RSI_GRANULE);
	EXPECT_EQ(RSI_ERROR_INPUT, r.x[0]);
	EXPECT_EQ(RSI_SUCCESS, finish(0, RSI_GRANULE));
	EXPECT_TOKEN(self->challenge);
}

static void rem3(struct __test_metadata *_metadata, const struct rsi *rsi, __u8 *value)
{
	struct rsi_regs r = __rsi(_metadata, rsi, (struct rsi_regs){ .x = { RSI_READ, 4 } });

	ASSERT_EQ(RSI_SUCCESS, r.x[0]);
	memcpy(value, &r.x[1], 32);
}

TEST_F(token, measurements_are_those_of_init)
{
	__u8 before[32], after[32];

	EXPECT_EQ(RSI_SUCCESS, rsi(RSI_EXTEND, 4, 8, getpid()).x[0]);
	rem3(_metadata, &self->rsi, before);
	init(self->challenge);
	EXPECT_EQ(RSI_SUCCESS, rsi(RSI_EXTEND, 4, 8, getpid()).x[0]);
	rem3(_metadata, &self->rsi, after);
	EXPECT_EQ(RSI_SUCCESS, finish(0, RSI_GRANULE));

	EXPECT_NE(NULL, memmem(self->token.data, self->token.size, before, sizeof(before)));
	EXPECT_EQ(NULL, memmem(self->token.data, self->token.size, after, sizeof(after)));
}

TEST_F(token, state_is_per_cpu)
{
	__u8 other[CHALLENGE_SIZE];

	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		SKIP(return, "one CPU only");

	rsi_pin(_metadata, 1);
	token_none(_metadata, &self->rsi);
	rsi_pin(_metadata, 0);
	init(self->challenge);

	rsi_pin(_metadata, 1);
	EXPECT_EQ(RSI_ERROR_STATE, next(0, RSI_GRANULE));
	challenge_fill(other, self->challenge[0] + 1);
	init(other);

	rsi_pin(_metadata, 0);
	EXPECT_EQ(RSI_SUCCESS, finish(0, RSI_GRANULE));
	EXPECT_TOKEN(self->challenge);

	rsi_pin(_metadata, 1);
	self->token.size = 0;
	EXPECT_EQ(RSI_SUCCESS, finish(0, RSI_GRANULE));
	EXPECT_TOKEN(other);
	rsi_pin(_metadata, 0);
}

FIXTURE(piece) {
	struct rsi rsi;
	__u8 challenge[CHALLENGE_SIZE];
	struct token token;
};

FIXTURE_VARIANT(piece) {
	size_t at;
	size_t size;
};

FIXTURE_VARIANT_ADD(piece, byte) { .at = 0, .size = 1 };
FIXTURE_VARIANT_ADD(piece, odd) { .at = 13, .size = 777 };
FIXTURE_VARIANT_ADD(piece, at_the_end) { .at = RSI_GRANULE - 100, .size = 100 };
FIXTURE_VARIANT_ADD(piece, last_byte) { .at = RSI_GRANULE - 1, .size = 1 };
FIXTURE_VARIANT_ADD(piece, all_but_the_first_byte) { .at = 1, .size = RSI_GRANULE - 1 };

FIXTURE_SETUP(piece)
{
	prepare(_metadata, &self->rsi, self->challenge);
}

FIXTURE_TEARDOWN(piece)
{
	token_none(_metadata, &self->rsi);
}

/* Whole in pieces of any size, and never a byte outside the buffer that was given. */
TEST_F(piece, stays_in_its_buffer)
{
	const size_t end = variant->at + variant->size;
	__u8 memory[2 * RSI_GRANULE];

	memset(memory, 0xa5, sizeof(memory));
	rsi_granule_write(_metadata, &self->rsi, memory, sizeof(memory), 0);
	init(self->challenge);
	EXPECT_EQ(RSI_SUCCESS, finish(variant->at, variant->size));
	EXPECT_TOKEN(self->challenge);

	rsi_granule_read(_metadata, &self->rsi, memory, sizeof(memory), 0);
	for (size_t i = 0; i < sizeof(memory); i++) {
		if (i < variant->at || i >= end) {
			ASSERT_EQ(0xa5, memory[i])
				TH_LOG("byte %zu written", i);
		}
	}
}

FIXTURE(argument) {
	struct rsi rsi;
	__u8 challenge[CHALLENGE_SIZE];
	struct token token;
};

FIXTURE_VARIANT(argument) {
	enum rsi_place place;
	__u64 plus;
	__u64 offset;
	__u64 size;
};

FIXTURE_VARIANT_ADD(argument, byte_off) { .plus = 1, .size = 16 };
FIXTURE_VARIANT_ADD(argument, half_a_granule_off) { .plus = RSI_GRANULE / 2, .size = 16 };
FIXTURE_VARIANT_ADD(argument, shared) { .place = AT_SHARED, .size = 16 };
FIXTURE_VARIANT_ADD(argument, no_memory) { .place = AT_NOWHERE, .size = 16 };
FIXTURE_VARIANT_ADD(argument, beyond_any_memory) { .plus = 1ULL << 63, .size = 16 };
FIXTURE_VARIANT_ADD(argument, offset_4096) { .offset = RSI_GRANULE, .size = 0 };
FIXTURE_VARIANT_ADD(argument, offset_huge) { .offset = ~0ULL, .size = 0 };
FIXTURE_VARIANT_ADD(argument, size_4097) { .size = RSI_GRANULE + 1 };
FIXTURE_VARIANT_ADD(argument, one_too_many) { .offset = RSI_GRANULE - 1, .size = 2 };
FIXTURE_VARIANT_ADD(argument, size_huge) { .size = ~0ULL };
FIXTURE_VARIANT_ADD(argument, sum_wraps_to_zero) { .offset = 1, .size = ~0ULL };
FIXTURE_VARIANT_ADD(argument, sum_wraps) { .offset = 4095, .size = 2 - 4095ULL };

FIXTURE_SETUP(argument)
{
	prepare(_metadata, &self->rsi, self->challenge);
}

FIXTURE_TEARDOWN(argument)
{
	token_none(_metadata, &self->rsi);
}

#define wrong_call() \
	(rsi(RSI_CONTINUE, rsi_place(&self->rsi, variant->place) + variant->plus, \
	     variant->offset, variant->size).x[0])

TEST_F(argument, before_the_state)
{
	EXPECT_EQ(RSI_ERROR_INPUT, wrong_call());
}

TEST_F(argument, leaves_the_token_alone)
{
	init(self->challenge);
	EXPECT_EQ(RSI_ERROR_INPUT, wrong_call());
	while (!self->token.size) {
		ASSERT_EQ(RSI_INCOMPLETE, next(0, 100))
			TH_LOG("after %zu bytes", self->token.size);
	}
	EXPECT_EQ(RSI_ERROR_INPUT, wrong_call());
	EXPECT_EQ(RSI_SUCCESS, finish(0, RSI_GRANULE));
	EXPECT_TOKEN(self->challenge);
}

TEST_HARNESS_MAIN
