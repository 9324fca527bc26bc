// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls of RSI 1.0 other than the token's: what is refused and what comes back, in
 * tables of the RMM specification (B5.3, with the failure conditions' order).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include <openssl/evp.h>

#include "config.h"
#include "fault.h"
#include "realm.h"
#include "fake_machine.h"

#define FID(id)	(RSI_FID_BASE + (id))
#define NONE	SMC_UNKNOWN
#define MAX	UINT64_MAX

static struct rec rec;

static int setup(void **state)
{
	const char *line;

	(void)state;
	machine_reset();
	memset(&realm, 0, sizeof(realm));
	memset(&rec, 0, sizeof(rec));
	fault_clear();
	assert_null(config_parse("kernel_size=1\nhash=sha256\nwrapper=399\nprofile=2023\nsign=on\n",
				 &line));
	return 0;
}

/* X0 to X3 of a call; what is beyond comes back as it went in. */
static u64 *call(u64 x0, u64 x1, u64 x2, u64 x3)
{
	static u64 x[SMC_REGISTERS];

	for (size_t i = 0; i < SMC_REGISTERS; i++)
		x[i] = 0x1111111111111111 * i;
	x[0] = x0;
	x[1] = x1;
	x[2] = x2;
	x[3] = x3;
	rsi_dispatch(&rec, x);
	assert_false(cpu.mapped || cpu.simd);
	return x;
}

/* B5.3.13, RSI_VERSION */
static void version(void **state)
{
	static const struct {
		u64 requested, status;
	} rows[] = {
		{ 0x10000, RSI_SUCCESS }, { 0x0ffff, RSI_ERROR_INPUT },
		{ 0x10001, RSI_ERROR_INPUT }, { 0x20000, RSI_ERROR_INPUT },
		{ 0, RSI_ERROR_INPUT }, { MAX, RSI_ERROR_INPUT },
		{ 0x8000000000010000, RSI_ERROR_INPUT },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const u64 *x = call(FID(RSI_VERSION), rows[i].requested, 0, 0);

		assert_int_equal(x[0], rows[i].status);
		assert_int_equal(x[1], 0x10000);
		assert_int_equal(x[2], 0x10000);
	}
}

/* SMCCC 1.2, 2.5.3 and 5.2: -1 in X0, X4 to X17 preserved, the upper half of X0 is nothing */
static void function_ids(void **state)
{
	static const struct {
		u64 x0, status;
	} rows[] = {
		{ 0xc4000190, RSI_SUCCESS }, { 0xc400018f, NONE }, { 0xc400019a, NONE },
		{ 0xc40001ff, NONE }, { 0x84000190, NONE }, { 0x44000190, NONE },
		{ 0, NONE }, { MAX, NONE }, { 0xdeadbeefc4000190, RSI_SUCCESS },
		{ 0xc4010190, RSI_SUCCESS },	/* SVE hint */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const u64 *x = call(rows[i].x0, RSI_VERSION_1_0, 2, 3);

		assert_int_equal(x[0], rows[i].status);
		for (size_t r = 4; r < SMC_REGISTERS; r++)
			assert_int_equal(x[r], 0x1111111111111111 * r);
	}
}

static void features(void **state)
{
	(void)state;
	for (u64 index = 0; index < 4; index++) {
		const u64 *x = call(FID(RSI_FEATURES), index, 0, 0);

		assert_int_equal(x[0], RSI_SUCCESS);
		assert_int_equal(x[1], 0);
	}
}

/* B5.3.8, RSI_MEASUREMENT_READ */
static void read(void **state)
{
	static const struct {
		u64 index, status;
	} rows[] = {
		{ 0, RSI_SUCCESS }, { 1, RSI_SUCCESS }, { 4, RSI_SUCCESS },
		{ 5, RSI_ERROR_INPUT }, { 1ULL << 32, RSI_ERROR_INPUT }, { MAX, RSI_ERROR_INPUT },
	};

	(void)state;
	for (int i = 0; i < MEASUREMENTS; i++)
		memset(realm.measurements[i], 0x10 + i, 32);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const u64 *x = call(FID(RSI_MEASUREMENT_READ), rows[i].index, 0, 0);
		u8 value[HASH_MAX] = { 0 };

		assert_int_equal(x[0], rows[i].status);
		if (x[0])
			continue;
		memset(value, 0x10 + rows[i].index, 32);
		assert_memory_equal(x + 1, value, sizeof(value));
	}
}

/* REM = H(REM || value), with nothing between and nothing behind */
static void extended(u8 *rem, const EVP_MD *md, const void *value, size_t size)
{
	u8 message[2 * HASH_MAX];
	size_t digest = EVP_MD_get_size(md);

	memcpy(message, rem, digest);
	memcpy(message + digest, value, size);
	assert_true(EVP_Digest(message, digest + size, rem, NULL, md, NULL));
}

/* B5.3.7, RSI_MEASUREMENT_EXTEND */
static void extend(void **state)
{
	static const struct {
		u64 index, size, status;
	} rows[] = {
		{ 1, 0, RSI_SUCCESS }, { 1, 1, RSI_SUCCESS }, { 2, 7, RSI_SUCCESS },
		{ 3, 32, RSI_SUCCESS }, { 4, 48, RSI_SUCCESS }, { 4, 64, RSI_SUCCESS },
		{ 0, 32, RSI_ERROR_INPUT }, { 5, 32, RSI_ERROR_INPUT }, { MAX, 32, RSI_ERROR_INPUT },
		{ 1, 65, RSI_ERROR_INPUT }, { 1, MAX, RSI_ERROR_INPUT },
		{ 1, 1ULL << 32, RSI_ERROR_INPUT }, { 0, 65, RSI_ERROR_INPUT },
	};
	static const enum hash hashes[] = { HASH_SHA256, HASH_SHA384, HASH_SHA512 };
	u8 expected[MEASUREMENTS][HASH_MAX] = { 0 };

	(void)state;
	for (size_t h = 0; h < ARRAY_SIZE(hashes); h++) {
		const EVP_MD *md = h == 0 ? EVP_sha256() : h == 1 ? EVP_sha384() : EVP_sha512();

		realm.hash = hashes[h];
		memset(realm.measurements, 0, sizeof(realm.measurements));
		memset(expected, 0, sizeof(expected));
		for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
			u64 x[SMC_REGISTERS];

			memset(x, 0x40 + i, sizeof(x));
			x[0] = FID(RSI_MEASUREMENT_EXTEND);
			x[1] = rows[i].index;
			x[2] = rows[i].size;
			if (!rows[i].status)
				extended(expected[x[1]], md, x + 3, x[2]);
			rsi_dispatch(&rec, x);
			assert_int_equal(x[0], rows[i].status);
			assert_memory_equal(realm.measurements, expected, sizeof(expected));
		}
	}
}

/* seen on the reference RMM: REM0 of a SHA-256 realm, extended by 32 zeros */
static void extend_known(void **state)
{
	static const u8 begin[] = { 0xf5, 0xa5, 0xfd, 0x42 }, end[] = { 0x59, 0xfb, 0x4b };
	u64 x[SMC_REGISTERS] = { FID(RSI_MEASUREMENT_EXTEND), 1, 32 };

	(void)state;
	rsi_dispatch(&rec, x);
	assert_memory_equal(realm.measurements[1], begin, sizeof(begin));
	assert_memory_equal(realm.measurements[1] + 29, end, sizeof(end));
}

/* B5.3.10, RSI_REALM_CONFIG, and what the reference RMM leaves alone */
static void config(void **state)
{
	static const struct {
		u64 ipa, status;
	} rows[] = {
		{ IPA(0), RSI_SUCCESS }, { IPA(0) + 1, RSI_ERROR_INPUT },
		{ IPA(0) + 0x800, RSI_ERROR_INPUT }, { IPA(0) | UNPROTECTED, RSI_ERROR_INPUT },
		{ IPA(1), RSI_ERROR_INPUT }, { IPA(GRANULES), RSI_ERROR_INPUT },
		{ MAX, RSI_ERROR_INPUT }, { 0, RSI_ERROR_INPUT },
	};
	static const struct {
		enum hash hash;
		u8 value;
	} hashes[] = { { HASH_SHA256, 0 }, { HASH_SHA512, 1 }, { HASH_SHA384, 2 } };
	const u8 *granule = machine.ram[0];

	(void)state;
	memset(realm.rpv, 0x77, RPV_SIZE);
	machine.ripas[1] = RIPAS_EMPTY;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(call(FID(RSI_REALM_CONFIG), rows[i].ipa, 0, 0)[0],
				 rows[i].status);
	for (size_t i = 0; i < ARRAY_SIZE(hashes); i++) {
		realm.hash = hashes[i].hash;
		assert_int_equal(call(FID(RSI_REALM_CONFIG), IPA(0), 0, 0)[0], RSI_SUCCESS);
		assert_int_equal(granule[8], hashes[i].value);
		assert_int_equal(granule[9], 0xa5);
		assert_int_equal(granule[0], IPA_BITS);
		assert_memory_equal(granule + 0x200, realm.rpv, RPV_SIZE);
		assert_int_equal(granule[0x240], 0xa5);
	}
	assert_int_equal(machine.ram[1][8], 0xa5);
}

/* B5.3.4 and B5.3.5, RSI_IPA_STATE_GET and RSI_IPA_STATE_SET */
static void ipa_state(void **state)
{
	static const struct {
		u64 base, top, ripas, status;
	} rows[] = {
		{ IPA(0), IPA(1), RIPAS_EMPTY, RSI_SUCCESS },
		{ IPA(0), IPA(4), RIPAS_RAM, RSI_SUCCESS },
		{ IPA(0), IPA(0), RIPAS_RAM, RSI_ERROR_INPUT },
		{ IPA(1), IPA(0), RIPAS_RAM, RSI_ERROR_INPUT },
		{ IPA(0) + 1, IPA(1), RIPAS_RAM, RSI_ERROR_INPUT },
		{ IPA(0), IPA(1) + 8, RIPAS_RAM, RSI_ERROR_INPUT },
		{ IPA(0), IPA(1), 2, RSI_ERROR_INPUT }, { IPA(0), IPA(1), MAX, RSI_ERROR_INPUT },
		{ IPA(0), UNPROTECTED + GRANULE_SIZE, RIPAS_RAM, RSI_ERROR_INPUT },
		{ IPA(0) | UNPROTECTED, IPA(1) | UNPROTECTED, RIPAS_RAM, RSI_ERROR_INPUT },
	};
	const u64 *x;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		x = call(FID(RSI_IPA_STATE_SET), rows[i].base, rows[i].top, rows[i].ripas);
		assert_int_equal(x[0], rows[i].status);
		if (!x[0]) {
			assert_int_equal(x[1], rows[i].top);
			assert_int_equal(x[2], 0);
		}
	}
	assert_int_equal(call(FID(RSI_IPA_STATE_SET), IPA(2), IPA(3), RIPAS_EMPTY)[0], RSI_SUCCESS);
	x = call(FID(RSI_IPA_STATE_GET), IPA(0), IPA(4), 0);
	assert_int_equal(x[0], RSI_SUCCESS);
	assert_int_equal(x[1], IPA(2));
	assert_int_equal(x[2], RIPAS_RAM);
	x = call(FID(RSI_IPA_STATE_GET), IPA(2), IPA(4), 0);
	assert_int_equal(x[1], IPA(3));
	assert_int_equal(x[2], RIPAS_EMPTY);
	assert_int_equal(call(FID(RSI_IPA_STATE_GET), IPA(1), IPA(1), 0)[0], RSI_ERROR_INPUT);

	/* no memory there: the host rejects it, and nothing has changed */
	x = call(FID(RSI_IPA_STATE_SET), IPA(8), IPA(9), RIPAS_RAM);
	assert_int_equal(x[0], RSI_SUCCESS);
	assert_int_equal(x[1], IPA(8));
	assert_int_equal(x[2], 1);
}

/* B5.3.3, RSI_HOST_CALL: gprs are the host's to write, imm is not */
static void host_call(void **state)
{
	static const struct {
		u64 ipa, status;
	} rows[] = {
		{ IPA(0), RSI_SUCCESS }, { IPA(0) + 0x100, RSI_SUCCESS },
		{ IPA(0) + 0xf00, RSI_SUCCESS }, { IPA(0) + 0x80, RSI_ERROR_INPUT },
		{ IPA(0) | UNPROTECTED, RSI_ERROR_INPUT }, { IPA(1), RSI_ERROR_INPUT },
		{ MAX, RSI_ERROR_INPUT },
	};

	(void)state;
	machine.ripas[1] = RIPAS_EMPTY;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const u8 *at = machine.ram[0] + rows[i].ipa % GRANULE_SIZE;

		assert_int_equal(call(FID(RSI_HOST_CALL), rows[i].ipa, 0, 0)[0], rows[i].status);
		if (rows[i].status)
			continue;
		assert_int_equal(at[0], 0xa5);
		for (size_t b = 8; b < 0x100; b++)
			assert_int_equal(at[b], 0);
	}
}

/* Each fault of README.md answers the call that it says, as often as it says. */
static void faults(void **state)
{
	static const struct {
		const char *spec;
		enum rsi_id call;
		int first, last;	/* of five calls */
		u64 status;
	} rows[] = {
		{ "version:error=input", RSI_VERSION, 1, 1, 1 },
		{ "version@2:error=unknown", RSI_VERSION, 2, 2, 4 },
		{ "version@2x3:error=device", RSI_VERSION, 2, 4, 5 },
		{ "version@4x*:error=77", RSI_VERSION, 4, 5, 77 },
		{ "features:error=state", RSI_FEATURES, 1, 1, 2 },
	};
	static const char *const wrong[] = {
		"", "version", "version:", "version@0:error=1", "version@1x0:error=1",
		"version:stall", "init:length=1", "continue:bound=1", "extend:pad=1",
		"versions:error=1", "version:error=", "version:error=1x", "version@:error=1",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		fault_clear();
		assert_true(fault_arm(rows[i].spec));
		for (int n = 1; n <= 5; n++) {
			bool hit = n >= rows[i].first && n <= rows[i].last;

			assert_int_equal(call(FID(rows[i].call), RSI_VERSION_1_0, 0, 0)[0],
					 hit ? rows[i].status : RSI_SUCCESS);
			assert_int_equal(fault_count(rows[i].call), n);
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_false(fault_arm(wrong[i]));
	fault_clear();
	assert_true(fault_arm("extend:delay=3"));
	call(FID(RSI_MEASUREMENT_EXTEND), 1, 0, 0);
	assert_int_equal(cpu.delayed, 3);
}

int main(void)
{
#define T(f)	cmocka_unit_test_setup(f, setup)
	const struct CMUnitTest tests[] = {
		T(version), T(function_ids), T(features), T(read), T(extend), T(extend_known),
		T(config), T(ipa_state), T(host_call), T(faults),
	};

	return cmocka_run_group_tests_name("monitor: calls", tests, NULL, NULL);
}
