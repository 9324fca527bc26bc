// SPDX-License-Identifier: GPL-2.0-only
/* <tsm/token.h>: is every combination of the field read, and what do the getters give? */
#include <errno.h>
#include <stdarg.h>
#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

#include <tsm/token.h>

#include "array_size.h"
#include "minted_token.h"
#include "touch_token.h"

static void expect_bytes(const uint8_t *data, size_t len, uint8_t fill, size_t size)
{
	size_t i;

	assert_int_equal(len, size);
	for (i = 0; i < size; i++)
		assert_int_equal(data[i], fill);
}

/* The parts, as they stand in the token: in a wrapper of 399 as in one of 907. */
static void check_parts(const struct tsm_token *t)
{
	const uint8_t *part;
	size_t len;
	int i;

	for (i = TSM_TOKEN_REALM; i <= TSM_TOKEN_PLATFORM; i++) {
		part = tsm_token_part(t, (enum tsm_token_part)i, &len);
		assert_true(len > 100);
		/* tagged or not, an array of four */
		assert_int_equal(part[0] == 0xd2 ? part[1] : part[0], 0x84);
		assert_non_null(memmem(token.data, token.len, part, len));
	}
	assert_null(tsm_token_part(t, (enum tsm_token_part)2, &len));
	assert_int_equal(len, 0);
	assert_null(tsm_token_part(NULL, TSM_TOKEN_REALM, NULL));
}

static void check_all_getters(const struct tsm_token *t, const char *hash, int alg, int wrapper)
{
	size_t len, size = hash_size(hash);
	const struct tsm_claim *c;
	const uint8_t *data;
	unsigned int i;

	assert_int_equal(tsm_token_wrapper(t), wrapper);
	assert_int_equal(tsm_token_alg(t, TSM_TOKEN_REALM), alg);
	assert_int_equal(tsm_token_alg(t, TSM_TOKEN_PLATFORM), alg);
	assert_int_equal(tsm_hash_size(tsm_token_hash(t)), size);
	data = tsm_token_challenge(t, &len);
	expect_bytes(data, len, 0xcc, 64);
	data = tsm_token_rim(t, &len);
	expect_bytes(data, len, 0x88, size);
	for (i = 0; i < 4; i++) {
		data = tsm_token_rem(t, i, &len);
		expect_bytes(data, len, (uint8_t)(0xe0 + i), size);
	}
	assert_null(tsm_token_rem(t, 4, &len));
	assert_int_equal(len, 0);

	c = tsm_token_find(t, TSM_TOKEN_PLATFORM, TSM_LABEL_LIFECYCLE);
	assert_int_equal(tsm_claim_int(c), 0x3003);
	assert_string_equal(tsm_claim_name(c), "lifecycle");
	c = tsm_token_find(t, TSM_TOKEN_PLATFORM, TSM_LABEL_SW_COMPONENTS);
	assert_int_equal(tsm_claim_type(c), TSM_CLAIM_ARRAY);
	c = tsm_claim_child(c);
	assert_int_equal(tsm_claim_type(c), TSM_CLAIM_MAP);
	assert_null(tsm_claim_name(c));
	c = tsm_claim_child(c);
	assert_string_equal(tsm_claim_name(c), "type");
	assert_int_equal(tsm_claim_label(c), 1);
	assert_string_equal(tsm_claim_text(c), "BL");
}

static void every_combination(void **state)
{
	static const int wrappers[] = { 399, 907 }, realm[] = { 0, 2023, 2024 };
	static const int platform[] = { 0, 2023 }, algs[] = { -7, -35, -36 };
	static const char *const hashes[] = { "sha-256", "sha-384", "sha-512" };
	int i;

	(void)state;
	for (i = 0; i < 2 * 3 * 2 * 3 * 3 * 2; i++) {
		int wrapper = wrappers[i % 2], profile = realm[i / 2 % 3], alg = algs[i / 12 % 3];
		const char *hash = hashes[i / 36 % 3];
		const struct tsm_claim *rak;
		struct tsm_token *t;

		mint_init(&m, wrapper, profile, platform[i / 6 % 2], hash, alg);
		m.part[REALM].untagged = i / 108 % 2;
		m.part[PLATFORM].untagged = i / 108 % 2;
		t = accepted();
		check_all_getters(t, hash, alg, wrapper);
		check_parts(t);
		rak = tsm_token_find(t, TSM_TOKEN_REALM, TSM_LABEL_RAK);
		assert_int_equal(tsm_claim_type(rak), TSM_CLAIM_BYTES);
		assert_int_equal(!!tsm_claim_child(rak), profile != 0);
		walk_token(t);
		tsm_token_free(&t);
		assert_null(t);
	}
}

static void mixed_forms_of_the_rak(void **state)
{
	struct tsm_token *t;
	struct mint legacy;

	(void)state;
	/* a raw point under the 2023 profile, as profile and form vary in the field */
	mint_init(&legacy, 399, 0, 0, "sha-256", -35);
	claim_set_text(&legacy.part[REALM].claims, 265, "tag:arm.com,2023:realm#1.0.0");
	mint_token(&legacy, &token);
	t = decoded();
	assert_null(tsm_claim_child(tsm_token_find(t, TSM_TOKEN_REALM, TSM_LABEL_RAK)));
	tsm_token_free(&t);

	/* a compressed point: y is a bool */
	claim_set_hex(&m.part[REALM].claims, 44237, "58 2a a4 0102 2001 2158 20"
		      "0000000000000000000000000000000000000000000000000000000000000009 22f5");
	t = accepted();
	tsm_token_free(&t);
}

static void cmw_records(void **state)
{
	static const char *const types[] = {
		"00", "19ffff", "73 6170706c69636174696f6e2f6561742b637774"
	};
	struct tsm_token *t;
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		mint_init(&m, 907, 2024, 2023, "sha-512", -35);
		m.cmw_type = types[i];
		m.cmw_indicator = i == 1;
		m.wrapper_more = 1;
		m.wrapper_hex = "68 5f5f636d77635f74 63 756964";	/* "__cmwc_t": "uid" */
		t = accepted();
		assert_int_equal(tsm_token_wrapper(t), 907);
		tsm_token_free(&t);
	}
}

static void unknown_claims_are_kept_and_listed(void **state)
{
	struct claims *c = &m.part[REALM].claims;
	const struct tsm_claim *claim;
	struct tsm_token *t;
	int unknown = 0;
	size_t len;

	(void)state;
	claim_add_hex(c, "19 9999", "82 01 a1 20 f4");	/* 39321: [1, {-1: false}] */
	claim_add_hex(c, "63 666f6f", "63 626172");	/* "foo": "bar" */
	claim_add_hex(c, "62 3130", "01");		/* "10": 1, not the challenge */
	claim_add_hex(c, "39 0100", "c1 1a 5f000000");	/* -257: a time */
	claim_add_hex(c, "19 9998", "1b ffffffffffffffff");
	claim_add_hex(c, "19 9997", "63 610062");	/* text with a NUL inside */
	claim_add_hex(c, "19 9996", "a1 4101 02");	/* a map whose key is bytes */
	claim_add_hex(c, "19 9995", "fb 3ff8000000000000");
	t = accepted();

	for (claim = tsm_token_claims(t, TSM_TOKEN_REALM); claim; claim = tsm_claim_next(claim))
		unknown += !tsm_claim_name(claim);
	assert_int_equal(unknown, 8);

	claim = tsm_token_find(t, TSM_TOKEN_REALM, 39321);
	assert_int_equal(tsm_claim_type(claim), TSM_CLAIM_ARRAY);
	claim = tsm_claim_child(claim);
	assert_int_equal(tsm_claim_int(claim), 1);
	claim = tsm_claim_child(tsm_claim_next(claim));
	assert_int_equal(tsm_claim_label(claim), -1);
	assert_int_equal(tsm_claim_type(claim), TSM_CLAIM_OTHER);
	assert_int_equal(*tsm_claim_bytes(claim, &len), 0xf4);
	assert_int_equal(len, 1);
	assert_null(tsm_claim_next(claim));

	claim = tsm_token_find(t, TSM_TOKEN_REALM, -257);
	assert_int_equal(tsm_claim_type(claim), TSM_CLAIM_OTHER);
	assert_memory_equal(tsm_claim_bytes(claim, &len), "\xc1\x1a\x5f\x00\x00\x00", 6);
	claim = tsm_claim_next(claim);
	assert_int_equal(tsm_claim_label(claim), 39320);
	assert_int_equal(tsm_claim_type(claim), TSM_CLAIM_OTHER);
	claim = tsm_claim_next(claim);
	assert_int_equal(tsm_claim_type(claim), TSM_CLAIM_OTHER);
	assert_null(tsm_claim_text(claim));
	claim = tsm_claim_next(claim);
	assert_int_equal(tsm_claim_type(claim), TSM_CLAIM_OTHER);
	assert_null(tsm_claim_child(claim));

	expect_bytes(tsm_token_challenge(t, &len), 64, 0xcc, 64);
	tsm_token_free(&t);
}

/* RFC 9783 section 5.1.1: emitters may be constrained to one length of a head. */
static void heads_of_any_length(void **state)
{
	struct claims *c = &m.part[REALM].claims;
	struct tsm_token *t;

	(void)state;
	claim_drop(c, 10);
	claim_add_hex(c, "1b 000000000000000a", "5a 00000040"
		      "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
		      "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc");
	claim_add_hex(c, "1a 00009999", "98 02 1800 b9 0001 7801 61 390000");
	m.part[PLATFORM].protected_hex = "b8 01 1801 390022";
	t = accepted();
	assert_int_equal(*tsm_token_challenge(t, NULL), 0xcc);
	assert_int_equal(tsm_token_alg(t, TSM_TOKEN_PLATFORM), -35);
	assert_int_equal(tsm_claim_type(tsm_token_find(t, TSM_TOKEN_REALM, 0x9999)),
			 TSM_CLAIM_ARRAY);
	tsm_token_free(&t);
}

/* The instance id and MEC policy are claims of the 2024 profile, and of no other. */
static void claims_of_the_2024_profile(void **state)
{
	static const struct {
		int label;
		const char *hex, *words;
	} wrong[] = {
		{ 256, "f5", "claim 256 (instance-id) is no byte string" },
		{ 256, "4101", "claim 256 (instance-id) has 1 bytes; 33 are right" },
		{ 44243, "4101", "claim 44243 (mec-policy) is no number" },
		{ 44243, "20", "claim 44243 (mec-policy) is -1, not a number of 8 bits" },
		{ 44243, "190100", "claim 44243 (mec-policy) is 256, not a number of 8 bits" },
	};
	static const int labels[] = { 256, 44243 };
	struct tsm_token *t;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		claim_set_hex(&m.part[REALM].claims, wrong[i].label, wrong[i].hex);
		t = accepted();
		assert_null(tsm_claim_name(tsm_token_find(t, TSM_TOKEN_REALM, wrong[i].label)));
		tsm_token_free(&t);
		mint_init(&m, 399, 2024, 2023, "sha-256", -35);
		claim_set_hex(&m.part[REALM].claims, wrong[i].label, wrong[i].hex);
		refuse(EBADMSG, wrong[i].words);
	}
	for (i = 0; i < ARRAY_SIZE(labels); i++) {
		mint_init(&m, 399, 2024, 2023, "sha-256", -35);
		claim_drop(&m.part[REALM].claims, labels[i]);
		refuse(EBADMSG, "is missing");
	}
	mint_init(&m, 399, 2024, 2023, "sha-256", -35);
	claim_set_text(&m.part[REALM].claims, 44243, "shared");
	t = accepted();
	assert_string_equal(tsm_claim_text(tsm_token_find(t, TSM_TOKEN_REALM, 44243)), "shared");
	tsm_token_free(&t);
}

static void getters_take_null(void **state)
{
	size_t len = 1;

	(void)state;
	tsm_token_free(NULL);
	assert_null(tsm_token_claims(NULL, TSM_TOKEN_REALM));
	assert_null(tsm_token_find(NULL, TSM_TOKEN_REALM, 10));
	assert_int_equal(tsm_token_wrapper(NULL), 0);
	assert_int_equal(tsm_token_hash(NULL), TSM_HASH_NONE);
	assert_null(tsm_token_rim(NULL, &len));
	assert_int_equal(len, 0);
	assert_null(tsm_claim_next(NULL));
	assert_null(tsm_claim_child(NULL));
	assert_null(tsm_claim_name(NULL));
	assert_null(tsm_claim_text(NULL));
	assert_null(tsm_claim_label_text(NULL));
	assert_int_equal(tsm_claim_type(NULL), TSM_CLAIM_NONE);
	assert_null(tsm_claim_bytes(NULL, NULL));
	assert_int_equal(tsm_claim_int(NULL), 0);
	assert_int_equal(tsm_claim_label(NULL), 0);
	assert_int_equal(tsm_token_alg(NULL, TSM_TOKEN_REALM), 0);
	assert_null(tsm_token_part(NULL, TSM_TOKEN_REALM, NULL));
}

static void an_unknown_alg_is_read(void **state)
{
	struct tsm_token *t;

	(void)state;
	m.part[REALM].protected_hex = "a2 01 27 04 4101";	/* EdDSA, and a key id */
	m.part[REALM].unprotected_hex = "a1 05 40";
	t = accepted();
	assert_int_equal(tsm_token_alg(t, TSM_TOKEN_REALM), -8);
	tsm_token_free(&t);
}

int main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(every_combination), T(mixed_forms_of_the_rak), T(cmw_records),
		T(unknown_claims_are_kept_and_listed), T(heads_of_any_length),
		T(claims_of_the_2024_profile), T(getters_take_null), T(an_unknown_alg_is_read),
	};

	return cmocka_run_group_tests_name("token", tests, NULL, NULL);
}
