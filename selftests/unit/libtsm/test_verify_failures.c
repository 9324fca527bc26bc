// SPDX-License-Identifier: GPL-2.0-only
/* <tsm/verify.h>: are failures of memory and of OpenSSL errors, never verdicts? */
#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>
#include <errno.h>
#include <string.h>

#include <cmocka.h>

#include "faults.h"
#include "relying_party.h"

static void every_failure(void **state)
{
	unsigned int n;
	bool failed;
	int rc;

	(void)state;
	log_begin(&l, SHA256, 0);
	log_aael(&l, 1, "example.org op content");
	encode_rems();
	give_log();
	add_refvalues_file("minted/platform.json");
	add_refvalues("{\"realm\":[]}");
	mint_token(&m, &token);
	for (n = 1;; n++) {
		struct tsm_verify *out = NULL;

		faults_at(n);
		rc = tsm_verify_new(ctx, token.data, token.len, &opts, &out);
		failed = faults_end();
		if (!failed)
			v = out;
		if (!failed)
			break;
		if (rc != -ENOMEM || !strstr(tsm_error(ctx), "out of memory"))
			fail_msg("call %u: %d, %s", n, rc, tsm_error(ctx));
		assert_null(out);
	}
	assert_int_equal(rc, 0);
	expect("vvvvvvvxv", TSM_VERDICT_INVALID);
	assert_true(n > 60);
}

/* A library that fails once has no say: -EIO, or what is true. */
static void every_failure_of_openssl(void **state)
{
	unsigned int n, errors = 0;
	bool failed = true;
	int rc;

	(void)state;
	log_begin(&l, SHA256, 0);
	log_aael(&l, 1, "example.org op content");
	encode_rems();
	give_log();
	mint_token(&m, &token);
	for (n = 1; failed; n++) {
		tsm_verify_free(&v);
		faults_openssl_at(n);
		rc = tsm_verify_new(ctx, token.data, token.len, &opts, &v);
		failed = faults_end();
		if (!rc) {
			expect("vvvvvv--v", TSM_VERDICT_VALID);
			continue;
		}
		assert_int_equal(rc, -EIO);
		assert_null(v);
		assert_string_equal(tsm_error(ctx), "verify: the cryptographic library failed");
		errors++;
	}
	assert_true(errors > 20);
}

int main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(every_failure), T(every_failure_of_openssl),
	};

	return cmocka_run_group_tests_name("verify failures", tests, NULL, NULL);
}
