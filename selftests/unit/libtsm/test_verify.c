// SPDX-License-Identifier: GPL-2.0-only
/* <tsm/verify.h>: the right verdict of right tokens, and what is no token at all. */
#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "array_size.h"
#include "relying_party.h"

static void every_combination(void **state)
{
	static const int wrappers[] = { 399, 907 }, realm[] = { 0, 2023, 2024 };
	static const int platform[] = { 0, 2023 }, algs[] = { -7, -35, -36 };
	static const struct { const char *name; int alg; } hashes[] = {
		{ "sha-256", SHA256 }, { "sha-384", SHA384 }, { "sha-512", SHA512 } };
	int i;

	(void)state;
	opts.waive = 0;
	for (i = 0; i < 2 * 3 * 2 * 3 * 3; i++) {
		const char *hash = hashes[i / 36 % 3].name;
		int alg = algs[i / 12 % 3];
		char json[1024], *at = json;

		mint_init(&m, wrappers[i % 2], realm[i / 2 % 3], platform[i / 6 % 2], hash, alg);
		log_begin(&l, hashes[i / 36 % 3].alg, 0);
		log_aael(&l, 1, "example.org op content");
		log_bare(&l, 4, 0x22);
		encode_rems();
		give_log();
		new_anchors();
		add_anchor(alg);
		new_refvalues();
		add_refvalues_file("minted/platform.json");
		at += sprintf(at, "{\"realm\":[{\"initial-measurement\":\"");
		at += put_fill(at, 0x88, hash_size(hash));
		sprintf(at, "\",\"rak-hash-algorithm\":\"sha-256\"}]}");
		add_refvalues(json);
		verify();
		expect("vvvvvvvvv", TSM_VERDICT_VALID);
		assert_int_equal(tsm_verify_records(v), 2);
		assert_int_equal(tsm_token_wrapper(tsm_verify_token(v)), wrappers[i % 2]);
	}
}

static void every_byte_of_the_challenge(void **state)
{
	static uint8_t expected[64];
	struct enc value = { .len = 0 };
	size_t i;

	(void)state;
	enc_bytes(&value, expected, 64);
	claim_set(&m.part[REALM].claims, 10, &value);
	opts.challenge = expected;
	opts.challenge_len = 64;
	for (i = 0; i < 64; i++) {
		expected[i] ^= 0x80;
		verify();
		expect_fault("vvvvvx---", TSM_STEP_CHALLENGE, 10, TSM_TOKEN_REALM,
			     "not the one expected");
		expected[i] ^= 0x80;
	}
	verify();
	expect("vvvvvv---", TSM_VERDICT_VALID);
}

static void short_challenges_are_padded(void **state)
{
	static const uint8_t expected[64] = { 1, 2, 3 };
	struct enc value = { .len = 0 };

	(void)state;
	enc_bytes(&value, expected, 64);
	claim_set(&m.part[REALM].claims, 10, &value);
	opts.challenge = expected;
	opts.challenge_len = 3;
	verify();
	expect("vvvvvv---", TSM_VERDICT_VALID);
	opts.challenge_len = 2;
	verify();
	expect_fault("vvvvvx---", TSM_STEP_CHALLENGE, 10, TSM_TOKEN_REALM, "not the one expected");
}

static void unknown_claims_count_for_nothing(void **state)
{
	(void)state;
	claim_add_hex(&m.part[REALM].claims, "19 9999", "82 01 a1 20 f4");
	claim_add_hex(&m.part[PLATFORM].claims, "63 666f6f", "63 626172");
	verify();
	expect("vvvvvv---", TSM_VERDICT_VALID);
	assert_null(tsm_claim_name(tsm_token_find(tsm_verify_token(v), TSM_TOKEN_REALM, 39321)));
}

static void without_inputs(void **state)
{
	struct tsm_verify_opts none = { .size = sizeof(none) };

	(void)state;
	mint_token(&m, &token);
	tsm_verify_free(&v);
	assert_int_equal(tsm_verify_new(ctx, token.data, token.len, NULL, &v), 0);
	expect("v??vv????", TSM_VERDICT_UNKNOWN);
	tsm_verify_free(&v);
	assert_int_equal(tsm_verify_new(ctx, token.data, token.len, &none, &v), 0);
	expect("v??vv????", TSM_VERDICT_UNKNOWN);

	opts.anchors = NULL;
	verify();
	expect("v??vvv---", TSM_VERDICT_UNKNOWN);
	new_anchors();			/* an empty set trusts nobody */
	verify();
	expect_fault("v?xvvv---", TSM_STEP_TRUST_ANCHOR, 256, TSM_TOKEN_PLATFORM,
		     "none of 0 is for");
	add_anchor(-7);
	opts.challenge = NULL;
	opts.challenge_len = 0;
	verify();
	expect("vvvvv?---", TSM_VERDICT_UNKNOWN);
	opts.challenge = challenge;
	opts.challenge_len = 64;
	opts.waive = 0;
	verify();
	expect("vvvvvv???", TSM_VERDICT_UNKNOWN);
	opts.refvalues = NULL;
	opts.waive = 1u << TSM_STEP_EVENT_LOG;
	verify();
	expect("vvvvvv\?\?-", TSM_VERDICT_UNKNOWN);
	/* not valid outweighs what cannot be told; what is given is not waived */
	new_refvalues();
	add_refvalues("{\"realm\":[]}");
	opts.waive = WAIVE_ALL;
	verify();
	expect_fault("vvvvvv-x-", TSM_STEP_REALM_REFVALUES, 44238, TSM_TOKEN_REALM, "in no entry");
}

static void wrong_arguments(void **state)
{
	struct tsm_verify *none = NULL;
	enum tsm_token_part part;

	(void)state;
	verify();
	assert_int_equal(tsm_verify_step(v, (enum tsm_step)TSM_STEPS), TSM_VERDICT_UNKNOWN);
	assert_string_equal(tsm_verify_step_reason(v, (enum tsm_step)TSM_STEPS), "");

	assert_int_equal(tsm_verify_new(NULL, token.data, token.len, &opts, &none), -EINVAL);
	assert_int_equal(tsm_verify_new(ctx, NULL, token.len, &opts, &none), -EINVAL);
	assert_int_equal(tsm_verify_new(ctx, token.data, token.len, &opts, NULL), -EINVAL);
	opts.challenge_len = 65;
	assert_int_equal(tsm_verify_new(ctx, token.data, token.len, &opts, &none), -EINVAL);
	opts.challenge_len = 0;
	assert_int_equal(tsm_verify_new(ctx, token.data, token.len, &opts, &none), -EINVAL);
	opts.challenge_len = 64;
	opts.waive = 1u << TSM_STEP_TRUST_ANCHOR;
	assert_int_equal(tsm_verify_new(ctx, token.data, token.len, &opts, &none), -EINVAL);
	opts.waive = 0;
	opts.n_logs = 1;
	assert_int_equal(tsm_verify_new(ctx, token.data, token.len, &opts, &none), -EINVAL);
	opts.size = 1;
	assert_int_equal(tsm_verify_new(ctx, token.data, token.len, &opts, &none), -EINVAL);

	tsm_verify_free(NULL);
	tsm_verify_free(&none);
	assert_int_equal(tsm_verify_verdict(NULL), TSM_VERDICT_UNKNOWN);
	assert_string_equal(tsm_verify_reason(NULL), "");
	assert_int_equal(tsm_verify_step(NULL, TSM_STEP_FORM), TSM_VERDICT_UNKNOWN);
	assert_int_equal(tsm_verify_step_claim(NULL, TSM_STEP_FORM, &part), 0);
	assert_string_equal(tsm_verify_step_reason(NULL, TSM_STEP_FORM), "");
	assert_null(tsm_verify_token(NULL));
	assert_int_equal(tsm_verify_records(NULL), 0);
	assert_null(tsm_step_name((enum tsm_step)TSM_STEPS));
}

static void wrong_form(void **state)
{
	static const int labels[2][9] = {
		[REALM] = { 10, 44235, 44236, 44237, 44238, 44239, 44240 },
		[PLATFORM] = { 10, 256, 265, 2395, 2396, 2399, 2401, 2402 },
	};
	char label[16];
	int part, i;

	(void)state;
	for (part = REALM; part <= PLATFORM; part++) {
		enum tsm_token_part of = part == REALM ? TSM_TOKEN_REALM : TSM_TOKEN_PLATFORM;

		for (i = 0; labels[part][i]; i++) {
			mint_init(&m, 399, 2023, 2023, "sha-256", -7);
			claim_drop(&m.part[part].claims, labels[part][i]);
			verify();
			expect_fault("x????????", TSM_STEP_FORM, labels[part][i], of, "is missing");

			mint_init(&m, 399, 2023, 2023, "sha-256", -7);
			sprintf(label, labels[part][i] < 24 ? "%02x" : "19%04x", labels[part][i]);
			claim_add_hex(&m.part[part].claims, label, "40");
			verify();
			expect_fault("x????????", TSM_STEP_FORM, 0, of, "repeated");

			mint_init(&m, 399, 2023, 2023, "sha-256", -7);
			claim_set_hex(&m.part[part].claims, labels[part][i], "f4");
			verify();
			expect_fault("x????????", TSM_STEP_FORM, labels[part][i], of, "is no");
		}
	}
	mint_init(&m, 399, 2023, 2023, "sha-256", -7);
	claim_set_hex(&m.part[PLATFORM].claims, 2399, "81 a1 02 5820"
		      "0000000000000000000000000000000000000000000000000000000000000001");
	verify();
	expect_fault("x????????", TSM_STEP_FORM, 2399, TSM_TOKEN_PLATFORM, "signer-id");
	claim_set_text(&m.part[PLATFORM].claims, 265, "tag:example.org,2030:none");
	verify();
	expect_fault("x????????", TSM_STEP_FORM, 265, TSM_TOKEN_PLATFORM, "does not know");
	assert_null(tsm_verify_token(v));
	verify_bytes("", 0);
	expect_fault("x????????", TSM_STEP_FORM, 0, TSM_TOKEN_REALM, "empty");
}

static void cut_or_lengthened(void **state)
{
	size_t len;
	int wrapper;

	(void)state;
	for (wrapper = 399; wrapper <= 907; wrapper += 907 - 399) {
		mint_init(&m, wrapper, 2023, 2023, "sha-256", -7);
		mint_token(&m, &token);
		for (len = 1; len < token.len; len++) {
			verify_bytes(token.data, len);
			expect("x????????", TSM_VERDICT_INVALID);
		}
		for (len = 1; len <= 32; len++) {
			token.data[token.len + len - 1] = (uint8_t)(len * 7);
			verify_bytes(token.data, token.len + len);
			expect("x????????", TSM_VERDICT_INVALID);
		}
	}
}

int main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(every_combination), T(every_byte_of_the_challenge),
		T(short_challenges_are_padded), T(unknown_claims_count_for_nothing),
		T(without_inputs), T(wrong_arguments), T(wrong_form), T(cut_or_lengthened),
	};

	return cmocka_run_group_tests_name("verify", tests, NULL, NULL);
}
