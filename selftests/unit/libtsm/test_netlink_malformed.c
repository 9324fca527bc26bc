// SPDX-License-Identifier: GPL-2.0-only
/* Does a message over netlink that is malformed, of a stranger, or missing do any harm? */
#include <errno.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <linux/realm_tsm.h>
#include <netlink/errno.h>

#include <tsm/measurement.h>
#include <tsm/monitor.h>
#include <tsm/report.h>

#include "array_size.h"
#include "netlink_answers.h"

/* offsets in a datagram: generic header, first and last attribute */
enum { GENL = 16, FIRST = 20, LAST = 4096 };

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
		put_notification(11);
		spoil(how);
		notify();
		said(tsm_monitor_next(ctx, monitor), EIO, "malformed");
		put_notification(11);
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
	put_notification(11);
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
			put_notification(11);
			put_notification(12);
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
		T(malformed_answers), T(malformed_notifications), T(strangers_are_not_heard),
		T(silence), T(mutations),
	};

	return cmocka_run_group_tests_name("netlink malformed", tests, NULL, NULL);
}
