// SPDX-License-Identifier: GPL-2.0-only
/* Is each kind of token that the field has read and appraised, and what is wrong in it named? */
#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "array_size.h"
#include "relying_party.h"
#include "token_kinds.h"
#include "token_questions.h"

static struct field_token tokens[TOKEN_KINDS];

static void mint_tokens(void)
{
	size_t i;

	for (i = 0; i < TOKEN_KINDS; i++) {
		const struct token_kind *kind = &token_kinds[i];
		struct field_token *t = &tokens[i];
		const char *hash = kind->hash;

		mint_kind(&m, kind);
		mint_token(&m, &token);
		t->name = kind->name;
		t->wrapper = kind->wrapper;
		t->alg = kind->alg;
		t->platform = kind->platform ? "tag:arm.com,2023:cca_platform#1.0.0" :
			"http://arm.com/CCA-SSD/1.0.0";
		t->realm = kind->realm == 2024 ? "tag:arm.com,2024:realm#2.0.0" :
			kind->realm ? "tag:arm.com,2023:realm#1.0.0" : NULL;
		t->hash = !strcmp(hash, "sha-256") ? "sha256" : !strcmp(hash, "sha-384") ?
			"sha384" : "sha512";
		t->cose_key = kind->realm;
		t->rems = kind->rems;
		assert_true(token.len < sizeof(t->data));
		memcpy(t->data, token.data, token.len);
		t->len = token.len;
	}
}

static void put(struct text *out, const char *text)
{
	out->len += (size_t)sprintf(out->data + out->len, "%s", text);
}

static void put_bytes(struct text *out, const char *name, uint8_t fill, size_t len)
{
	put(out, name);
	put(out, "\"");
	out->len += put_fill(out->data + out->len, fill, len);
	put(out, "\"");
}

/* As Trustee's rvstore.json has them, all of a platform and of a realm. */
static void write_refvalues(struct text *out, const struct token_kind *kind, uint8_t rim)
{
	size_t size = hash_size(kind->hash);
	int i;

	out->len = 0;
	put_bytes(out, "{\"platform\": [{\"implementation-id\": ", 0x1e, 32);
	put(out, ",\n\"sw-components\": [");
	for (i = 0; i < KIND_COMPONENTS; i++) {
		put_bytes(out, i ? ",\n{\"measurement-value\": " : "{\"measurement-value\": ",
			  (uint8_t)(0x10 + i), 32);
		put_bytes(out, ", \"signer-id\": ", 0x60, 32);
		put(out, ", \"component-type\": \"");
		put(out, kind_component(i));
		put(out, "\"}");
	}
	put_bytes(out, "],\n\"platform-configuration\": ", 0xcf, 4);
	put_bytes(out, "}],\n\"realm\": [{\"initial-measurement\": ", rim, size);
	put(out, ", \"rak-hash-algorithm\": \"");
	put(out, kind->binding);
	put(out, "\", \"extensible-measurements\": [");
	for (i = 0; i < 4; i++)
		put_bytes(out, i ? ", " : "", kind->rems ? (uint8_t)(0x70 + i) : 0, size);
	put_bytes(out, "], \"personalization-value\": ", 0xbb, 64);
	put(out, "}]}\n");
}

static struct field_files *files_for(size_t which, bool fit)
{
	const struct token_kind *kind = &token_kinds[which];
	static struct field_files files;
	int alg = kind->alg;

	file_store(&files.right[0], STORE_SPREAD, alg, PLATFORM, 0x01, 0x1e);
	file_store(&files.right[1], STORE_DENSE, alg, PLATFORM, 0x01, 0x1e);
	file_pem(&files.right[2], alg, PLATFORM);
	file_store(&files.other_platform, STORE_SPREAD, alg, PLATFORM, 0xaa, 0xaa);
	file_jwk(&files.other_curve, alg == -7 ? -35 : -7, PLATFORM, "");
	files.fit = fit;
	write_refvalues(&files.refvalues, kind, fit ? kind->rim : kind->rim ^ 1);
	return &files;
}

static size_t of(void *const *state)
{
	return (size_t)((const struct token_kind *)*state - token_kinds);
}

static void read_kind(void **state)
{
	mint_tokens();
	ask_reading(&tokens[of(state)]);
}

/* One byte in seven is flipped: every one of the mint's, by test_verify_signatures. */
static void verify_kind(void **state)
{
	size_t i = of(state);

	mint_tokens();
	ask_appraisal(&tokens[i], files_for(i, true), getenv("ALL_BITS") ? 1 : 7);
}

static void other_realms_values(void **state)
{
	size_t i = of(state);
	const struct field_files *files = files_for(i, false);

	mint_tokens();
	new_anchors();
	add_anchor(token_kinds[i].alg);
	add_refvalues(files->refvalues.data);
	verify_bytes(tokens[i].data, tokens[i].len);
	assert_int_equal(tsm_verify_step_claim(v, TSM_STEP_REALM_REFVALUES, NULL), 44238);
	expect_fault("vvvvvvvx-", TSM_STEP_REALM_REFVALUES, 44238, TSM_TOKEN_REALM, "in no entry");
}

static void claims_of_kind(void **state)
{
	size_t i = of(state);

	mint_tokens();
	ask_claims(tokens, TOKEN_KINDS, i, files_for(i, true));
}

#define ZEROS	"0000000000000000000000000000000000000000000000000000000000000000"

/* Of a wrong type, of a wrong length, or of a wrong value. */
static void wrong_claims(void **state)
{
	static const struct {
		int part, label;
		const char *hex;
	} t[] = {
		{ REALM, 10, "4101" }, { REALM, 10, "6161" },
		{ REALM, 44235, "41bb" }, { REALM, 44235, "80" },
		{ REALM, 44236, "63 6d6435" }, { REALM, 44236, "10" },
		{ REALM, 44237, "60" },
		{ REALM, 44238, "41aa" }, { REALM, 44238, "f6" },
		{ REALM, 44239, "80" }, { REALM, 44239, "84 40 40 40 40" },
		{ REALM, 44239, "81 5820" ZEROS },
		{ REALM, 44239, "a0" }, { REALM, 44240, "63 6d6435" }, { REALM, 44240, "40" },
		{ REALM, 265, "67 6e6f626f647973" },
		{ PLATFORM, 10, "44 01020304" },
		{ PLATFORM, 10, "82 41aa 41bb" },	/* several nonces */
		{ PLATFORM, 256, "41 01" }, { PLATFORM, 256, "61 61" },
		{ PLATFORM, 265, "67 6e6f626f647973" }, { PLATFORM, 265, "01" },
		{ PLATFORM, 2395, "1a 00010000" }, { PLATFORM, 2395, "20" }, { PLATFORM, 2395, "40" },
		{ PLATFORM, 2396, "41 1e" },
		{ PLATFORM, 2396, "5821" ZEROS "00" },
		{ PLATFORM, 2399, "80" }, { PLATFORM, 2399, "81 a0" }, { PLATFORM, 2399, "01" },
		{ PLATFORM, 2399, "81 a1 05 5820" ZEROS },
		{ PLATFORM, 2399, "81 a2 02 4101 05 4101" },
		{ PLATFORM, 2400, "41 00" }, { PLATFORM, 2401, "61 61" }, { PLATFORM, 2402, "01" },
	};
	size_t i, which = of(state);

	for (i = 0; i < ARRAY_SIZE(t); i++) {
		enum tsm_token_part at, part = t[i].part == REALM ? TSM_TOKEN_REALM :
			TSM_TOKEN_PLATFORM;

		mint_kind(&m, &token_kinds[which]);
		claim_set_hex(&m.part[t[i].part].claims, t[i].label, t[i].hex);
		verify();
		expect("x????????", TSM_VERDICT_INVALID);
		if (tsm_verify_step_claim(v, TSM_STEP_FORM, &at) != t[i].label || at != part)
			fail_msg("%d = %s: %s", t[i].label, t[i].hex,
				 tsm_verify_step_reason(v, TSM_STEP_FORM));
	}
}

static void no_complete_token(void **state)
{
	static struct enc part;
	size_t i;
	int which;

	(void)state;
	for (i = 0; i < TOKEN_KINDS; i++) {
		mint_kind(&m, &token_kinds[i]);
		for (which = REALM; which <= PLATFORM; which++) {
			mint_part(&m, which, &part);
			ask_no_token(part.data, part.len);
			part.len = 0;
			mint_claims(&m.part[which].claims, &part);
			ask_no_token(part.data, part.len);
		}
	}
	/* a CoRIM: tag 501 around a map with an id and tags */
	part.len = 0;
	enc_hex(&part, "d9 01f5 a2 00 67 6578616d706c65 01 81 d9 01fa 43 a10040");
	ask_no_token(part.data, part.len);
}

static void parts_of_two_tokens(void **state)
{
	(void)state;
	mint_tokens();
	ask_parts_of_two(&tokens[0], &tokens[3], files_for(0, true));
	ask_parts_of_two(&tokens[4], &tokens[5], files_for(4, true));
}

int main(void)
{
	static const struct { const char *name; CMUnitTestFunction function; } questions[] = {
		{ "read", read_kind }, { "verify", verify_kind },
		{ "values of another realm", other_realms_values },
		{ "claims", claims_of_kind }, { "wrong claims", wrong_claims },
	};
	static char names[ARRAY_SIZE(questions) * TOKEN_KINDS][80];
	struct CMUnitTest tests[ARRAY_SIZE(questions) * TOKEN_KINDS + 2];
	size_t i, k, n = 0;

	for (i = 0; i < ARRAY_SIZE(questions); i++) {
		for (k = 0; k < TOKEN_KINDS; k++, n++) {
			snprintf(names[n], sizeof(names[n]), "%s %s", questions[i].name,
				 token_kinds[k].name);
			tests[n] = (struct CMUnitTest){ names[n], questions[i].function, setup,
				teardown, (void *)(uintptr_t)&token_kinds[k] };
		}
	}
	tests[n++] = (struct CMUnitTest)
		cmocka_unit_test_setup_teardown(no_complete_token, setup, teardown);
	tests[n++] = (struct CMUnitTest)
		cmocka_unit_test_setup_teardown(parts_of_two_tokens, setup, teardown);
	return cmocka_run_group_tests_name("token kinds", tests, NULL, NULL);
}
