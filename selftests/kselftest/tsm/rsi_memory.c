// SPDX-License-Identifier: GPL-2.0-only
/* The calls that are given an address: REALM_CONFIG, IPA_STATE_GET and _SET, HOST_CALL. */
#include <assert.h>

#include "raw_rsi.h"

struct realm_config {
	__u64 ipa_bits;
	__u64 hash;
	__u8 pad[0x200 - 16];
	__u8 rpv[64];
	__u8 pad2[RSI_GRANULE - 0x200 - 64];
};

FIXTURE(memory) {
	struct rsi rsi;
};

FIXTURE_SETUP(memory)
{
	rsi_setup(_metadata, &self->rsi);
}

FIXTURE_TEARDOWN(memory)
{
}

TEST_F(memory, config)
{
	struct realm_config config[2] = {}, again[2] = {};

	memset(&config[1], 0xa5, sizeof(config[1]));
	rsi_granule_write(_metadata, &self->rsi, config, sizeof(config), 0);
	EXPECT_EQ(RSI_SUCCESS, rsi(RSI_CONFIG, self->rsi.ram).x[0]);
	rsi_granule_read(_metadata, &self->rsi, config, sizeof(config), 0);

	EXPECT_LE(32, config[0].ipa_bits);
	EXPECT_GE(52, config[0].ipa_bits);
	EXPECT_EQ(0, self->rsi.ram >> (config[0].ipa_bits - 1));
	EXPECT_GE(2, config[0].hash & 0xff);
	for (size_t i = 0; i < sizeof(config[1]); i++) {
		ASSERT_EQ(0xa5, ((__u8 *)&config[1])[i])
			TH_LOG("byte %zu of the next granule", i);
	}

	rsi_granule_write(_metadata, &self->rsi, again, sizeof(again), 0);
	EXPECT_EQ(RSI_SUCCESS, rsi(RSI_CONFIG, self->rsi.ram).x[0]);
	rsi_granule_read(_metadata, &self->rsi, again, sizeof(again), 0);
	EXPECT_EQ(0, memcmp(&config[0], &again[0], sizeof(config[0])));
}

TEST_F(memory, get_ram)
{
	const __u64 base = self->rsi.ram, top = base + RSI_GRANULE;
	struct rsi_regs r = rsi(RSI_IPA_GET, base, top);

	EXPECT_EQ(RSI_SUCCESS, r.x[0]);
	EXPECT_EQ(top, r.x[1]);
	EXPECT_EQ(RIPAS_RAM, r.x[2]);
}

TEST_F(memory, get_empty)
{
	const __u64 base = self->rsi.empty, top = base + RSI_GRANULE;
	struct rsi_regs r = rsi(RSI_IPA_GET, base, top);

	EXPECT_EQ(RSI_SUCCESS, r.x[0]);
	EXPECT_EQ(top, r.x[1]);
	EXPECT_EQ(RIPAS_EMPTY, r.x[2]);
}

/* The answer is about the first piece of the range that is of one kind. */
TEST_F(memory, get_across)
{
	const bool empty_first = self->rsi.empty < self->rsi.ram;
	const __u64 base = empty_first ? self->rsi.empty : self->rsi.ram;
	const __u64 other = empty_first ? self->rsi.ram : self->rsi.empty;
	struct rsi_regs r = rsi(RSI_IPA_GET, base, other + RSI_GRANULE);

	EXPECT_EQ(RSI_SUCCESS, r.x[0]);
	EXPECT_LT(base, r.x[1]);
	EXPECT_GE(other, r.x[1]);
	EXPECT_EQ(empty_first ? RIPAS_EMPTY : RIPAS_RAM, r.x[2]);
}

TEST_F(memory, set)
{
	const __u64 base = self->rsi.empty, top = base + RSI_GRANULE;
	const __u64 states[] = { RIPAS_RAM, RIPAS_RAM, RIPAS_EMPTY, RIPAS_EMPTY };

	for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
		struct rsi_regs r = rsi(RSI_IPA_SET, base, top, states[i]);

		EXPECT_EQ(RSI_SUCCESS, r.x[0])
			TH_LOG("step %zu", i);
		EXPECT_EQ(top, r.x[1]);
		EXPECT_EQ(0, r.x[2])
			TH_LOG("rejected by the host");
		EXPECT_EQ(states[i], rsi(RSI_IPA_GET, base, top).x[2]);
	}
}

TEST_F(memory, set_unknown_state)
{
	const __u64 base = self->rsi.empty, top = base + RSI_GRANULE;
	const __u64 states[] = { 2, 3, 4, 1ULL << 32, ~0ULL };

	for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
		EXPECT_EQ(RSI_ERROR_INPUT, rsi(RSI_IPA_SET, base, top, states[i]).x[0])
			TH_LOG("state %#llx", states[i]);
	}
	EXPECT_EQ(RIPAS_EMPTY, rsi(RSI_IPA_GET, base, top).x[2]);
}

/* 256 bytes that the host sees: a number and general purpose registers. */
TEST_F(memory, host_call)
{
	struct {
		__u16 imm;
		__u64 gprs[31];
	} call = { .imm = 1, .gprs = { 1, 2, 3 } };
	const off_t at[] = { 0, 0x100, RSI_GRANULE - 0x100 };

	static_assert(sizeof(call) == 0x100, "RsiHostCall is 256 bytes");
	for (size_t i = 0; i < ARRAY_SIZE(at); i++) {
		rsi_granule_write(_metadata, &self->rsi, &call, sizeof(call), at[i]);
		EXPECT_EQ(RSI_SUCCESS, rsi(RSI_HOST_CALL, self->rsi.ram + at[i]).x[0])
			TH_LOG("at %#llx", (long long)at[i]);
	}
	EXPECT_EQ(RSI_ERROR_INPUT, rsi(RSI_HOST_CALL, self->rsi.ram + 8).x[0]);
	EXPECT_EQ(RSI_ERROR_INPUT, rsi(RSI_HOST_CALL, self->rsi.ram + 0x80).x[0]);
}

FIXTURE(address) {
	struct rsi rsi;
};

FIXTURE_VARIANT(address) {
	enum rsi_place place;
	__u64 plus;
};

FIXTURE_VARIANT_ADD(address, byte_off) { .plus = 1 };
FIXTURE_VARIANT_ADD(address, half_a_granule_off) { .plus = RSI_GRANULE / 2 + 8 };
FIXTURE_VARIANT_ADD(address, shared) { .place = AT_SHARED };
FIXTURE_VARIANT_ADD(address, no_memory) { .place = AT_NOWHERE };
FIXTURE_VARIANT_ADD(address, beyond_any_memory) { .plus = 1ULL << 63 };

FIXTURE_SETUP(address)
{
	rsi_setup(_metadata, &self->rsi);
}

FIXTURE_TEARDOWN(address)
{
}

TEST_F(address, config)
{
	const __u64 ipa = rsi_place(&self->rsi, variant->place) + variant->plus;

	EXPECT_EQ(RSI_ERROR_INPUT, rsi(RSI_CONFIG, ipa).x[0]);
}

TEST_F(address, host_call)
{
	const __u64 ipa = rsi_place(&self->rsi, variant->place) + variant->plus;

	EXPECT_EQ(RSI_ERROR_INPUT, rsi(RSI_HOST_CALL, ipa).x[0]);
}

TEST_F(address, state)
{
	const __u64 ipa = rsi_place(&self->rsi, variant->place) + variant->plus;
	const __u64 page = rsi_place(&self->rsi, variant->place);

	EXPECT_EQ(RSI_ERROR_INPUT, rsi(RSI_IPA_GET, ipa, page + 2 * RSI_GRANULE).x[0]);
	EXPECT_EQ(RSI_ERROR_INPUT, rsi(RSI_IPA_GET, page, ipa).x[0]);
	EXPECT_EQ(RSI_ERROR_INPUT, rsi(RSI_IPA_SET, ipa, page + 2 * RSI_GRANULE, RIPAS_RAM).x[0]);
	EXPECT_EQ(RSI_ERROR_INPUT, rsi(RSI_IPA_SET, page, ipa, RIPAS_RAM).x[0]);
}

FIXTURE(range) {
	struct rsi rsi;
};

FIXTURE_SETUP(range)
{
	rsi_setup(_metadata, &self->rsi);
}

FIXTURE_TEARDOWN(range)
{
}

TEST_F(range, of_nothing)
{
	const __u64 ipa = self->rsi.ram;

	EXPECT_EQ(RSI_ERROR_INPUT, rsi(RSI_IPA_GET, ipa, ipa).x[0]);
	EXPECT_EQ(RSI_ERROR_INPUT, rsi(RSI_IPA_SET, ipa, ipa, RIPAS_RAM).x[0]);
}

TEST_F(range, backwards)
{
	const __u64 ipa = self->rsi.ram + RSI_GRANULE;

	EXPECT_EQ(RSI_ERROR_INPUT, rsi(RSI_IPA_GET, ipa, self->rsi.ram).x[0]);
	EXPECT_EQ(RSI_ERROR_INPUT, rsi(RSI_IPA_SET, ipa, self->rsi.ram, RIPAS_RAM).x[0]);
}

TEST_F(range, empty_memory_takes_no_data)
{
	EXPECT_EQ(RSI_ERROR_INPUT, rsi(RSI_CONFIG, self->rsi.empty).x[0]);
	EXPECT_EQ(RSI_ERROR_INPUT, rsi(RSI_HOST_CALL, self->rsi.empty).x[0]);
}

TEST_HARNESS_MAIN
