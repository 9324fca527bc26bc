// SPDX-License-Identifier: GPL-2.0-only
/* The measurement registers: MEASUREMENT_READ, MEASUREMENT_EXTEND. */
#include <mbedtls/sha256.h>
#include <mbedtls/sha512.h>

#include "raw_rsi.h"

#define RIM		0
#define REM(n)		((n) + 1)
#define REGISTERS	5
#define VALUE_MAX	64

struct measurements {
	__u8 value[REGISTERS][VALUE_MAX];
};

/* What REALM_CONFIG says of the hash, by its number. */
static const struct hash {
	const char *name;
	size_t size;
} hashes[] = { { "SHA-256", 32 }, { "SHA-512", 64 }, { "SHA-384", 48 } };

static void digest(const struct hash *hash, const void *data, size_t size, __u8 *out)
{
	if (hash->size == 32)
		mbedtls_sha256(data, size, out, 0);
	else
		mbedtls_sha512(data, size, out, hash->size == 48);
}

FIXTURE(measure) {
	struct rsi rsi;
	const struct hash *hash;
};

static void prepare(struct __test_metadata *_metadata, struct rsi *rsi, const struct hash **hash)
{
	__u8 number;

	rsi_setup(_metadata, rsi);
	if (_metadata->exit_code)
		return;
	/* rsi_setup() has left the realm's configuration in the granule. */
	rsi_granule_read(_metadata, rsi, &number, sizeof(number), 8);
	ASSERT_GT(ARRAY_SIZE(hashes), number);
	*hash = &hashes[number];
}

FIXTURE_SETUP(measure)
{
	prepare(_metadata, &self->rsi, &self->hash);
}

FIXTURE_TEARDOWN(measure)
{
}

/* Beyond the hash's length a register's bytes mean nothing. */
static struct measurements read_all(struct __test_metadata *_metadata, const struct rsi *rsi,
				    const struct hash *hash)
{
	struct measurements all = {};

	for (int i = 0; i < REGISTERS; i++) {
		struct rsi_regs r = { .x = { RSI_READ, i } };

		r = __rsi(_metadata, rsi, r);
		ASSERT_EQ(RSI_SUCCESS, r.x[0])
			TH_LOG("register %d", i);
		memcpy(all.value[i], &r.x[1], hash->size);
	}

	return all;
}

#define read_all()	read_all(_metadata, &self->rsi, self->hash)

static struct rsi_regs extend_call(__u64 index, __u64 size, const __u8 *value)
{
	struct rsi_regs r = { .x = { RSI_EXTEND, index, size } };

	memcpy(&r.x[3], value, VALUE_MAX);

	return r;
}

#define extend(index, size, value) \
	(__rsi(_metadata, &self->rsi, extend_call(index, size, value)).x[0])

TEST_F(measure, read)
{
	struct measurements all = read_all(), again = read_all();
	const __u8 zeros[VALUE_MAX] = {};

	EXPECT_NE(0, memcmp(all.value[RIM], zeros, self->hash->size));
	EXPECT_EQ(0, memcmp(&all, &again, sizeof(all)));
}

TEST_F(measure, read_out_of_range)
{
	const __u64 indexes[] = { REGISTERS, 255, 256, 1ULL << 32, 1ULL << 63, ~0ULL };

	for (size_t i = 0; i < ARRAY_SIZE(indexes); i++) {
		EXPECT_EQ(RSI_ERROR_INPUT, rsi(RSI_READ, indexes[i]).x[0])
			TH_LOG("index %#llx", indexes[i]);
	}
}

/* REMs are the realm's, not the CPU's. */
TEST_F(measure, same_on_every_cpu)
{
	const __u8 value[VALUE_MAX] = { 1, 2, 3 };
	struct measurements here, there;

	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		SKIP(return, "one CPU only");
	rsi_pin(_metadata, 1);
	EXPECT_EQ(RSI_SUCCESS, extend(REM(0), VALUE_MAX, value));
	there = read_all();
	rsi_pin(_metadata, 0);
	here = read_all();
	EXPECT_EQ(0, memcmp(&here, &there, sizeof(here)));
}

FIXTURE(extend) {
	struct rsi rsi;
	const struct hash *hash;
};

FIXTURE_VARIANT(extend) {
	size_t size;
};

FIXTURE_VARIANT_ADD(extend, nothing) { .size = 0 };
FIXTURE_VARIANT_ADD(extend, byte) { .size = 1 };
FIXTURE_VARIANT_ADD(extend, part_of_a_register) { .size = 31 };
FIXTURE_VARIANT_ADD(extend, sha256) { .size = 32 };
FIXTURE_VARIANT_ADD(extend, register_and_a_byte) { .size = 33 };
FIXTURE_VARIANT_ADD(extend, sha384) { .size = 48 };
FIXTURE_VARIANT_ADD(extend, all_but_a_byte) { .size = 63 };
FIXTURE_VARIANT_ADD(extend, sha512) { .size = 64 };

FIXTURE_SETUP(extend)
{
	prepare(_metadata, &self->rsi, &self->hash);
}

FIXTURE_TEARDOWN(extend)
{
}

/* REM = H(REM || value): of the value's size, whatever the registers hold behind it. */
TEST_F(extend, value)
{
	for (int rem = 0; rem < 4; rem++) {
		struct measurements before = read_all(), after;
		__u8 value[VALUE_MAX], message[2 * VALUE_MAX];

		for (int i = 0; i < VALUE_MAX; i++)
			value[i] = 0x80 + 16 * rem + i;
		EXPECT_EQ(RSI_SUCCESS, extend(REM(rem), variant->size, value));
		after = read_all();

		memcpy(message, before.value[REM(rem)], self->hash->size);
		memcpy(message + self->hash->size, value, variant->size);
		digest(self->hash, message, self->hash->size + variant->size,
		       before.value[REM(rem)]);
		EXPECT_EQ(0, memcmp(&before, &after, sizeof(before)))
			TH_LOG("REM%d is not the %s, or another register changed",
			       rem, self->hash->name);
	}
}

FIXTURE(extend_refused) {
	struct rsi rsi;
	const struct hash *hash;
};

FIXTURE_VARIANT(extend_refused) {
	__u64 index;
	__u64 size;
};

FIXTURE_VARIANT_ADD(extend_refused, rim) { .index = RIM, .size = 32 };
FIXTURE_VARIANT_ADD(extend_refused, index_5) { .index = 5, .size = 32 };
FIXTURE_VARIANT_ADD(extend_refused, index_257) { .index = 257, .size = 32 };
FIXTURE_VARIANT_ADD(extend_refused, index_2_32_and_1) { .index = (1ULL << 32) + 1, .size = 32 };
FIXTURE_VARIANT_ADD(extend_refused, index_huge) { .index = ~0ULL, .size = 32 };
FIXTURE_VARIANT_ADD(extend_refused, size_65) { .index = REM(0), .size = 65 };
FIXTURE_VARIANT_ADD(extend_refused, size_128) { .index = REM(3), .size = 128 };
FIXTURE_VARIANT_ADD(extend_refused, size_2_32) { .index = REM(0), .size = 1ULL << 32 };
FIXTURE_VARIANT_ADD(extend_refused, size_huge) { .index = REM(0), .size = ~0ULL };
FIXTURE_VARIANT_ADD(extend_refused, both) { .index = 5, .size = 65 };

FIXTURE_SETUP(extend_refused)
{
	prepare(_metadata, &self->rsi, &self->hash);
}

FIXTURE_TEARDOWN(extend_refused)
{
}

TEST_F(extend_refused, error_input)
{
	const __u8 value[VALUE_MAX] = { 0xff };
	struct measurements before = read_all(), after;

	EXPECT_EQ(RSI_ERROR_INPUT, extend(variant->index, variant->size, value));
	after = read_all();
	EXPECT_EQ(0, memcmp(&before, &after, sizeof(before)))
		TH_LOG("a register changed");
}

TEST_HARNESS_MAIN
