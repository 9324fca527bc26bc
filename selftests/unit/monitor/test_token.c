// SPDX-License-Identifier: GPL-2.0-only
/*
 * RSI_ATTESTATION_TOKEN_INIT and _CONTINUE (RMM specification, B5.3.1 and B5.3.2), and
 * the token that comes of them, which libtsm is to find valid.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <tsm/verify.h>

#include "config.h"
#include "fault.h"
#include "realm.h"
#include "fake_machine.h"

#define INIT		(RSI_FID_BASE + RSI_ATTESTATION_TOKEN_INIT)
#define CONTINUE	(RSI_FID_BASE + RSI_ATTESTATION_TOKEN_CONTINUE)
#define MAX		UINT64_MAX

static struct rec rec, other;

static void begin(const char *config)
{
	const char *line;

	machine_reset();
	memset(&realm, 0, sizeof(realm));
	memset(&rec, 0, sizeof(rec));
	memset(&other, 0, sizeof(other));
	fault_clear();
	assert_null(config_parse(config, &line));
}

static int setup(void **state)
{
	(void)state;
	begin("kernel_size=1\nhash=sha256\nwrapper=399\nprofile=2023\nsign=on\n");
	return 0;
}

static void init(struct rec *vcpu, u8 challenge)
{
	u64 x[SMC_REGISTERS];

	memset(x, challenge, sizeof(x));
	x[0] = INIT;
	rsi_dispatch(vcpu, x);
	assert_int_equal(x[0], RSI_SUCCESS);
	assert_int_equal(x[1], TOKEN_MAX);
}

/* Returns the status; *len is X1. */
static u64 proceed(struct rec *vcpu, u64 ipa, u64 offset, u64 size, u64 *len)
{
	u64 x[SMC_REGISTERS] = { CONTINUE, ipa, offset, size };

	rsi_dispatch(vcpu, x);
	assert_false(cpu.mapped || cpu.simd);
	*len = x[1];
	return x[0];
}

/* The rest of the token, in pieces of at most @size; returns its length. */
static size_t finish(struct rec *vcpu, u8 *token, size_t size)
{
	size_t total = 0;
	u64 status, len;

	do {
		status = proceed(vcpu, IPA(0), 0, size, &len);
		assert_true(len <= size && total + len <= TOKEN_MAX);
		memcpy(token + total, machine.ram[0], len);
		total += len;
	} while (status == RSI_INCOMPLETE);
	assert_int_equal(status, RSI_SUCCESS);
	return total;
}

static const struct {
	const char *what;
	u64 ipa, offset, size;
} wrong[] = {
	{ "not aligned", IPA(0) + 8, 0, 16 },
	{ "not protected", IPA(0) | UNPROTECTED, 0, 16 },
	{ "beyond any address", MAX & ~0xfffULL, 0, 16 },
	{ "offset of a granule", IPA(0), GRANULE_SIZE, 0 },
	{ "offset far out", IPA(0), MAX, 1 },
	{ "one byte too long", IPA(0), 0, GRANULE_SIZE + 1 },
	{ "one byte over the end", IPA(0), 1, GRANULE_SIZE },
	{ "offset and size wrap", IPA(0), 16, MAX - 8 },
};

/* The buffer is looked at before the state. */
static void wrong_arguments(void **state)
{
	u8 token[TOKEN_MAX];
	u64 len;

	(void)state;
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
			if (proceed(&rec, wrong[i].ipa, wrong[i].offset, wrong[i].size, &len) !=
			    RSI_ERROR_INPUT)
				fail_msg("%s: not refused", wrong[i].what);
			assert_int_equal(len, 0);
		}
		if (!round)
			init(&rec, 1);
	}
	assert_true(finish(&rec, token, GRANULE_SIZE));
}

static void states(void **state)
{
	u8 token[TOKEN_MAX];
	u64 len;

	(void)state;
	assert_int_equal(proceed(&rec, IPA(0), 0, 16, &len), RSI_ERROR_STATE);
	init(&rec, 1);
	finish(&rec, token, GRANULE_SIZE);
	assert_int_equal(proceed(&rec, IPA(0), 0, 16, &len), RSI_ERROR_STATE);
	/* of a granule that is no RAM, or is not there, it learns when there is something to write */
	init(&rec, 1);
	machine.ripas[1] = RIPAS_EMPTY;
	while (proceed(&rec, IPA(0), 0, 0, &len) == RSI_INCOMPLETE && rec.token.state != TOKEN_READY)
		assert_int_equal(len, 0);
	assert_int_equal(proceed(&rec, IPA(1), 0, 16, &len), RSI_ERROR_INPUT);
	assert_int_equal(proceed(&rec, IPA(GRANULES), 0, 16, &len), RSI_ERROR_INPUT);
	/* and nothing of the token is lost over it */
	assert_int_equal(proceed(&rec, IPA(0), 0, 0, &len), RSI_INCOMPLETE);
	assert_int_equal(len, 0);
	finish(&rec, token, GRANULE_SIZE);
	/* the operation that was in progress is gone */
	init(&rec, 1);
	proceed(&rec, IPA(0), 0, GRANULE_SIZE, &len);
	init(&rec, 2);
	finish(&rec, token, GRANULE_SIZE);
	assert_int_equal(proceed(&rec, IPA(0), 0, 16, &len), RSI_ERROR_STATE);
}

static void no_signature(void **state)
{
	u64 status, len;

	(void)state;
	init(&rec, 1);
	machine.no_signature = true;
	do {
		status = proceed(&rec, IPA(0), 0, 16, &len);
		assert_int_equal(len, 0);
	} while (status == RSI_INCOMPLETE);
	assert_int_equal(status, RSI_ERROR_UNKNOWN);
	assert_int_equal(proceed(&rec, IPA(0), 0, 16, &len), RSI_ERROR_STATE);
}

/* Only what it was given room for is written to. */
static void writes_nowhere_else(void **state)
{
	u64 status, len;

	(void)state;
	init(&rec, 1);
	do {
		machine_reset();
		status = proceed(&rec, IPA(1), 100, 33, &len);
		assert_true(len <= 33);
		for (size_t i = 0; i < sizeof(machine.ram); i++) {
			size_t at = i - GRANULE_SIZE - 100;

			if (at >= len)
				assert_int_equal(((u8 *)machine.ram)[i], 0xa5);
		}
	} while (status == RSI_INCOMPLETE);
	assert_int_equal(status, RSI_SUCCESS);
}

static struct tsm_ctx *ctx;
static struct tsm_anchors *anchors;

static int library(void **state)
{
	static char text[4096];
	FILE *f = fopen(TRUST_ANCHORS, "re");
	size_t len = f ? fread(text, 1, sizeof(text), f) : 0;

	(void)state;
	if (f)
		fclose(f);
	return tsm_ctx_new(NULL, &ctx) || tsm_anchors_new(ctx, &anchors) ||
	       tsm_anchors_add(ctx, anchors, text, len);
}

static int library_end(void **state)
{
	(void)state;
	tsm_anchors_free(&anchors);
	tsm_ctx_free(&ctx);
	return 0;
}

/* Valid by libtsm, with this challenge and these measurements. */
static void check(const u8 *token, size_t size, u8 challenge, const u8 rems[REMS][HASH_MAX])
{
	u8 expected[64];
	const struct tsm_verify_opts opts = {
		.size = sizeof(opts), .anchors = anchors,
		.challenge = expected, .challenge_len = sizeof(expected),
		.waive = BIT(TSM_STEP_PLATFORM_REFVALUES) | BIT(TSM_STEP_REALM_REFVALUES) |
			 BIT(TSM_STEP_EVENT_LOG),
	};
	const struct tsm_token *decoded;
	struct tsm_verify *verify;
	size_t len;

	memset(expected, challenge, sizeof(expected));
	assert_int_equal(tsm_verify_new(ctx, token, size, &opts, &verify), 0);
	if (tsm_verify_verdict(verify) != TSM_VERDICT_VALID)
		fail_msg("%s", tsm_verify_reason(verify));
	decoded = tsm_verify_token(verify);
	assert_int_equal(tsm_token_wrapper(decoded), realm.wrapper);
	assert_memory_equal(tsm_token_rim(decoded, &len), realm.measurements[0],
			    hash_size(realm.hash));
	assert_int_equal(len, hash_size(realm.hash));
	for (unsigned int i = 0; i < REMS; i++)
		assert_memory_equal(tsm_token_rem(decoded, i, &len), rems[i], len);
	tsm_verify_free(&verify);
}

static void valid(void **state)
{
	static const char *const configs[] = {
		"kernel_size=1\nhash=sha256\nwrapper=399\nprofile=2023\nsign=on\n",
		"kernel_size=1\nhash=sha384\nwrapper=399\nprofile=2023\nsign=on\n",
		"kernel_size=1\nhash=sha512\nwrapper=399\nprofile=2023\nsign=on\n",
		"kernel_size=1\nhash=sha256\nwrapper=907\nprofile=2023\nsign=on\n",
		"kernel_size=1\nhash=sha256\nwrapper=399\nprofile=legacy\nsign=on\n",
		"kernel_size=1\nhash=sha512\nwrapper=907\nprofile=legacy\nsign=on\n",
	};
	static const size_t sizes[] = { GRANULE_SIZE, 1, 7, 1000 };
	u8 token[TOKEN_MAX], rems[REMS][HASH_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(configs); i++) {
		for (size_t s = 0; s < ARRAY_SIZE(sizes); s++) {
			begin(configs[i]);
			for (int m = 0; m < MEASUREMENTS; m++)
				memset(realm.measurements[m], 0x21 + m, hash_size(realm.hash));
			memcpy(rems, realm.measurements[1], sizeof(rems));
			init(&rec, 0x5c + i);
			/* later extensions are not in it: INIT captures */
			memset(realm.measurements[1], 0xee, 32);
			check(token, finish(&rec, token, sizes[s]), 0x5c + i, rems);
		}
	}
}

/* The operation is the vCPU's own. */
static void two_vcpus(void **state)
{
	u8 token[TOKEN_MAX], rems[REMS][HASH_MAX] = { 0 };
	u64 len;

	(void)state;
	init(&rec, 1);
	proceed(&rec, IPA(0), 0, GRANULE_SIZE, &len);
	init(&other, 2);
	check(token, finish(&other, token, 100), 2, rems);
	check(token, finish(&rec, token, 100), 1, rems);
	assert_int_equal(proceed(&other, IPA(0), 0, 16, &len), RSI_ERROR_STATE);
}

static void faults(void **state)
{
	u64 x[SMC_REGISTERS] = { INIT }, len;

	(void)state;
	assert_true(fault_arm("init:bound=12345"));
	rsi_dispatch(&rec, x);
	assert_int_equal(x[1], 12345);
	assert_true(fault_arm("continue:lose"));
	assert_int_equal(proceed(&rec, IPA(0), 0, 16, &len), RSI_ERROR_STATE);
	init(&rec, 1);
	assert_true(fault_arm("continue@1x5:stall"));
	for (int i = 0; i < 5; i++) {
		assert_int_equal(proceed(&rec, IPA(0), 0, 16, &len), RSI_INCOMPLETE);
		assert_int_equal(len, 0);
	}
	assert_true(fault_arm("continue:length=0xffffffffffffffff"));
	assert_int_equal(proceed(&rec, IPA(0), 0, 16, &len), RSI_INCOMPLETE);
	assert_int_equal(len, MAX);
	assert_true(fault_arm("continue:endless"));
	for (int i = 0; i < 100; i++)
		assert_int_equal(proceed(&rec, IPA(0), 0, GRANULE_SIZE, &len), RSI_INCOMPLETE);
	assert_int_equal(len, GRANULE_SIZE);
}

int main(void)
{
#define T(f)	cmocka_unit_test_setup(f, setup)
	const struct CMUnitTest tests[] = {
		T(wrong_arguments), T(states), T(no_signature), T(writes_nowhere_else),
		T(valid), T(two_vcpus), T(faults),
	};

	return cmocka_run_group_tests_name("monitor: token", tests, library, library_end);
}
