// SPDX-License-Identifier: GPL-2.0-only
/*
 * The emulated realm's faults, so that a driver's tests can rely on them: each
 * kind is seen, and gone again.
 */
#include <time.h>

#include "rsi_control.h"

FIXTURE(fault) {
	struct rsi rsi;
	__u8 challenge[CHALLENGE_SIZE];
	struct token token;
};

FIXTURE_SETUP(fault)
{
	rsi_fault_setup(_metadata, &self->rsi);
	challenge_fill(self->challenge, getpid());
}

FIXTURE_TEARDOWN(fault)
{
	rsi_fault_teardown(_metadata, &self->rsi);
}

#define control(operation, argument)	control(_metadata, &self->rsi, operation, argument)
#define fault(spec)			rsi_fault(_metadata, &self->rsi, spec)

#define init(challenge)		token_init(_metadata, &self->rsi, challenge)
#define next(at, size)		token_continue(_metadata, &self->rsi, &self->token, at, size)
#define finish(at, size)	token_finish(_metadata, &self->rsi, &self->token, at, size)

TEST_F(fault, extend_fails_and_does_nothing)
{
	struct rsi_regs before = rsi(RSI_READ, 1), after;

	fault("extend:error=unknown");
	EXPECT_EQ(RSI_ERROR_UNKNOWN, rsi(RSI_EXTEND, 1, 32).x[0]);
	after = rsi(RSI_READ, 1);
	EXPECT_EQ(0, memcmp(&before, &after, sizeof(before)));
}

TEST_F(fault, stall)
{
	unsigned int usual;

	init(self->challenge);
	EXPECT_EQ(RSI_SUCCESS, finish(0, RSI_GRANULE));
	usual = self->token.calls;

	self->token.size = 0;
	init(self->challenge);
	fault("continue@1x*:stall");
	for (unsigned int i = 0; i < usual + 100; i++) {
		ASSERT_EQ(RSI_INCOMPLETE, next(0, RSI_GRANULE))
			TH_LOG("call %u", i);
	}
	EXPECT_EQ(0, self->token.size);
	EXPECT_EQ(0, control(CONTROL_CLEAR, 0));
	EXPECT_EQ(RSI_SUCCESS, finish(0, RSI_GRANULE));
	EXPECT_TRUE(token_is_whole(self->token.data, self->token.size));
}

/* Full granules for ever: far past the bound there is still more to come. */
TEST_F(fault, endless)
{
	const __u64 bound = init(self->challenge);
	__u64 total = 0;

	fault("continue@1x*:endless");
	for (int i = 0; i < 1000 && total < bound + 16 * RSI_GRANULE; i++) {
		struct rsi_regs r = rsi(RSI_CONTINUE, self->rsi.ram, 0, RSI_GRANULE);

		ASSERT_EQ(RSI_INCOMPLETE, r.x[0]);
		total += r.x[1];
	}
	EXPECT_LE(bound + 16 * RSI_GRANULE, total);
}

TEST_F(fault, lose_before_continue)
{
	init(self->challenge);
	fault("continue:lose");
	EXPECT_EQ(RSI_ERROR_STATE, next(0, RSI_GRANULE));
	EXPECT_EQ(RSI_ERROR_STATE, next(0, RSI_GRANULE));
}

TEST_F(fault, lose_before_another_call)
{
	init(self->challenge);
	fault("read:lose");
	EXPECT_EQ(RSI_SUCCESS, rsi(RSI_READ, 0).x[0]);
	EXPECT_EQ(RSI_ERROR_STATE, next(0, RSI_GRANULE));
}

/* Whether the token that is made now has 96 bytes of nothing for a signature. */
static bool token_is_unsigned(struct __test_metadata *_metadata, const struct rsi *rsi)
{
	const __u8 nothing[2 + 96] = { 0x58, 96 }, challenge[CHALLENGE_SIZE] = { 1 };
	static struct token token;

	token.size = 0;
	token_init(_metadata, rsi, challenge);
	EXPECT_EQ(RSI_SUCCESS, token_finish(_metadata, rsi, &token, 0, RSI_GRANULE));

	return memmem(token.data, token.size, nothing, sizeof(nothing));
}

TEST_F(fault, no_signature)
{
	const bool at_first = token_is_unsigned(_metadata, &self->rsi);

	EXPECT_EQ(0, control(CONTROL_SIGN, 0));
	EXPECT_TRUE(token_is_unsigned(_metadata, &self->rsi));
	EXPECT_EQ(0, control(CONTROL_SIGN, 1));
	EXPECT_FALSE(token_is_unsigned(_metadata, &self->rsi));
	EXPECT_EQ(0, control(CONTROL_SIGN, !at_first));
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);

	return t.tv_sec + t.tv_nsec / 1e9;
}

TEST_F(fault, late_and_right)
{
	double start;

	fault("init:delay=1");
	fault("continue:delay=2");
	start = now();
	init(self->challenge);
	EXPECT_LE(1.0, now() - start);
	start = now();
	EXPECT_EQ(RSI_SUCCESS, finish(0, RSI_GRANULE));
	EXPECT_LE(2.0, now() - start);
	EXPECT_TRUE(token_is_whole(self->token.data, self->token.size));
	EXPECT_TRUE(token_has_challenge(self->token.data, self->token.size, self->challenge));
}

/* The value that a call reports in X1, in place of the true one. */
FIXTURE(number) {
	struct rsi rsi;
	__u8 challenge[CHALLENGE_SIZE];
};

FIXTURE_VARIANT(number) {
	const char *text;
	__u64 value;
};

FIXTURE_VARIANT_ADD(number, zero) { .text = "0", .value = 0 };
FIXTURE_VARIANT_ADD(number, one) { .text = "1", .value = 1 };
FIXTURE_VARIANT_ADD(number, past_the_granule) { .text = "4097", .value = 4097 };
FIXTURE_VARIANT_ADD(number, two_to_31) { .text = "0x80000000", .value = 1ULL << 31 };
FIXTURE_VARIANT_ADD(number, two_to_63) { .text = "0x8000000000000000", .value = 1ULL << 63 };
FIXTURE_VARIANT_ADD(number, largest) { .text = "18446744073709551615", .value = ~0ULL };

FIXTURE_SETUP(number)
{
	rsi_fault_setup(_metadata, &self->rsi);
	challenge_fill(self->challenge, getpid());
}

FIXTURE_TEARDOWN(number)
{
	rsi_fault_teardown(_metadata, &self->rsi);
}

TEST_F(number, length)
{
	struct rsi_regs r;
	char spec[64];

	snprintf(spec, sizeof(spec), "continue:length=%s", variant->text);
	fault(spec);
	init(self->challenge);
	r = rsi(RSI_CONTINUE, self->rsi.ram, 0, RSI_GRANULE);
	EXPECT_TRUE(r.x[0] == RSI_INCOMPLETE || r.x[0] == RSI_SUCCESS)
		TH_LOG("status %llu", r.x[0]);
	EXPECT_EQ(variant->value, r.x[1]);
}

TEST_F(number, bound)
{
	char spec[64];

	snprintf(spec, sizeof(spec), "init:bound=%s", variant->text);
	fault(spec);
	EXPECT_EQ(variant->value, init(self->challenge));
	EXPECT_NE(variant->value, init(self->challenge));
}

/* Each error in each call, once; the call after it is answered as ever. */
FIXTURE(error) {
	struct rsi rsi;
};

FIXTURE_VARIANT(error) {
	const char *name;
	__u64 status;
};

FIXTURE_VARIANT_ADD(error, input) { .name = "input", .status = RSI_ERROR_INPUT };
FIXTURE_VARIANT_ADD(error, state) { .name = "state", .status = RSI_ERROR_STATE };
FIXTURE_VARIANT_ADD(error, unknown) { .name = "unknown", .status = RSI_ERROR_UNKNOWN };
FIXTURE_VARIANT_ADD(error, device) { .name = "device", .status = RSI_ERROR_DEVICE };
FIXTURE_VARIANT_ADD(error, number) { .name = "77", .status = 77 };

FIXTURE_SETUP(error)
{
	rsi_fault_setup(_metadata, &self->rsi);
}

FIXTURE_TEARDOWN(error)
{
	rsi_fault_teardown(_metadata, &self->rsi);
}

TEST_F(error, in_every_call)
{
	const __u64 ram = self->rsi.ram, empty = self->rsi.empty;
	const struct {
		const char *name;
		struct rsi_regs regs;
	} calls[] = {
		{ "version", { .x = { RSI_VERSION, 0x10000 } } },
		{ "features", { .x = { RSI_FEATURES } } },
		{ "read", { .x = { RSI_READ } } },
		{ "extend", { .x = { RSI_EXTEND, 1, 32 } } },
		{ "init", { .x = { RSI_INIT } } },
		{ "config", { .x = { RSI_CONFIG, ram } } },
		{ "ipa-set", { .x = { RSI_IPA_SET, empty, empty + RSI_GRANULE, RIPAS_EMPTY } } },
		{ "ipa-get", { .x = { RSI_IPA_GET, ram, ram + RSI_GRANULE } } },
		{ "host-call", { .x = { RSI_HOST_CALL, ram } } },
	};
	struct rsi_regs piece = { .x = { RSI_CONTINUE, ram, 0, 0 } };
	char spec[64];

	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		snprintf(spec, sizeof(spec), "%s:error=%s", calls[i].name, variant->name);
		fault(spec);
		EXPECT_EQ(variant->status, __rsi(_metadata, &self->rsi, calls[i].regs).x[0])
			TH_LOG("%s", spec);
		EXPECT_EQ(RSI_SUCCESS, __rsi(_metadata, &self->rsi, calls[i].regs).x[0])
			TH_LOG("%s has not gone", spec);
	}

	/* CONTINUE has a token to be continued: the one that the table's INIT began. */
	snprintf(spec, sizeof(spec), "continue:error=%s", variant->name);
	fault(spec);
	EXPECT_EQ(variant->status, __rsi(_metadata, &self->rsi, piece).x[0]);
	EXPECT_EQ(RSI_INCOMPLETE, __rsi(_metadata, &self->rsi, piece).x[0]);
}

TEST_HARNESS_MAIN
