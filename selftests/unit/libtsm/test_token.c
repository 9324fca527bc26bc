// SPDX-License-Identifier: GPL-2.0-only
/* <tsm/token.h>: every combination of the field is read, every wrong one refused by name. */
#include <errno.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <tsm/token.h>

#include "array_size.h"
#include "mint.h"
#include "touch_token.h"

static struct tsm_ctx *ctx;
static struct mint m;
static struct enc token;

static int setup(void **state)
{
	(void)state;
	mint_init(&m, 399, 2023, 2023, "sha-256", -35);
	return tsm_ctx_new(NULL, &ctx);
}

static int teardown(void **state)
{
	(void)state;
	tsm_ctx_free(&ctx);
	return 0;
}

static struct tsm_token *decode(void)
{
	struct tsm_token *t = NULL;

	if (tsm_token_new(ctx, token.data, token.len, &t))
		fail_msg("refused: %s", tsm_error(ctx));
	return t;
}

static struct tsm_token *accept(void)
{
	mint_token(&m, &token);
	return decode();
}

static void refuse_bytes(const void *data, size_t len, int err, const char *words)
{
	struct tsm_token *t = NULL;
	int rc = tsm_token_new(ctx, data, len, &t);

	if (rc != -err || !strstr(tsm_error(ctx), words))
		fail_msg("%d instead of %d, or no '%s' in: %s", rc, -err, words, tsm_error(ctx));
	assert_null(t);
}

/* The token as it is minted now is refused; then everything is right again. */
static void refuse(int err, const char *words)
{
	mint_token(&m, &token);
	refuse_bytes(token.data, token.len, err, words);
	mint_init(&m, 399, 2023, 2023, "sha-256", -35);
}

static void expect_bytes(const uint8_t *data, size_t len, uint8_t fill, size_t size)
{
	size_t i;

	assert_int_equal(len, size);
	for (i = 0; i < size; i++)
		assert_int_equal(data[i], fill);
}

/* --- what is right --- */

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
		t = accept();
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
	t = decode();
	assert_null(tsm_claim_child(tsm_token_find(t, TSM_TOKEN_REALM, TSM_LABEL_RAK)));
	tsm_token_free(&t);

	/* a compressed point: y is a bool */
	claim_set_hex(&m.part[REALM].claims, 44237, "58 2a a4 0102 2001 2158 20"
		      "0000000000000000000000000000000000000000000000000000000000000009 22f5");
	t = accept();
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
		t = accept();
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
	t = accept();

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
	t = accept();
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
		t = accept();
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
	t = accept();
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

/* --- what is wrong with claims --- */

static void mandatory_claim_missing(void **state)
{
	static const struct {
		int part, label;
		const char *words;
	} t[] = {
		{ REALM, 10, "realm token: mandatory claim 10 (challenge) is missing" },
		{ REALM, 44235, "realm token: mandatory claim 44235 (rpv) is missing" },
		{ REALM, 44236, "realm token: mandatory claim 44236 (hash) is missing" },
		{ REALM, 44237, "realm token: mandatory claim 44237 (rak) is missing" },
		{ REALM, 44238, "realm token: mandatory claim 44238 (rim) is missing" },
		{ REALM, 44239, "realm token: mandatory claim 44239 (rems) is missing" },
		{ REALM, 44240, "realm token: mandatory claim 44240 (rak-hash) is missing" },
		{ PLATFORM, 10, "platform token: mandatory claim 10 (challenge) is missing" },
		{ PLATFORM, 256, "platform token: mandatory claim 256 (instance-id) is missing" },
		{ PLATFORM, 265, "platform token: mandatory claim 265 (profile) is missing" },
		{ PLATFORM, 2395, "platform token: mandatory claim 2395 (lifecycle) is missing" },
		{ PLATFORM, 2396, "platform token: mandatory claim 2396 (implementation-id) is" },
		{ PLATFORM, 2399, "platform token: mandatory claim 2399 (sw-components) is" },
		{ PLATFORM, 2401, "platform token: mandatory claim 2401 (config) is missing" },
		{ PLATFORM, 2402, "platform token: mandatory claim 2402 (hash) is missing" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(t); i++) {
		claim_drop(&m.part[t[i].part].claims, t[i].label);
		refuse(EBADMSG, t[i].words);
	}
	/* not mandatory */
	claim_drop(&m.part[REALM].claims, 265);
	claim_drop(&m.part[PLATFORM].claims, 2400);
	mint_token(&m, &token);
	walk_bytes(ctx, token.data, token.len);
	assert_string_equal(tsm_error(ctx), t[14].words);
}

static void claim_of_wrong_type(void **state)
{
	static const int labels[2][11] = {
		[REALM] = { 10, 265, 44235, 44236, 44237, 44238, 44239, 44240 },
		[PLATFORM] = { 10, 256, 265, 2395, 2396, 2399, 2400, 2401, 2402 },
	};
	char words[64];
	int part;

	(void)state;
	for (part = REALM; part <= PLATFORM; part++) {
		for (int i = 0; labels[part][i]; i++) {
			claim_set_hex(&m.part[part].claims, labels[part][i], "f5");
			snprintf(words, sizeof(words), "%s token: claim %d (",
				 part == REALM ? "realm" : "platform", labels[part][i]);
			refuse(EBADMSG, words);
		}
	}
	claim_set_hex(&m.part[REALM].claims, 10, "01");
	refuse(EBADMSG, "realm token: claim 10 (challenge) is no byte string");
	claim_set_hex(&m.part[PLATFORM].claims, 2395, "613d");
	refuse(EBADMSG, "platform token: claim 2395 (lifecycle) is no number");
	claim_set_hex(&m.part[REALM].claims, 44239, "a0");
	refuse(EBADMSG, "realm token: claim 44239 (rems) is no array");
}

static void claim_of_wrong_length(void **state)
{
	static const struct {
		int part, label;
		size_t len;
		const char *words;
	} t[] = {
		{ REALM, 10, 63, "claim 10 (challenge) has 63 bytes; 64 are right" },
		{ REALM, 10, 65, "claim 10 (challenge) has 65 bytes; 64 are right" },
		{ REALM, 44235, 0, "claim 44235 (rpv) has 0 bytes; 64 are right" },
		{ REALM, 44237, 96, "claim 44237 (rak)" },
		{ REALM, 44238, 31, "claim 44238 (rim) has 31 bytes; 32, 48 or 64 are right" },
		{ REALM, 44238, 64,
		  "claim 44238 (rim) has 64 bytes; claim 44236 (hash) says sha-256, which has 32" },
		{ PLATFORM, 10, 20, "platform token: claim 10 (challenge) has 20 bytes" },
		{ PLATFORM, 256, 32, "claim 256 (instance-id) has 32 bytes; 33 are right" },
		{ PLATFORM, 2396, 33, "claim 2396 (implementation-id) has 33 bytes; 32 are right" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(t); i++) {
		claim_set_bytes(&m.part[t[i].part].claims, t[i].label, 0x04, t[i].len);
		refuse(EBADMSG, t[i].words);
	}
}

static void claim_of_wrong_value(void **state)
{
	struct claims *realm = &m.part[REALM].claims, *platform = &m.part[PLATFORM].claims;

	(void)state;
	claim_set_text(realm, 265, "tag:arm.com,2030:realm#9");
	refuse(EPROTONOSUPPORT,
	       "realm token: claim 265 (profile) is tag:arm.com,2030:realm#9, which");
	claim_set_text(realm, 265, "tag:arm.com,2023:cca_platform#1.0.0");
	refuse(EPROTONOSUPPORT, "realm token: claim 265 (profile)");
	claim_set_text(platform, 265, "tag:arm.com,2023:realm#1.0.0");
	refuse(EPROTONOSUPPORT, "platform token: claim 265 (profile)");
	claim_set_text(realm, 44236, "sha-1");
	refuse(EPROTONOSUPPORT, "claim 44236 (hash) is sha-1, which");
	claim_set_text(realm, 44236, "SHA-256");
	refuse(EPROTONOSUPPORT, "claim 44236 (hash) is SHA-256, which");
	claim_set_text(realm, 44240, "Sha-256");
	refuse(EPROTONOSUPPORT, "claim 44240 (rak-hash) is Sha-256, which");
	claim_set_text(realm, 44236, "sha256");
	refuse(EPROTONOSUPPORT, "claim 44236 (hash) is sha256, which");
	claim_set_text(realm, 44240, "md5\x1b[31m\xc3\xbc");
	refuse(EPROTONOSUPPORT, "claim 44240 (rak-hash) is md5?[31m??, which");
	claim_set_text(platform, 2402, "");
	refuse(EPROTONOSUPPORT, "platform token: claim 2402 (hash)");
	claim_set_bytes(platform, 256, 0x02, 33);
	refuse(EBADMSG, "claim 256 (instance-id) begins with 02");
	claim_set_hex(platform, 2395, "1a 00010000");
	refuse(EBADMSG, "claim 2395 (lifecycle) is 65536, not a number of 16 bits");
	claim_set_hex(platform, 2395, "20");
	refuse(EBADMSG, "claim 2395 (lifecycle) is -1");
	claim_set_hex(realm, 44236, "67 7368612d320036");
	refuse(EBADMSG, "claim 44236 (hash) is no text");
}

#define D "5820 0000000000000000000000000000000000000000000000000000000000000001"

static void claims_inside_claims(void **state)
{
	struct claims *realm = &m.part[REALM].claims, *platform = &m.part[PLATFORM].claims;

	(void)state;
	claim_set_hex(realm, 44239, "83" D D D);
	refuse(EBADMSG, "claim 44239 (rems) has 3 entries; 4 are right");
	claim_set_hex(realm, 44239, "85" D D D D D);
	refuse(EBADMSG, "claim 44239 (rems) has 5 entries; 4 are right");
	claim_set_hex(realm, 44239, "80");
	refuse(EBADMSG, "claim 44239 (rems) has 0 entries");
	claim_set_hex(realm, 44239, "84" D D "4101" D);
	refuse(EBADMSG, "claim 44239 (rems) entry 2 has 1 bytes; claim 44236 (hash) says sha-256");
	claim_set_hex(realm, 44239, "84" D D D "f6");
	refuse(EBADMSG, "claim 44239 (rems) entry 3 is no byte string");

	claim_set_hex(platform, 2399, "80");
	refuse(EBADMSG, "claim 2399 (sw-components) is empty");
	claim_set_hex(platform, 2399, "81 80");
	refuse(EBADMSG, "claim 2399 (sw-components) entry 0 is no map");
	claim_set_hex(platform, 2399, "82 a2 02" D "05" D "a1 02" D);
	refuse(EBADMSG,
	       "platform token: sw-components entry 1: mandatory claim 5 (signer-id) is missing");
	claim_set_hex(platform, 2399, "81 a2 02 4101 05" D);
	refuse(EBADMSG, "sw-components entry 0: claim 2 (measurement) has 1 bytes; 32, 48 or 64");
	claim_set_hex(platform, 2399, "81 a3 01 02 02" D "05" D);
	refuse(EBADMSG, "sw-components entry 0: claim 1 (type) is no text");

	claim_set_hex(realm, 44237, "43 010203");
	refuse(EBADMSG, "realm token: claim 44237 (rak) is not acceptable as CBOR");
	claim_set_hex(realm, 44237, "41 01");
	refuse(EBADMSG, "claim 44237 (rak) is neither an uncompressed point nor a COSE_Key");
	claim_set_hex(realm, 44237, "40");
	refuse(EBADMSG, "claim 44237 (rak) is neither a COSE_Key nor a point: 0 bytes");
	claim_set_hex(realm, 44237, "43 a1 01 02");
	refuse(EBADMSG, "realm token: rak: mandatory claim -1 (crv) is missing");
	claim_set_hex(realm, 44237, "4a a4 0102 2002 2141 00 2220");
	refuse(EBADMSG, "realm token: rak: claim -2 (x) has 1 bytes; 32, 48 or 66 are right");
	claim_set_hex(realm, 44237, "45 a2 0102 0102");
	refuse(EBADMSG, "a key that is repeated in its map");
}

/* Numbers of 64 bits with a sign, or text that C can hold: neither this nor that else. */
static void labels_of_claims(void **state)
{
	static const char *const wrong[] = {
		"41 0a", "40", "1b 8000000000000000", "1b ffffffffffffffff",
		"3b 8000000000000000", "3b ffffffffffffffff", "61 00", "63 610062",
	};
	static const char *const right[] = {
		"1b 7fffffffffffffff", "3b 7fffffffffffffff", "60", "00", "20", "62 3130",
	};
	struct tsm_token *t;
	size_t i;
	int part;

	(void)state;
	for (part = REALM; part <= PLATFORM; part++) {
		for (i = 0; i < ARRAY_SIZE(wrong); i++) {
			claim_add_hex(&m.part[part].claims, wrong[i], "00");
			refuse(EBADMSG, "its payload is no map of claims with numbers or text");
		}
	}
	for (part = REALM; part <= PLATFORM; part++)
		for (i = 0; i < ARRAY_SIZE(right); i++)
			claim_add_hex(&m.part[part].claims, right[i], "00");
	t = accept();
	assert_non_null(tsm_token_find(t, TSM_TOKEN_REALM, INT64_MAX));
	assert_non_null(tsm_token_find(t, TSM_TOKEN_REALM, INT64_MIN));
	tsm_token_free(&t);
}

/* --- what is wrong with the wrapper and COSE_Sign1 --- */

static void wrong_wrapper(void **state)
{
	static const struct {
		const char *hex, *words;
		int err;
	} t[] = {
		{ "a0", "does not begin with tag 399 or 907", EPROTONOSUPPORT },
		{ "d9 0190 a0", "does not begin with tag 399 or 907", EPROTONOSUPPORT },
		{ "00", "does not begin with tag 399 or 907", EPROTONOSUPPORT },
		{ "d9 018f 80", "its wrapper is no map", EBADMSG },
		{ "d9 018f a0", "realm token: it is missing in the wrapper", EBADMSG },
		{ "d9 018f a1 19acd1 41a0",
		  "platform token: it is missing in the wrapper", EBADMSG },
		{ "d9 018f a1 19acca 01",
		  "platform token: its entry in the wrapper is no byte string", EBADMSG },
		{ "d9 038b a1 19acd1 4100",
		  "realm token: its entry in the wrapper is no [type, value]", EBADMSG },
		{ "d9 038b a1 19acd1 81 4100", "is no [type, value]", EBADMSG },
		{ "d9 038b a1 19acd1 82 4100 4100", "is no [type, value]", EBADMSG },
		{ "d9 038b a1 19acd1 83 00 4100 4100", "is no [type, value]", EBADMSG },
		{ "d9 038b a1 19acd1 83 00 4100 00", "is no [type, value]", EBADMSG },
		{ "d9 038b a1 19acd1 84 00 4100 00 00", "is no [type, value]", EBADMSG },
		{ "d9 038b a1 19acd1 82 00 01",
		  "its entry in the wrapper is no byte string", EBADMSG },
		{ "d9 018f a1 01 4100", "something besides the platform token", EBADMSG },
		{ "d9 018f a1 68 5f5f636d77635f74 63 756964", "something besides", EBADMSG },
		{ "d9 038b a1 68 5f5f636d77635f75 63 756964", "something besides", EBADMSG },
		{ "d9 018f a2 19acd1 40 19acd1 40", "a key that is repeated in its map", EBADMSG },
		{ "d9 018f a2 19acd1 40 19acca 40",
		  "realm token: its COSE_Sign1 is not acceptable as CBOR, at byte 0: it ends too early",
		  EBADMSG },
	};
	struct enc e;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(t); i++) {
		e.len = 0;
		enc_hex(&e, t[i].hex);
		refuse_bytes(e.data, e.len, t[i].err, t[i].words);
	}
	m.wrapper_more = 1;
	m.wrapper_hex = "19acd2 4100";
	refuse(EBADMSG, "something besides the platform token (44234) and the realm token (44241)");
}

static void wrong_cose(void **state)
{
	static const struct {
		const char *hex, *words;
	} t[] = {
		{ "a0", "it is no COSE_Sign1, an array of four" },
		{ "83 40 a0 40", "it is no COSE_Sign1" },
		{ "85 40 a0 40 40 40", "it is no COSE_Sign1" },
		{ "d1 84 40 a0 40 40", "it is no COSE_Sign1" },
		{ "d2 d2 84 40 a0 40 40", "it is no COSE_Sign1" },
		{ "84 a0 a0 40 40", "part 1 of 4 of its COSE_Sign1 is no byte string" },
		{ "84 40 80 40 40", "part 2 of 4 of its COSE_Sign1 is no map" },
		{ "84 40 a0 f6 40", "part 3 of 4 of its COSE_Sign1 is no byte string" },
		{ "84 40 a0 40 60", "part 4 of 4 of its COSE_Sign1 is no byte string" },
		{ "84 40 a0 40 40",
		  "the protected header is not acceptable as CBOR, at byte 0: it ends" },
		{ "84 41 80 a0 40 40", "the protected header is no map" },
		{ "84 41 a0 a1 01 3822 40 40", "the protected header has no alg" },
		{ "84 43 a1 01 61 a0 40 40", "the protected header is not acceptable" },
		{ "84 44 a1 01 6141 a0 40 40", "the protected header has no alg that is a number" },
		{ "84 44 a1 01 3822 a1 01 3822 40 40",
		  "a header is both protected and unprotected" },
	};
	size_t i;
	int part;

	(void)state;
	for (part = REALM; part <= PLATFORM; part++) {
		for (i = 0; i < ARRAY_SIZE(t); i++) {
			m.part[part].cose_hex = t[i].hex;
			refuse(EBADMSG, t[i].words);
		}
	}
	m.part[PLATFORM].cose_hex = "84 40 a0 40 40";
	refuse(EBADMSG, "platform token: the protected header");
	m.part[REALM].protected_hex = "a2 01 3822 02 81 01";
	refuse(EPROTONOSUPPORT, "realm token: it demands that critical headers be understood");
	m.part[REALM].unprotected_hex = "a1 02 81 01";
	refuse(EPROTONOSUPPORT, "critical headers");
	m.part[REALM].protected_hex = "a2 01 3822 4101 00";
	refuse(EBADMSG, "a header's label is neither number nor text");
	m.part[REALM].unprotected_hex = "a1 40 00";
	refuse(EBADMSG, "a header's label is neither number nor text");
	m.part[REALM].protected_hex = "a1 01 3822 00";
	refuse(EBADMSG,
	       "the protected header is not acceptable as CBOR, at byte 4: bytes after its end");
}

static void an_unknown_alg_is_read(void **state)
{
	struct tsm_token *t;

	(void)state;
	m.part[REALM].protected_hex = "a2 01 27 04 4101";	/* EdDSA, and a key id */
	m.part[REALM].unprotected_hex = "a1 05 40";
	t = accept();
	assert_int_equal(tsm_token_alg(t, TSM_TOKEN_REALM), -8);
	tsm_token_free(&t);
}

/* --- CBOR that was made to hurt --- */

static const struct {
	const char *hex, *words;
	int err;
} evil[] = {
	/* cut short */
	{ "19 01", "ends too early", EBADMSG },
	{ "42 00", "ends too early", EBADMSG },
	{ "82 00", "ends too early", EBADMSG },
	{ "a1 00", "ends too early", EBADMSG },
	{ "c1", "ends too early", EBADMSG },
	{ "d9 01", "ends too early", EBADMSG },
	{ "f9 00", "ends too early", EBADMSG },
	/* claims of more than there is: must cost neither memory nor time */
	{ "5b 7fffffffffffffff", "ends too early", EBADMSG },
	{ "5b ffffffffffffffff", "ends too early", EBADMSG },
	{ "7b fffffffffffffff0 61", "ends too early", EBADMSG },
	{ "9b 7fffffffffffffff", "ends too early", EBADMSG },
	{ "9b ffffffffffffffff 00", "ends too early", EBADMSG },
	{ "bb 8000000000000000", "ends too early", EBADMSG },
	{ "bb ffffffffffffffff 00 00", "ends too early", EBADMSG },
	/* indefinite lengths, and their end alone */
	{ "5f 41 00 ff", "an indefinite length", EBADMSG },
	{ "7f 61 61 ff", "an indefinite length", EBADMSG },
	{ "9f 00 ff", "an indefinite length", EBADMSG },
	{ "bf 00 00 ff", "an indefinite length", EBADMSG },
	{ "ff", "an indefinite length", EBADMSG },
	{ "81 ff", "an indefinite length", EBADMSG },
	/* reserved */
	{ "1c", "that CBOR reserves", EBADMSG },
	{ "3d", "that CBOR reserves", EBADMSG },
	{ "5e", "that CBOR reserves", EBADMSG },
	{ "7c", "that CBOR reserves", EBADMSG },
	{ "9d", "that CBOR reserves", EBADMSG },
	{ "be", "that CBOR reserves", EBADMSG },
	{ "dc 00", "that CBOR reserves", EBADMSG },
	{ "fc", "that CBOR reserves", EBADMSG },
	{ "e0", "that CBOR reserves", EBADMSG },
	{ "f8 20", "that CBOR reserves", EBADMSG },
	/* repeated keys */
	{ "a2 00 00 00 00", "a key that is repeated", EBADMSG },
	{ "a2 6161 00 6161 00", "a key that is repeated", EBADMSG },
	{ "a3 20 00 00 00 20 00", "a key that is repeated", EBADMSG },
	{ "a1 00 a2 4100 00 4100 01", "a key that is repeated", EBADMSG },
	{ "a2 0a 00 180a 00", "a key that is repeated", EBADMSG },
	{ "a2 3900ff 00 38ff 00", "a key that is repeated", EBADMSG },
	{ "a2 6161 00 780161 00", "a key that is repeated", EBADMSG },
	{ "a2 4161 00 5a0000000161 00", "a key that is repeated", EBADMSG },
	/* keys that are neither */
	{ "a1 a0 00", "a key that is neither", EBADMSG },
	{ "a1 8100 00", "a key that is neither", EBADMSG },
	{ "a1 f5 00", "a key that is neither", EBADMSG },
	{ "a1 c100 00", "a key that is neither", EBADMSG },
	{ "a1 00 a1 f90000 00", "a key that is neither", EBADMSG },
	/* text that is not UTF-8: alone, overlong, surrogate, beyond, cut */
	{ "61 80", "not UTF-8", EBADMSG },
	{ "61 ff", "not UTF-8", EBADMSG },
	{ "62 c080", "not UTF-8", EBADMSG },
	{ "62 c1bf", "not UTF-8", EBADMSG },
	{ "63 e08080", "not UTF-8", EBADMSG },
	{ "63 e09fbf", "not UTF-8", EBADMSG },
	{ "63 eda080", "not UTF-8", EBADMSG },
	{ "64 f0808080", "not UTF-8", EBADMSG },
	{ "64 f48fbfc0", "not UTF-8", EBADMSG },
	{ "64 f4908080", "not UTF-8", EBADMSG },
	{ "64 f5808080", "not UTF-8", EBADMSG },
	{ "61 c3", "not UTF-8", EBADMSG },
	{ "62 c361", "not UTF-8", EBADMSG },
	{ "62 e282", "not UTF-8", EBADMSG },
	{ "63 f09f98", "not UTF-8", EBADMSG },
	/* too deep: 16 arrays, 16 tags */
	{ "81 81 81 81 81 81 81 81 81 81 81 81 81 81 81 81 00", "nested too deeply", EMSGSIZE },
	{ "c1 c1 c1 c1 c1 c1 c1 c1 c1 c1 c1 c1 c1 c1 c1 c1 00", "nested too deeply", EMSGSIZE },
	/* more behind */
	{ "00 00", "bytes after its end", EBADMSG },
	{ "80 80", "bytes after its end", EBADMSG },
	{ "a0 ff", "bytes after its end", EBADMSG },
};

static void evil_cbor_at_every_level(void **state)
{
	struct enc e;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(evil); i++) {
		e.len = 0;
		enc_hex(&e, evil[i].hex);
		refuse_bytes(e.data, e.len, evil[i].err, evil[i].words);
		assert_non_null(strstr(tsm_error(ctx), "token: its wrapper is not acceptable"));

		m.part[REALM].cose_hex = evil[i].hex;
		refuse(evil[i].err, evil[i].words);
		m.part[PLATFORM].payload = &e;
		refuse(evil[i].err, "platform token: its payload is not acceptable as CBOR");
		m.part[PLATFORM].protected_hex = evil[i].hex;
		refuse(evil[i].err,
		       "platform token: the protected header is not acceptable as CBOR");
	}
}

static void good_utf8_and_depth(void **state)
{
	struct claims *c = &m.part[REALM].claims;
	struct tsm_token *t;

	(void)state;
	claim_add_hex(c, "64 f09f9880", "63 e282ac");
	claim_add_hex(c, "63 ed9fbf", "64 f48fbfbf");
	claim_add_hex(c, "62 c280", "63 e0a080");
	claim_add_hex(c, "64 f0908080", "63 eebfbf");
	claim_add_hex(c, "19 9999", "81 81 81 81 81 81 81 81 81 81 81 81 81 81 80");
	t = accept();
	tsm_token_free(&t);
}

static void bounds(void **state)
{
	static uint8_t big[TSM_TOKEN_MAX + 1];
	struct enc e = { .len = 0 };
	int i;

	(void)state;
	refuse_bytes(big, sizeof(big), EMSGSIZE, "1048577 bytes; at most 1048576");
	refuse_bytes(big, 0, EINVAL, "it is empty");
	refuse_bytes(NULL, 5, EINVAL, "it is empty");
	assert_int_equal(tsm_token_new(NULL, big, 1, NULL), -EINVAL);
	assert_int_equal(tsm_token_new(ctx, big, 1, NULL), -EINVAL);

	enc_head(&e, 4, 4096);
	for (i = 0; i < 4096; i++)
		enc_int(&e, 0);
	refuse_bytes(e.data, e.len, EMSGSIZE, "too many items");
	/* as many as are accepted: then it is another fault */
	e.len = 0;
	enc_head(&e, 4, 4095);
	for (i = 0; i < 4095; i++)
		enc_int(&e, 0);
	refuse_bytes(e.data, e.len, EPROTONOSUPPORT, "does not begin with tag");

	e.len = 0;
	enc_head(&e, 5, 513);
	for (i = 0; i < 513; i++) {
		enc_int(&e, i);
		enc_int(&e, 0);
	}
	refuse_bytes(e.data, e.len, EMSGSIZE, "a map with too many keys");
	e.data[2]--;
	e.len -= 4;
	refuse_bytes(e.data, e.len, EPROTONOSUPPORT, "does not begin with tag");
}

static void cut_or_lengthened_anywhere(void **state)
{
	size_t len;

	(void)state;
	mint_token(&m, &token);
	for (len = 1; len < token.len; len++) {
		/* of its own, so that ASan sees a read past the end */
		uint8_t *cut = malloc(len);
		struct tsm_token *t = NULL;

		memcpy(cut, token.data, len);
		assert_int_equal(tsm_token_new(ctx, cut, len, &t), -EBADMSG);
		assert_null(t);
		free(cut);
	}
	token.data[token.len++] = 0;
	refuse_bytes(token.data, token.len, EBADMSG,
		     "token: its wrapper is not acceptable as CBOR");
	assert_non_null(strstr(tsm_error(ctx), "bytes after its end"));
}

static uint64_t random_state = 88172645463325252ull;

static uint32_t random_number(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (uint32_t)(random_state >> 16);
}

/* Whatever is accepted can be walked, whatever is refused says why. */
static void random_mutations(void **state)
{
	int i, read = 0, n = getenv("MUTATIONS") ? atoi(getenv("MUTATIONS")) : 20000;
	struct enc e;

	(void)state;
	if (getenv("SEED"))
		random_state += (uint64_t)atoll(getenv("SEED"));
	for (i = 0; i < n; i++) {
		uint32_t k, changes = 1 + random_number() % 4;

		if (i % 100 == 0) {
			mint_init(&m, i % 200 ? 399 : 907, i / 200 % 3 ? 2024 : 0, 2023,
				  "sha-384", -35);
			mint_token(&m, &token);
		}
		e = token;
		for (k = 0; k < changes; k++) {
			size_t at = random_number() % e.len;

			switch (random_number() % 4) {
			case 0:
				e.data[at] ^= (uint8_t)(1u << random_number() % 8);
				break;
			case 1:
				e.data[at] = (uint8_t)random_number();
				break;
			case 2:
				memmove(e.data + at, e.data + at + 1, --e.len - at);
				break;
			default:
				memmove(e.data + at + 1, e.data + at, e.len++ - at);
			}
		}
		read += walk_bytes(ctx, e.data, e.len);
	}
	assert_in_range(read, n / 20, n);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_combination),
		TEST(mixed_forms_of_the_rak),
		TEST(cmw_records),
		TEST(unknown_claims_are_kept_and_listed),
		TEST(heads_of_any_length),
		TEST(claims_of_the_2024_profile),
		TEST(getters_take_null),
		TEST(mandatory_claim_missing),
		TEST(claim_of_wrong_type),
		TEST(claim_of_wrong_length),
		TEST(claim_of_wrong_value),
		TEST(claims_inside_claims), TEST(labels_of_claims),
		TEST(wrong_wrapper),
		TEST(wrong_cose),
		TEST(an_unknown_alg_is_read),
		TEST(evil_cbor_at_every_level),
		TEST(good_utf8_and_depth),
		TEST(bounds),
		TEST(cut_or_lengthened_anywhere),
		TEST(random_mutations),
	};

	return cmocka_run_group_tests_name("token", tests, NULL, NULL);
}
