// SPDX-License-Identifier: GPL-2.0-only
/* What does the faked kernel send, and what does the library make of it? */
#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>
#include <string.h>

#include <cmocka.h>

#include <linux/realm_tsm.h>

#include "expect_error.h"
#include "netlink_answers.h"

struct tsm_ctx *ctx;
struct fakenl d;
unsigned int warnings;
uint8_t challenge[64] = { 1, 2, 3 };
struct tsm_monitor *monitor;

static void count_warnings(void *data, enum tsm_log_level level, const char *text)
{
	(void)data;
	assert_null(strchr(text, '\n'));
	warnings += level == TSM_LOG_WARNING;
}

void new_ctx(enum tsm_backend backend, const char *root)
{
	struct tsm_ctx_opts opts = { .size = sizeof(opts), .backend = backend, .root = root,
				     .log = count_warnings };

	tsm_ctx_free(&ctx);
	assert_int_equal(tsm_ctx_new(&opts, &ctx), 0);
}

int setup(void **state)
{
	(void)state;
	fakenl_begin();
	d.len = 0;
	warnings = 0;
	new_ctx(TSM_BACKEND_NETLINK, NULL);
	return 0;
}

int teardown(void **state)
{
	(void)state;
	tsm_ctx_free(&ctx);
	return fakenl_end();
}

void said(int rc, int err, const char *words)
{
	expect_error(ctx, rc, err, words);
}

void put_report(uint32_t record)
{
	fakenl_message(&d, REALM_TSM_CMD_REPORT_GET, true);
	fakenl_attribute(&d, REALM_TSM_A_REPORT_TOKEN, "a token", 7);
	fakenl_u32(&d, REALM_TSM_A_REPORT_RECORD, record);
}

int take_report(const struct tsm_report_opts *opts)
{
	struct tsm_report *report = NULL;
	int rc = tsm_report_new(ctx, challenge, sizeof(challenge), opts, &report);

	assert_true(!rc == !!report);
	tsm_report_free(&report);
	return rc;
}

void put_log(uint32_t record, const void *data, size_t len)
{
	fakenl_message(&d, REALM_TSM_CMD_LOG_GET, true);
	fakenl_u32(&d, REALM_TSM_A_LOG_RECORD, record);
	fakenl_attribute(&d, REALM_TSM_A_LOG_DATA, data, len);
}

void put_realm(bool reports, bool last)
{
	fakenl_message(&d, REALM_TSM_CMD_REALM_GET, true);
	fakenl_u32(&d, REALM_TSM_A_REALM_DIGEST_SIZE, 32);
	if (reports)
		fakenl_attribute(&d, REALM_TSM_A_REALM_REPORTS, NULL, 0);
	if (last)
		fakenl_u32(&d, REALM_TSM_A_REALM_LAST_RECORD, 10);
}

void put_event(int command, uint32_t number, uint32_t record, size_t digest)
{
	static const uint8_t bytes[80] = { 0xd1, 0xd2 };

	fakenl_message(&d, command, command == REALM_TSM_CMD_EVENT_ADD);
	fakenl_u32(&d, REALM_TSM_A_EVENT_INDEX, number);
	fakenl_u32(&d, REALM_TSM_A_EVENT_RECORD, record);
	fakenl_attribute(&d, REALM_TSM_A_EVENT_DIGEST, bytes, digest);
}

void put_notification(uint32_t record)
{
	put_event(REALM_TSM_CMD_EVENT_NTF, 1 + record % 4, record, 32);
}

void begin_monitor(void)
{
	put_realm(false, true);
	answer();
	assert_int_equal(tsm_monitor_new(ctx, NULL, &monitor), 0);
}

void expect_event(uint32_t record, bool resynced)
{
	const uint8_t *digest;
	size_t len;
	int rc = tsm_monitor_next(ctx, monitor);

	if (rc)
		fail_msg("%d: %s", rc, tsm_error(ctx));
	assert_int_equal(tsm_monitor_record(monitor), record);
	assert_int_equal(tsm_monitor_register(monitor), 1 + record % 4);
	assert_int_equal(tsm_monitor_resynced(monitor), resynced);
	digest = tsm_monitor_digest(monitor, &len);
	assert_int_equal(len, 32);
	assert_int_equal(digest[0], 0xd1);
	assert_int_equal(digest[1], 0xd2);
}
