// SPDX-License-Identifier: GPL-2.0-only
/* Tokens made by others, beside the tree in ../shared/vectors; VECTORS is that place. */
#include <errno.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <tsm/token.h>

#include "array_size.h"
#include "touch_token.h"

static uint8_t data[1 << 16];

static size_t load(const char *name)
{
	char path[512];
	size_t len;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", VECTORS, name);
	if (access(VECTORS, F_OK)) {
		print_message("# skipped: no %s\n", path);
		skip();
	}
	f = fopen(path, "rb");
	if (!f)
		fail_msg("cannot open %s", path);
	len = fread(data, 1, sizeof(data), f);
	fclose(f);
	return len;
}

/* As the vectors' own README has it. */
static struct vector {
	const char *name;
	int wrapper;
	const char *platform, *realm;	/* profiles; NULL: none */
	const char *hash;
	bool cose_key, rems;		/* RAK's form; are REMs other than zero? */
} vectors[] = {
	{ "trustee/cca-example-token.cbor", 399, "http://arm.com/CCA-SSD/1.0.0", NULL, "sha512",
	  false, false },
	{ "rust-ccatoken/cca-token-01.cbor", 399, "http://arm.com/CCA-SSD/1.0.0", NULL, "sha256",
	  false, false },
	{ "ccatoken/realm/tf-rmm/cca_token.cbor", 399, "http://arm.com/CCA-SSD/1.0.0", NULL,
	  "sha256", false, false },
	{ "rust-ccatoken/cca-token-draft-ffm-00.cbor", 399, "tag:arm.com,2023:cca_platform#1.0.0",
	  "tag:arm.com,2023:realm#1.0.0", "sha256", true, true },
	{ "tf-m-tools/cca_example_token.cbor", 907, "tag:arm.com,2023:cca_platform#1.0.0",
	  "tag:arm.com,2024:realm#2.0.0", "sha256", true, true },
	{ "tf-m-tools/cca_example_token_legacy.cbor", 907, "http://arm.com/CCA-SSD/1.0.0", NULL,
	  "sha256", false, true },
};

static void complete_token(void **state)
{
	const struct vector *v = *state;
	size_t len = load(v->name), n;
	struct tsm_token *t = NULL;
	struct tsm_ctx *ctx;
	const char *profile;
	int sum = 0;
	unsigned int i;

	assert_int_equal(tsm_ctx_new(NULL, &ctx), 0);
	if (tsm_token_new(ctx, data, len, &t))
		fail_msg("%s: %s", v->name, tsm_error(ctx));
	assert_int_equal(tsm_token_wrapper(t), v->wrapper);
	assert_int_equal(tsm_token_alg(t, TSM_TOKEN_REALM), -35);
	profile = tsm_claim_text(tsm_token_find(t, TSM_TOKEN_PLATFORM, TSM_LABEL_PROFILE));
	assert_string_equal(profile, v->platform);
	profile = tsm_claim_text(tsm_token_find(t, TSM_TOKEN_REALM, TSM_LABEL_PROFILE));
	assert_string_equal(profile ? profile : "none", v->realm ? v->realm : "none");
	assert_string_equal(tsm_hash_name(tsm_token_hash(t)), v->hash);
	assert_int_equal(!!tsm_claim_child(tsm_token_find(t, TSM_TOKEN_REALM, TSM_LABEL_RAK)),
			 v->cose_key);
	for (i = 0; i < 4; i++)
		sum += *tsm_token_rem(t, i, &n);
	assert_int_equal(sum != 0, v->rems);
	walk_token(t);
	tsm_token_free(&t);

	/* nothing that is not the whole */
	for (n = 1; n < len; n++)
		assert_int_equal(tsm_token_new(ctx, data, n, &t), -EBADMSG);
	tsm_ctx_free(&ctx);
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
	struct tsm_token *t = NULL;
	struct tsm_ctx *ctx;
	size_t i;

	(void)state;
	assert_int_equal(tsm_ctx_new(NULL, &ctx), 0);
	for (i = 0; i < ARRAY_SIZE(names); i++)
		assert_int_equal(tsm_token_new(ctx, data, load(names[i]), &t), -EPROTONOSUPPORT);
	tsm_ctx_free(&ctx);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(vectors) + 1];
	size_t i, n = ARRAY_SIZE(vectors);

	for (i = 0; i < n; i++)
		tests[i] = (struct CMUnitTest){ .name = vectors[i].name,
						.test_func = complete_token,
						.initial_state = &vectors[i] };
	tests[n] = (struct CMUnitTest)cmocka_unit_test(no_complete_token);
	return cmocka_run_group_tests_name("vectors", tests, NULL, NULL);
}
