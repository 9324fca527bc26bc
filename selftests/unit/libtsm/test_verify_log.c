// SPDX-License-Identifier: GPL-2.0-only
/* <tsm/verify.h>: does the event log lead to the token's registers? */
#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>
#include <string.h>

#include <cmocka.h>

#include "relying_party.h"

static void logs_and_tokens(void **state)
{
	static struct log firmware;

	(void)state;
	log_begin(&l, SHA256, 0);
	log_aael(&l, 1, "example.org op content");
	encode_rems();
	log_aael(&l, 1, "example.org later content");
	give_log();
	verify();
	expect("vvvvvv--v", TSM_VERDICT_VALID);
	assert_int_equal(tsm_verify_records(v), 1);

	log_unlogged(&l, 3);
	encode_rems();
	verify();
	expect_fault("vvvvvv--x", TSM_STEP_EVENT_LOG, 44239, TSM_TOKEN_REALM, "rem2: no prefix");
	assert_int_equal(tsm_verify_records(v), 0);

	log_begin(&l, SHA256, 0);
	log_init(&l, 2, "sha256", 0x77);
	encode_rems();
	give_log();
	verify();
	expect("vvvvvv--?", TSM_VERDICT_UNKNOWN);

	logs[0].len = 20;
	verify();
	expect_fault("vvvvvv--x", TSM_STEP_EVENT_LOG, 0, TSM_TOKEN_REALM,
		     "event log: it does not begin");
	logs[0].len = 0;
	verify();
	expect_fault("vvvvvv--x", TSM_STEP_EVENT_LOG, 0, TSM_TOKEN_REALM, "it is empty");

	/* two, in the order in which they were written */
	log_begin(&firmware, SHA256, 0);
	log_aael(&firmware, 2, "fw op content");
	log_begin(&l, SHA256, 0);
	memcpy(l.rem, firmware.rem, sizeof(l.rem));
	log_aael(&l, 2, "example.org op content");
	encode_rems();
	logs[0] = (struct tsm_verify_log){ firmware.bytes.data, firmware.bytes.len };
	logs[1] = (struct tsm_verify_log){ l.bytes.data, l.bytes.len };
	opts.n_logs = 2;
	verify();
	expect("vvvvvv--v", TSM_VERDICT_VALID);
	assert_int_equal(tsm_verify_records(v), 2);
	logs[1].len = 5;
	verify();
	expect_fault("vvvvvv--x", TSM_STEP_EVENT_LOG, 0, TSM_TOKEN_REALM, "event log: it does not");
	logs[1] = logs[0];
	verify();
	expect_fault("vvvvvv--x", TSM_STEP_EVENT_LOG, 44239, TSM_TOKEN_REALM, "rem1: no prefix");
}

int main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(logs_and_tokens),
	};

	return cmocka_run_group_tests_name("verify log", tests, NULL, NULL);
}
