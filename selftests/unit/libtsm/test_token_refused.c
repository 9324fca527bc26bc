// SPDX-License-Identifier: GPL-2.0-only
/* <tsm/token.h>: which wrong claims, wrappers and COSE_Sign1 are refused, and in what words? */
#include <errno.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <tsm/token.h>

#include "array_size.h"
#include "minted_token.h"
#include "touch_token.h"

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
	t = accepted();
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

int main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(mandatory_claim_missing), T(claim_of_wrong_type), T(claim_of_wrong_length),
		T(claim_of_wrong_value), T(claims_inside_claims), T(labels_of_claims),
		T(wrong_wrapper), T(wrong_cose),
	};

	return cmocka_run_group_tests_name("token refused", tests, NULL, NULL);
}
