// SPDX-License-Identifier: GPL-2.0-only
/* What goes over netlink, against a kernel that is right, and one that is not. */
#include <errno.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <linux/realm_tsm.h>
#include <netlink/errno.h>

#include <tsm/measurement.h>
#include <tsm/monitor.h>
#include <tsm/report.h>

#include "array_size.h"
#include "fakenl.h"
#include "logs.h"

static struct tsm_ctx *ctx;
static struct fakenl d;
static unsigned int warnings;

static void count_warnings(void *data, enum tsm_log_level level, const char *text)
{
	(void)data;
	assert_null(strchr(text, '\n'));
	warnings += level == TSM_LOG_WARNING;
}

static void new_ctx(enum tsm_backend backend, const char *root)
{
	struct tsm_ctx_opts opts = { .size = sizeof(opts), .backend = backend, .root = root,
				     .log = count_warnings };

	tsm_ctx_free(&ctx);
	assert_int_equal(tsm_ctx_new(&opts, &ctx), 0);
}

static int setup(void **state)
{
	(void)state;
	fakenl_begin();
	d.len = 0;
	warnings = 0;
	new_ctx(TSM_BACKEND_NETLINK, NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tsm_ctx_free(&ctx);
	return fakenl_end();
}

static void said(int rc, int err, const char *words)
{
	if (rc != -err || !strstr(tsm_error(ctx), words))
		fail_msg("%d instead of %d, or no '%s' in: %s", rc, -err, words, tsm_error(ctx));
}

/* offsets in a datagram: sequence number, generic header, first and last attribute */
enum { SEQ = 8, GENL = 16, FIRST = 20, LAST = 4096 };

#define answer()	fakenl_push(FAKENL_REQUESTS, &d)
#define notify()	fakenl_push(FAKENL_EVENTS, &d)

/* --- reports --- */

static uint8_t challenge[64] = { 1, 2, 3 };

static void put_report(uint32_t record)
{
	fakenl_message(&d, REALM_TSM_CMD_REPORT_GET, true);
	fakenl_attribute(&d, REALM_TSM_A_REPORT_TOKEN, "a token", 7);
	fakenl_u32(&d, REALM_TSM_A_REPORT_RECORD, record);
}

static int take_report(const struct tsm_report_opts *opts)
{
	struct tsm_report *report = NULL;
	int rc = tsm_report_new(ctx, challenge, sizeof(challenge), opts, &report);

	assert_true(!rc == !!report);
	tsm_report_free(&report);
	return rc;
}

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

static void put_log(uint32_t record, const void *data, size_t len)
{
	fakenl_message(&d, REALM_TSM_CMD_LOG_GET, true);
	fakenl_u32(&d, REALM_TSM_A_LOG_RECORD, record);
	fakenl_attribute(&d, REALM_TSM_A_LOG_DATA, data, len);
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

static void put_realm(bool reports, bool last)
{
	fakenl_message(&d, REALM_TSM_CMD_REALM_GET, true);
	fakenl_u32(&d, REALM_TSM_A_REALM_DIGEST_SIZE, 32);
	if (reports)
		fakenl_attribute(&d, REALM_TSM_A_REALM_REPORTS, NULL, 0);
	if (last)
		fakenl_u32(&d, REALM_TSM_A_REALM_LAST_RECORD, 10);
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

static void put_event(int command, uint32_t number, uint32_t record, size_t digest)
{
	static const uint8_t bytes[80] = { 0xd1, 0xd2 };

	fakenl_message(&d, command, command == REALM_TSM_CMD_EVENT_ADD);
	fakenl_u32(&d, REALM_TSM_A_EVENT_INDEX, number);
	fakenl_u32(&d, REALM_TSM_A_EVENT_RECORD, record);
	fakenl_attribute(&d, REALM_TSM_A_EVENT_DIGEST, bytes, digest);
}

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

/* --- the monitor --- */

static struct tsm_monitor *monitor;

/* The log has ten records when it begins. */
static void begin_monitor(void)
{
	put_realm(false, true);
	answer();
	assert_int_equal(tsm_monitor_new(ctx, NULL, &monitor), 0);
}

static void put_ntf(uint32_t record)
{
	put_event(REALM_TSM_CMD_EVENT_NTF, 1 + record % 4, record, 32);
}

static void put_record(uint32_t record, uint32_t number, size_t len)
{
	uint8_t data[200] = { 0 };

	data[0] = (uint8_t)number;
	data[4] = 6;
	data[8] = 1;
	data[12] = 0x0b;
	data[14] = 0xd1;
	data[15] = 0xd2;
	put_log(record, data, len);
}

static void put_logged(uint32_t record)
{
	put_record(record, 1 + record % 4, 14 + 32 + 4 + 8);
}

static void expect_event(uint32_t record, bool resynced)
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

#define expect_none()	assert_int_equal(tsm_monitor_next(ctx, monitor), -EAGAIN)

static void notifications(void **state)
{
	(void)state;
	begin_monitor();
	assert_int_equal(tsm_monitor_record(monitor), 0);
	assert_null(tsm_monitor_digest(monitor, NULL));
	expect_none();
	/* made before the log's end was asked for: old news */
	put_ntf(10);
	notify();
	put_ntf(11);
	put_ntf(12);
	notify();
	expect_event(11, false);
	expect_event(12, false);
	expect_none();
	put_ntf(13);
	notify();
	expect_event(13, false);
	expect_none();
	assert_int_equal(fakenl_requests(), 1);
	assert_int_equal(warnings, 0);
	tsm_monitor_free(&monitor);
	assert_null(monitor);
	tsm_monitor_free(&monitor);
}

static void expect_asked_for(uint32_t record)
{
	uint32_t asked = 0;
	size_t len;
	const uint8_t *data = fakenl_request(REALM_TSM_A_LOG_RECORD, &len);

	assert_int_equal(fakenl_command(), REALM_TSM_CMD_LOG_GET);
	assert_int_equal(len, sizeof(asked));
	memcpy(&asked, data, len);
	assert_int_equal(asked, record);
}

/* 11 and 12 arrive, 13 to 15 do not, 16 has been queued before it was read. */
static void loss(void **state)
{
	(void)state;
	begin_monitor();
	put_ntf(11);
	notify();
	fakenl_fail(FAKENL_EVENTS, -NLE_NOMEM);
	put_ntf(12);
	notify();
	put_ntf(16);
	notify();
	put_ntf(17);
	notify();
	expect_event(11, false);
	put_logged(12);
	put_logged(13);
	answer();
	put_logged(14);
	put_logged(15);
	put_logged(16);
	answer();
	fakenl_done(&d, 0);
	answer();
	expect_event(12, true);
	expect_asked_for(12);
	assert_int_equal(warnings, 1);
	expect_event(13, true);
	expect_event(14, true);
	expect_event(15, true);
	expect_event(16, true);
	expect_event(17, false);
	expect_none();
	assert_int_equal(warnings, 1);
	tsm_monitor_free(&monitor);
}

/* Lost without a word, as the next number shows; that one is in the log, too. */
static void gap(void **state)
{
	(void)state;
	begin_monitor();
	put_ntf(13);
	notify();
	put_logged(11);
	put_logged(12);
	put_logged(13);
	fakenl_done(&d, 0);
	answer();
	expect_event(11, true);
	expect_event(12, true);
	expect_event(13, true);
	expect_none();
	assert_int_equal(warnings, 1);
	tsm_monitor_free(&monitor);
}

/* ENOBUFS with nothing lost after all. */
static void nothing_was_lost(void **state)
{
	(void)state;
	begin_monitor();
	fakenl_fail(FAKENL_EVENTS, -NLE_NOMEM);
	fakenl_done(&d, 0);
	answer();
	expect_none();
	put_ntf(11);
	notify();
	expect_event(11, false);
	tsm_monitor_free(&monitor);
}

/* A resync that fails is made up for by the next call, and loses nothing. */
static void resync_fails(void **state)
{
	(void)state;
	begin_monitor();
	put_ntf(14);
	notify();
	fakenl_error(&d, -ENOMEM);
	answer();
	said(tsm_monitor_next(ctx, monitor), ENOMEM, "out of memory");
	put_logged(11);
	answer();
	fakenl_fail(FAKENL_REQUESTS, -NLE_NOMEM);
	expect_event(11, true);
	said(tsm_monitor_next(ctx, monitor), EIO, "malformed");
	/* the log comes from a new socket, as the old one still has more of the old log */
	fakenl_connect = -NLE_FAILURE;
	fakenl_errno = EMFILE;
	said(tsm_monitor_next(ctx, monitor), EIO, "Too many open files");
	fakenl_connect = 0;
	/* a log that ends before what was notified */
	put_logged(12);
	fakenl_done(&d, 0);
	answer();
	expect_event(12, true);
	said(tsm_monitor_next(ctx, monitor), EIO, "malformed");
	put_logged(13);
	put_logged(14);
	fakenl_done(&d, 0);
	answer();
	expect_event(13, true);
	expect_event(14, true);
	expect_none();
	tsm_monitor_free(&monitor);
}

static void records_that_cannot_be(void **state)
{
	static const struct {
		uint32_t record, number;
		size_t len;
	} wrong[] = {
		{ 12, 1, 58 }, { 10, 1, 58 }, { 11, 0, 58 }, { 11, 5, 58 }, { 11, 1, 45 },
		{ 11, 1, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		fakenl_begin();
		begin_monitor();
		put_ntf(12);
		notify();
		put_record(wrong[i].record, wrong[i].number, wrong[i].len);
		answer();
		said(tsm_monitor_next(ctx, monitor), EIO, "malformed");
		tsm_monitor_free(&monitor);
	}
}

static void notifications_that_cannot_be(void **state)
{
	static const struct {
		uint32_t number;
		size_t len;
	} wrong[] = { { 0, 32 }, { 5, 32 }, { 1, 31 }, { 1, 33 }, { 1, 64 }, { 1, 65 }, { 1, 0 } };
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		begin_monitor();
		put_event(REALM_TSM_CMD_EVENT_NTF, wrong[i].number, 11, wrong[i].len);
		notify();
		said(tsm_monitor_next(ctx, monitor), EIO, "malformed");
		/* it has not been passed over: its number is still to come */
		put_ntf(12);
		notify();
		put_logged(11);
		put_logged(12);
		fakenl_done(&d, 0);
		answer();
		expect_event(11, true);
		expect_event(12, true);
		tsm_monitor_free(&monitor);
		assert_int_equal(fakenl_end(), 0);
		fakenl_begin();
	}
}

static void monitor_cannot_begin(void **state)
{
	struct tsm_monitor_opts no_size = { 0 };

	(void)state;
	assert_int_equal(tsm_monitor_new(NULL, NULL, &monitor), -EINVAL);
	said(tsm_monitor_new(ctx, NULL, NULL), EINVAL, "wrong use");
	said(tsm_monitor_new(ctx, &no_size, &monitor), EINVAL, "wrong use");
	assert_int_equal(tsm_monitor_next(NULL, NULL), -EINVAL);
	said(tsm_monitor_next(ctx, NULL), EINVAL, "no monitor");
	assert_int_equal(tsm_monitor_fd(NULL), -1);

	fakenl_resolve = -NLE_OBJ_NOTFOUND;
	said(tsm_monitor_new(ctx, NULL, &monitor), ENODEV, "modprobe realm_tsm");
	fakenl_resolve = 0;
	fakenl_connect = -NLE_AF_NOSUPPORT;
	said(tsm_monitor_new(ctx, NULL, &monitor), EIO, "listening for extensions failed");
	fakenl_errno = EMFILE;
	said(tsm_monitor_new(ctx, NULL, &monitor), EIO, "Too many open files");
	fakenl_connect = 0;
	fakenl_join = -NLE_PERM;
	said(tsm_monitor_new(ctx, NULL, &monitor), EPERM, "CAP_SYS_ADMIN");
	fakenl_join = 0;
	put_realm(false, false);
	answer();
	said(tsm_monitor_new(ctx, NULL, &monitor), EPERM, "CAP_SYS_ADMIN");
	fakenl_error(&d, -EPERM);
	answer();
	said(tsm_monitor_new(ctx, NULL, &monitor), EPERM, "CAP_SYS_ADMIN");
	assert_null(monitor);
}

/* --- messages that are not right --- */

/* A field of 16 or 32 bits at an offset is changed, or the datagram is cut there. */
static const struct {
	int how;		/* 16, 32; 0: cut */
	size_t at;		/* LAST: from the last attribute on */
	uint32_t value;
} spoilers[] = {
	{ 0, 8, 0 },			/* half a header */
	{ 32, 0, 1000 },		/* a message longer than what was received */
	{ 32, 0, 8 },			/* shorter than its header */
	{ 32, 0, 0 },
	{ 32, 0, UINT32_MAX },
	{ 0, GENL + 2, GENL + 2 },	/* half a generic header */
	{ 16, 4, FAKENL_FAMILY + 1 },	/* another family */
	{ 16, 4, 1 },			/* NLMSG_NOOP */
	{ 16, GENL, 99 },		/* another command */
	{ 16, GENL, 0 },
	{ 0, FIRST, FIRST },		/* no attribute */
	{ 16, FIRST, 3 },		/* an attribute shorter than its header */
	{ 16, FIRST, 6 },		/* less than a number */
	{ 16, LAST, 0xffff },		/* longer than the rest */
	{ 16, LAST + 2, 500 },		/* of an unknown type */
	{ 16, FIRST + 2, 500 },
};

static void spoil(size_t i)
{
	size_t at = spoilers[i].at;

	if (at >= LAST)
		at += d.attribute - LAST;
	if (spoilers[i].how == 16)
		fakenl_field16(&d, at, (uint16_t)spoilers[i].value);
	if (spoilers[i].how == 32)
		fakenl_field32(&d, at, spoilers[i].value);
	if (spoilers[i].how)
		return;
	d.len = at;
	if (spoilers[i].value)
		fakenl_field32(&d, 0, spoilers[i].value);
}

static void malformed_answers(void **state)
{
	static const int statuses[] = { 5, -5000 };
	char name[32];
	size_t how;

	(void)state;
	for (how = 0; how < ARRAY_SIZE(statuses); how++) {
		fakenl_error(&d, statuses[how]);
		answer();
		said(take_report(NULL), EIO, "malformed");
	}
	fakenl_error(&d, 0);
	fakenl_field32(&d, 0, 18);
	d.len = 18;
	answer();
	said(take_report(NULL), EIO, "malformed");

	for (how = 0; how < ARRAY_SIZE(spoilers); how++) {
		put_report(0);
		spoil(how);
		answer();
		said(take_report(NULL), EIO, "malformed");

		put_event(REALM_TSM_CMD_EVENT_ADD, 1, 1, 32);
		spoil(how);
		answer();
		said(tsm_measurement_event(ctx, 1, "d", "o", "c", NULL), EIO,
		     "its event log tells");

		fakenl_message(&d, REALM_TSM_CMD_REALM_GET, true);
		fakenl_u32(&d, REALM_TSM_A_REALM_DIGEST_SIZE, 32);
		spoil(how);
		answer();
		said(tsm_provider_get(ctx, name, sizeof(name)), EIO, "malformed");
		fakenl_begin();
	}
	fakenl_message(&d, REALM_TSM_CMD_REALM_GET, true);
	fakenl_u32(&d, REALM_TSM_A_REALM_DIGEST_SIZE, 65);
	answer();
	said(tsm_provider_get(ctx, name, sizeof(name)), EIO, "malformed");
}

static void malformed_notifications(void **state)
{
	size_t how;

	(void)state;
	for (how = 0; how < ARRAY_SIZE(spoilers); how++) {
		begin_monitor();
		put_ntf(11);
		spoil(how);
		notify();
		said(tsm_monitor_next(ctx, monitor), EIO, "malformed");
		put_ntf(11);
		notify();
		expect_event(11, false);
		tsm_monitor_free(&monitor);
		assert_int_equal(fakenl_end(), 0);
		fakenl_begin();
	}
}

static void strangers_are_not_heard(void **state)
{
	(void)state;
	begin_monitor();
	fakenl_from(FAKENL_EVENTS, 4711);
	put_event(REALM_TSM_CMD_EVENT_NTF, 1, 500, 32);
	notify();
	expect_none();
	/* nor what answers something else */
	put_event(REALM_TSM_CMD_EVENT_ADD, 4, 500, 32);
	notify();
	put_ntf(11);
	notify();
	expect_event(11, false);
	tsm_monitor_free(&monitor);

	fakenl_from(FAKENL_REQUESTS, 4711);
	fakenl_error(&d, -EIO);
	answer();
	put_event(REALM_TSM_CMD_EVENT_NTF, 1, 500, 32);
	answer();
	put_report(0);
	answer();
	assert_int_equal(take_report(NULL), 0);
}

/* Nothing comes at all: an error, and no endless loop. */
static void silence(void **state)
{
	(void)state;
	said(take_report(NULL), EIO, "malformed");
	said(tsm_measurement_event(ctx, 1, "d", "o", "c", NULL), EIO, "its event log tells");
	fakenl_fail(FAKENL_REQUESTS, -NLE_BAD_SOCK);
	said(take_report(NULL), EIO, "malformed");
	begin_monitor();
	fakenl_fail(FAKENL_EVENTS, -NLE_BAD_SOCK);
	said(tsm_monitor_next(ctx, monitor), EIO, "listening for extensions failed");
	tsm_monitor_free(&monitor);
}

/* Right answers with a few bytes changed or cut, in an order that the seed decides. */
static void mutations(void **state)
{
	const char *many = getenv("MUTATIONS"), *seed = getenv("SEED");
	unsigned int n = many ? (unsigned int)atoi(many) : 20000;
	struct tsm_monitor *m;

	(void)state;
	srandom(seed ? (unsigned int)atoi(seed) : 1);
	while (n--) {
		unsigned int changes = 1 + (unsigned int)random() % 3;
		bool listening = n % 2;

		fakenl_begin();
		d.len = 0;
		if (listening) {
			put_realm(true, true);
			answer();
			assert_int_equal(tsm_monitor_new(ctx, NULL, &m), 0);
			put_ntf(11);
			put_ntf(12);
		} else {
			put_report(1);
			put_log(0, "header", 6);
			put_log(1, "record", 6);
			fakenl_done(&d, 0);
		}
		while (changes--)
			d.data[(size_t)random() % d.len] = (uint8_t)random();
		if (random() % 4 == 0)
			d.len = (size_t)random() % d.len + 1;
		fakenl_push(listening ? FAKENL_EVENTS : FAKENL_REQUESTS, &d);
		if (!listening) {
			take_report(NULL);
			continue;
		}
		while (!tsm_monitor_next(ctx, m))
			assert_in_range(tsm_monitor_register(m), 1, 4);
		tsm_monitor_free(&m);
	}
	fakenl_begin();
}

int main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(report_without_a_log), T(report_with_its_log), T(log_that_fails),
		T(report_errors_of_the_kernel), T(configfs_where_netlink_cannot),
		T(netlink_fails), T(who_decides_on_the_way), T(provider),
		T(event), T(longest_event), T(event_errors), T(events_that_cannot_be),
		T(notifications), T(loss), T(gap), T(nothing_was_lost), T(resync_fails),
		T(records_that_cannot_be), T(notifications_that_cannot_be),
		T(monitor_cannot_begin),
		T(malformed_answers), T(malformed_notifications), T(strangers_are_not_heard),
		T(silence), T(mutations),
	};

	return cmocka_run_group_tests_name("netlink", tests, NULL, NULL);
}
