// SPDX-License-Identifier: GPL-2.0-only
/* <tsm/monitor.h>: does it give every event once and in order, whatever is lost on the way? */
#include <errno.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>
#include <string.h>

#include <cmocka.h>

#include <linux/realm_tsm.h>
#include <netlink/errno.h>

#include <tsm/monitor.h>

#include "array_size.h"
#include "netlink_answers.h"

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

static void notifications(void **state)
{
	(void)state;
	begin_monitor();
	assert_int_equal(tsm_monitor_record(monitor), 0);
	assert_null(tsm_monitor_digest(monitor, NULL));
	expect_none();
	/* made before the log's end was asked for: old news */
	put_notification(10);
	notify();
	put_notification(11);
	put_notification(12);
	notify();
	expect_event(11, false);
	expect_event(12, false);
	expect_none();
	put_notification(13);
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
	put_notification(11);
	notify();
	fakenl_fail(FAKENL_EVENTS, -NLE_NOMEM);
	put_notification(12);
	notify();
	put_notification(16);
	notify();
	put_notification(17);
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
	put_notification(13);
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
	put_notification(11);
	notify();
	expect_event(11, false);
	tsm_monitor_free(&monitor);
}

/* A resync that fails is made up for by the next call, and loses nothing. */
static void resync_fails(void **state)
{
	(void)state;
	begin_monitor();
	put_notification(14);
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
		put_notification(12);
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
		put_notification(12);
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

int main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(notifications), T(loss), T(gap), T(nothing_was_lost), T(resync_fails),
		T(records_that_cannot_be), T(notifications_that_cannot_be),
		T(monitor_cannot_begin),
	};

	return cmocka_run_group_tests_name("monitor", tests, NULL, NULL);
}
