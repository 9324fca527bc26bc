// SPDX-License-Identifier: GPL-2.0-only
/* Extra: are the tokens that other projects publish read and appraised as the mint's are? */
#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "array_size.h"
#include "relying_party.h"
#include "token_questions.h"
#include "vectors_of_others.h"

#define LEGACY	"http://arm.com/CCA-SSD/1.0.0"
#define OF_2023	"tag:arm.com,2023:cca_platform#1.0.0"

/* As the vectors' own README has it. */
static struct field_token tokens[] = {
	{ "trustee/cca-example-token.cbor", 399, -35, LEGACY, NULL, "sha512", false, false },
	{ "rust-ccatoken/cca-token-01.cbor", 399, -35, LEGACY, NULL, "sha256", false, false },
	{ "ccatoken/realm/tf-rmm/cca_token.cbor", 399, -35, LEGACY, NULL, "sha256", false, false },
	{ "rust-ccatoken/cca-token-draft-ffm-00.cbor", 399, -35, OF_2023,
	  "tag:arm.com,2023:realm#1.0.0", "sha256", true, true },
	{ "tf-m-tools/cca_example_token.cbor", 907, -35, OF_2023, "tag:arm.com,2024:realm#2.0.0",
	  "sha256", true, true },
	{ "tf-m-tools/cca_example_token_legacy.cbor", 907, -35, LEGACY, NULL, "sha256", false, true },
};

#define TOKENS	ARRAY_SIZE(tokens)

static void load_file(struct text *file, const char *name)
{
	file->len = load_of_others(name, file->data, sizeof(file->data) - 1);
	file->data[file->len] = '\0';
}

static struct field_files *files_for(const struct field_token *t)
{
	static struct field_files files;

	load_file(&files.right[0], "trustee/tastore.json");
	load_file(&files.right[1], "rust-ccatoken/ta-tfa.json");
	load_file(&files.right[2], "ccatoken/realm/tf-rmm/cca_platform.pub");
	load_file(&files.other_platform, "rust-ccatoken/ta.json");
	load_file(&files.other_curve, "rust-ccatoken/pkey.json");
	load_file(&files.refvalues, "trustee/rvstore.json");
	files.fit = t == &tokens[0];
	return &files;
}

static void load_tokens(void)
{
	size_t i;

	for (i = 0; i < TOKENS; i++)
		tokens[i].len = load_of_others(tokens[i].name, tokens[i].data,
					       sizeof(tokens[i].data));
}

static void complete_token(void **state)
{
	load_tokens();
	ask_reading(*state);
}

static void token_of_others(void **state)
{
	struct field_token *t = *state;

	load_tokens();
	ask_appraisal(t, files_for(t), 1);
}

static void claims_of_others(void **state)
{
	size_t i;

	(void)state;
	load_tokens();
	for (i = 0; i < TOKENS; i++)
		ask_claims(tokens, TOKENS, i, files_for(&tokens[i]));
}

static void parts_of_two_tokens(void **state)
{
	(void)state;
	load_tokens();
	ask_parts_of_two(&tokens[0], &tokens[3], files_for(&tokens[0]));
}

static void no_complete_token(void **state)
{
	static const char *const names[] = {
		"tf-m-tools/cca_example_platform_token.cbor",
		"tf-m-tools/cca_example_platform_token_legacy.cbor",
		"rust-ccatoken/realm-claims.cbor",
		"rust-ccatoken/platform-claims.cbor",
		"corim/cca-realm-valid.cbor",
	};
	static uint8_t data[8192];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(names); i++)
		ask_no_token(data, load_of_others(names[i], data, sizeof(data)));
}

int main(void)
{
	static char names[2 * TOKENS][80];
	struct CMUnitTest tests[2 * TOKENS + 3] = {
		cmocka_unit_test_setup_teardown(no_complete_token, setup, teardown),
		cmocka_unit_test_setup_teardown(claims_of_others, setup, teardown),
		cmocka_unit_test_setup_teardown(parts_of_two_tokens, setup, teardown),
	};
	size_t i;

	if (!have_vectors_of_others())
		return 0;
	for (i = 0; i < 2 * TOKENS; i++) {
		snprintf(names[i], sizeof(names[i]), "%s %s", i < TOKENS ? "read" : "verify",
			 tokens[i % TOKENS].name);
		tests[3 + i] = (struct CMUnitTest){ names[i], i < TOKENS ? complete_token :
			token_of_others, setup, teardown, &tokens[i % TOKENS] };
	}
	return cmocka_run_group_tests_name("tokens of others", tests, NULL, NULL);
}
