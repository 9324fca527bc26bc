// SPDX-License-Identifier: GPL-2.0-only
/* Reports and events over netlink: what is asked, and what becomes of each answer of the kernel? */
#include <errno.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>
#include <string.h>

#include <cmocka.h>

#include <linux/realm_tsm.h>
#include <netlink/errno.h>

#include <tsm/measurement.h>
#include <tsm/report.h>

#include "array_size.h"
#include "netlink_answers.h"

/* --- reports --- */

/* the sequence number in a datagram's header */
enum { SEQ = 8 };

static void report_without_a_log(void **state)
{
	struct tsm_report *report;
	const uint8_t *data;
	size_t len;

	(void)state;
	put_report(0);
	answer();
	assert_int_equal(tsm_report_new(ctx, challenge, 48, NULL, &report), 0);
	assert_int_equal(fakenl_command(), REALM_TSM_CMD_REPORT_GET);
	data = fakenl_request(REALM_TSM_A_REPORT_CHALLENGE, &len);
	assert_int_equal(len, 48);
	assert_memory_equal(data, challenge, 48);
	data = tsm_report_blob(report, &len);
	assert_int_equal(len, 7);
	assert_memory_equal(data, "a token", 7);
	assert_string_equal(tsm_report_provider(report), "arm_cca_guest");
	assert_int_equal(tsm_report_auxblob(report, &data, &len), -ENODATA);
	tsm_report_free(&report);
}

/* Of the log as it is now, what the token shows. */
static void report_with_its_log(void **state)
{
	struct tsm_report_opts opts = { .size = sizeof(opts) };
	struct tsm_report *report;
	const uint8_t *data;
	size_t len;

	(void)state;
	for (opts.max_size = 16; opts.max_size <= 17; opts.max_size++) {
		put_report(2);
		answer();
		/* the acknowledgment of the report comes now, and is none of the log */
		fakenl_error(&d, -EIO);
		fakenl_field32(&d, SEQ, 5);
		put_log(0, "header", 6);
		put_log(1, "first", 5);
		answer();
		put_log(2, "second", 6);
		put_log(3, "more", 4);
		answer();
		assert_int_equal(tsm_report_new(ctx, challenge, 64, &opts, &report), 0);
		if (opts.max_size == 16) {
			assert_int_equal(tsm_report_auxblob(report, &data, &len), -EFBIG);
		} else {
			assert_int_equal(tsm_report_auxblob(report, &data, &len), 0);
			assert_int_equal(len, 17);
			assert_memory_equal(data, "headerfirstsecond", 17);
		}
		tsm_report_free(&report);
		fakenl_begin();
	}
}

/* The report is not lost over its log. */
static void log_that_fails(void **state)
{
	struct tsm_report *report;
	const uint8_t *data;
	unsigned int i;
	size_t len;

	(void)state;
	for (i = 0; i < 5; i++) {
		put_report(2);
		answer();
		if (i == 0)
			fakenl_error(&d, -EPERM);
		if (i == 1)
			put_log(1, "not the header", 14);
		if (i == 2) {
			put_log(0, "header", 6);
			fakenl_done(&d, 0);
		}
		if (i == 3)
			fakenl_done(&d, -EINTR);
		if (i == 4) {
			fakenl_message(&d, REALM_TSM_CMD_LOG_GET, true);
			fakenl_u32(&d, REALM_TSM_A_LOG_RECORD, 0);
		}
		answer();
		assert_int_equal(tsm_report_new(ctx, challenge, 64, NULL, &report), 0);
		assert_int_equal(tsm_report_auxblob(report, &data, &len),
				 i == 0 ? -EPERM : i == 3 ? -EINTR : -EBADMSG);
		tsm_report_free(&report);
	}
}

static const struct {
	int answered, err;
	const char *words;
	bool try_configfs;
} report_errors[] = {
	{ -EPERM, EPERM, "CAP_SYS_ADMIN", true },
	{ -EBUSY, EBUSY, "another driver provides", true },
	{ -EMSGSIZE, EMSGSIZE, "too long for netlink", true },
	{ -ERANGE, EINVAL, "takes no challenge of 31 bytes: give 32 to 64", false },
	{ -ETIMEDOUT, ETIMEDOUT, "gave up waiting", false },
	{ -ECANCELED, ECANCELED, "lost the report half way", false },
	{ -EIO, EIO, "the firmware failed", false },
	{ -EINTR, EINTR, "a signal arrived", false },
	{ -ENOMEM, ENOMEM, "out of memory", false },
	{ -EPROTO, EPROTO, "could not make the report", false },
};

static void report_errors_of_the_kernel(void **state)
{
	struct tsm_report_opts small = { .size = sizeof(small), .max_size = 6 };
	struct tsm_report *report;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(report_errors); i++) {
		fakenl_error(&d, report_errors[i].answered);
		answer();
		said(tsm_report_new(ctx, challenge, 31, NULL, &report), report_errors[i].err,
		     report_errors[i].words);
	}
	put_report(0);
	answer();
	said(take_report(&small), EFBIG, "larger than");
	fakenl_message(&d, REALM_TSM_CMD_REPORT_GET, true);
	fakenl_attribute(&d, REALM_TSM_A_REPORT_TOKEN, "", 0);
	fakenl_u32(&d, REALM_TSM_A_REPORT_RECORD, 0);
	answer();
	said(take_report(NULL), ENODATA, "empty report");
	assert_int_equal(fakenl_configfs, 0);
}

static void configfs_where_netlink_cannot(void **state)
{
	unsigned int expected = 0;
	size_t i;

	(void)state;
	new_ctx(TSM_BACKEND_AUTO, NULL);
	for (i = 0; i < ARRAY_SIZE(report_errors); i++) {
		fakenl_error(&d, report_errors[i].answered);
		answer();
		expected += report_errors[i].try_configfs;
		assert_int_equal(take_report(NULL) == FAKENL_CONFIGFS,
				 report_errors[i].try_configfs);
		assert_int_equal(fakenl_configfs, expected);
	}
	fakenl_resolve = -NLE_OBJ_NOTFOUND;
	assert_int_equal(take_report(NULL), FAKENL_CONFIGFS);
	fakenl_connect = -NLE_AF_NOSUPPORT;
	assert_int_equal(take_report(NULL), FAKENL_CONFIGFS);
	fakenl_connect = -NLE_PERM;
	assert_int_equal(take_report(NULL), FAKENL_CONFIGFS);
	fakenl_errno = EMFILE;
	assert_int_equal(take_report(NULL), FAKENL_CONFIGFS);
	assert_int_equal(fakenl_configfs, expected + 4);
	assert_int_equal(warnings, 0);
}

/* libnl says of each that it is unspecific, or that there is no such family. */
static void netlink_fails(void **state)
{
	static const struct {
		int left, err;
		const char *words;
	} errors[] = {
		{ EMFILE, EMFILE, "Too many open files" },
		{ EINTR, EINTR, "nterrupted" },
		{ ENOBUFS, ENOMEM, "out of memory" },
		{ EACCES, ENODEV, "no family realm-tsm" },
		{ EPROTONOSUPPORT, ENODEV, "no family realm-tsm" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < 2 * ARRAY_SIZE(errors); i++) {
		fakenl_connect = i % 2 ? -NLE_FAILURE : 0;
		fakenl_resolve = -NLE_OBJ_NOTFOUND;
		fakenl_errno = errors[i / 2].left;
		said(take_report(NULL), errors[i / 2].err, errors[i / 2].words);
		assert_int_equal(-tsm_measurement_event(ctx, 3, "d", "o", "c", NULL), errors[i / 2].err);
	}
}

static void who_decides_on_the_way(void **state)
{
	struct tsm_report_opts given = { .size = sizeof(given), .dir = "agents" };

	(void)state;
	said(take_report(&given), EINVAL, "netlink was asked for");
	fakenl_resolve = -NLE_OBJ_NOTFOUND;
	said(take_report(NULL), ENODEV, "no family realm-tsm; modprobe realm_tsm");
	assert_int_equal(fakenl_configfs, 0);

	/* nothing of these asks netlink */
	fakenl_resolve = 0;
	new_ctx(TSM_BACKEND_AUTO, NULL);
	assert_int_equal(take_report(&given), FAKENL_CONFIGFS);
	new_ctx(TSM_BACKEND_CONFIGFS, NULL);
	assert_int_equal(take_report(NULL), FAKENL_CONFIGFS);
	new_ctx(TSM_BACKEND_AUTO, "/nowhere");
	assert_int_equal(take_report(NULL), FAKENL_CONFIGFS);
	assert_int_equal(fakenl_configfs, 3);
	assert_int_equal(fakenl_requests(), 0);
}

static void provider(void **state)
{
	char name[TSM_PROVIDER_MAX];

	(void)state;
	put_realm(true, false);
	answer();
	assert_int_equal(tsm_provider_get(ctx, name, sizeof(name)), 0);
	assert_string_equal(name, "arm_cca_guest");
	put_realm(true, false);
	answer();
	said(tsm_provider_get(ctx, name, 5), EFBIG, "");
	put_realm(false, false);
	answer();
	said(tsm_provider_get(ctx, name, sizeof(name)), EBUSY, "another driver");
	new_ctx(TSM_BACKEND_AUTO, NULL);
	put_realm(false, false);
	answer();
	assert_int_equal(tsm_provider_get(ctx, name, sizeof(name)), 0);
	assert_string_equal(name, "tdx_guest");
}

/* --- events --- */

static void expect_text(int type, const char *text)
{
	size_t len;
	const uint8_t *data = fakenl_request(type, &len);

	assert_int_equal(len, strlen(text) + 1);
	assert_memory_equal(data, text, len);
}

static void event(void **state)
{
	const uint8_t *data;
	uint32_t record = 0, number;
	size_t len;

	(void)state;
	put_event(REALM_TSM_CMD_EVENT_ADD, 3, 17, 32);
	answer();
	assert_int_equal(tsm_measurement_event(ctx, 3, "d.org", "op", "c c", &record), 0);
	assert_int_equal(record, 17);
	assert_int_equal(fakenl_command(), REALM_TSM_CMD_EVENT_ADD);
	data = fakenl_request(REALM_TSM_A_EVENT_INDEX, &len);
	assert_int_equal(len, sizeof(number));
	memcpy(&number, data, len);
	assert_int_equal(number, 3);
	expect_text(REALM_TSM_A_EVENT_DOMAIN, "d.org");
	expect_text(REALM_TSM_A_EVENT_OPERATION, "op");
	expect_text(REALM_TSM_A_EVENT_CONTENT, "c c");
	put_event(REALM_TSM_CMD_EVENT_ADD, 3, 18, 32);
	answer();
	assert_int_equal(tsm_measurement_event(ctx, 3, "d", "o", "c", NULL), 0);
}

static void longest_event(void **state)
{
	char word[256], content[2049];

	(void)state;
	memset(word, 'w', 255);
	word[255] = '\0';
	memset(content, 'c', 2048);
	content[2048] = '\0';
	put_event(REALM_TSM_CMD_EVENT_ADD, 1, 1, 64);
	answer();
	assert_int_equal(tsm_measurement_event(ctx, 1, word, word, content, NULL), 0);
	expect_text(REALM_TSM_A_EVENT_CONTENT, content);
}

static void event_errors(void **state)
{
	static const struct {
		int answered, err;
		const char *words;
	} errors[] = {
		{ -EPERM, EPERM, "CAP_SYS_ADMIN" },
		{ -ENOSPC, ENOSPC, "log_limit" },
		{ -ENODEV, ENODEV, "being unloaded" },
		{ -EINTR, EINTR, "a signal arrived" },
		{ -ENOMEM, ENOMEM, "out of memory" },
		{ -ENOBUFS, ENOMEM, "out of memory" },
		{ -EIO, EIO, "was not extended: the firmware" },
		{ -EREMOTEIO, EREMOTEIO, "see the kernel log" },
		{ -ECANCELED, ECANCELED, "see the kernel log" },
		{ -EOPNOTSUPP, EOPNOTSUPP, "see the kernel log" },
		{ -EPROTO, EPROTO, "see the kernel log" },
		/* done, and nothing else said: the register may be extended */
		{ 0, EIO, "whether rem2 was extended, its event log tells" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(errors); i++) {
		fakenl_error(&d, errors[i].answered);
		answer();
		said(tsm_measurement_event(ctx, 3, "d", "o", "c", NULL), errors[i].err,
		     errors[i].words);
	}
	fakenl_fail(FAKENL_REQUESTS, -NLE_NOMEM);
	said(tsm_measurement_event(ctx, 3, "d", "o", "c", NULL), EIO, "its event log tells");
	fakenl_resolve = -NLE_OBJ_NOTFOUND;
	said(tsm_measurement_event(ctx, 3, "d", "o", "c", NULL), ENODEV, "modprobe realm_tsm");
}

static void events_that_cannot_be(void **state)
{
	static char long_word[257], long_content[2050];
	const struct {
		uint32_t number;
		const char *domain, *operation, *content, *words;
	} wrong[] = {
		{ 0, "d", "o", "c", "nothing can extend the rim" },
		{ 5, "d", "o", "c", "no register 5" },
		{ 1, NULL, "o", "c", "needs its domain" },
		{ 1, "d", "", "c", "needs its operation" },
		{ 1, "d", "o", NULL, "needs its content" },
		{ 1, "d d", "o", "c", "domain has a space" },
		{ 1, "d", "o ", "c", "operation has a space" },
		{ 1, "d", "o", "c\n", "character 2 of the event's content is not printable" },
		{ 1, "d", "o", "\xc3\xa9", "character 1 of the event's content" },
		{ 1, "d\x7f", "o", "c", "character 2 of the event's domain" },
		{ 1, long_word, "o", "c", "domain is longer than 255" },
		{ 1, "d", long_word, "c", "operation is longer than 255" },
		{ 1, "d", "o", long_content, "content is longer than 2048" },
	};
	size_t i;

	(void)state;
	memset(long_word, 'w', sizeof(long_word) - 1);
	memset(long_content, 'c', sizeof(long_content) - 1);
	for (i = 0; i < ARRAY_SIZE(wrong); i++)
		said(tsm_measurement_event(ctx, wrong[i].number, wrong[i].domain,
					   wrong[i].operation, wrong[i].content, NULL), EINVAL,
		     wrong[i].words);
	assert_int_equal(tsm_measurement_event(NULL, 1, "d", "o", "c", NULL), -EINVAL);
	assert_int_equal(fakenl_requests(), 0);
}

int main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(report_without_a_log), T(report_with_its_log), T(log_that_fails),
		T(report_errors_of_the_kernel), T(configfs_where_netlink_cannot), T(netlink_fails),
		T(who_decides_on_the_way), T(provider), T(event), T(longest_event),
		T(event_errors), T(events_that_cannot_be),
	};

	return cmocka_run_group_tests_name("netlink", tests, NULL, NULL);
}
