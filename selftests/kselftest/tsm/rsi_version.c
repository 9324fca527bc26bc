// SPDX-License-Identifier: GPL-2.0-only
/* Which calls there are: VERSION, FEATURES, and what is none. */
#include "raw_rsi.h"

#define VERSION(major, minor)	((major) << 16 | (minor))

FIXTURE(version) {
	struct rsi rsi;
};

FIXTURE_SETUP(version)
{
	rsi_setup(_metadata, &self->rsi);
}

FIXTURE_TEARDOWN(version)
{
}

TEST_F(version, supported)
{
	struct rsi_regs r = rsi(RSI_VERSION, VERSION(1, 0));

	EXPECT_EQ(RSI_SUCCESS, r.x[0]);
	EXPECT_EQ(VERSION(1, 0), r.x[1]);
	EXPECT_LE(VERSION(1, 0), r.x[2]);
}

TEST_F(version, unsupported)
{
	struct rsi_regs best = rsi(RSI_VERSION, VERSION(1, 0));
	const __u64 requests[] = {
		0, VERSION(0, 9), best.x[2] + 1, VERSION((best.x[2] >> 16) + 1, 0), 0x7fffffff,
	};

	for (size_t i = 0; i < ARRAY_SIZE(requests); i++) {
		struct rsi_regs r = rsi(RSI_VERSION, requests[i]);

		EXPECT_EQ(RSI_ERROR_INPUT, r.x[0])
			TH_LOG("version %#llx", requests[i]);
		EXPECT_GE(VERSION(1, 0), r.x[1]);
		EXPECT_EQ(best.x[2], r.x[2]);
	}
}

TEST_F(version, features)
{
	EXPECT_EQ(RSI_SUCCESS, rsi(RSI_FEATURES, 0).x[0]);
}

/* Registers that no version has defined read as zero. */
TEST_F(version, features_undefined)
{
	const __u64 indexes[] = { 1000, 1ULL << 32, ~0ULL };

	for (size_t i = 0; i < ARRAY_SIZE(indexes); i++) {
		struct rsi_regs r = rsi(RSI_FEATURES, indexes[i], ~0ULL);

		EXPECT_EQ(RSI_SUCCESS, r.x[0])
			TH_LOG("index %#llx", indexes[i]);
		EXPECT_EQ(0, r.x[1]);
	}
}

FIXTURE(unknown) {
	struct rsi rsi;
};

FIXTURE_VARIANT(unknown) {
	__u64 id;
};

FIXTURE_VARIANT_ADD(unknown, before_the_first) { .id = 0xc400018f };
FIXTURE_VARIANT_ADD(unknown, far_behind_the_last) { .id = 0xc40001cf };
FIXTURE_VARIANT_ADD(unknown, version_as_smc32) { .id = 0x84000190 };
FIXTURE_VARIANT_ADD(unknown, init_as_smc32) { .id = 0x84000194 };
FIXTURE_VARIANT_ADD(unknown, version_as_yielding_call) { .id = 0x44000190 };
FIXTURE_VARIANT_ADD(unknown, realm_management) { .id = 0xc4000150 };

FIXTURE_SETUP(unknown)
{
	rsi_setup(_metadata, &self->rsi);
}

FIXTURE_TEARDOWN(unknown)
{
}

TEST_F(unknown, not_supported)
{
	EXPECT_EQ(RSI_NOT_SUPPORTED, rsi(variant->id, VERSION(1, 0)).x[0]);
}

TEST_HARNESS_MAIN
