/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NETLINK_ANSWERS_H
#define NETLINK_ANSWERS_H

#include <tsm/monitor.h>
#include <tsm/report.h>

#include "fakenl.h"

/*
 * What the faked kernel sends to a ctx: a test puts messages together in @d and has them
 * received, as an answer() or as a notification.
 */
extern struct tsm_ctx *ctx;
extern struct fakenl d;
extern unsigned int warnings;

#define answer()	fakenl_push(FAKENL_REQUESTS, &d)
#define notify()	fakenl_push(FAKENL_EVENTS, &d)

/* The ctx of setup() has the netlink backend. */
int setup(void **state);
int teardown(void **state);
void new_ctx(enum tsm_backend backend, const char *root);

/* The last call failed so, in these words. */
void said(int rc, int err, const char *words);

void put_report(uint32_t record);
void put_log(uint32_t record, const void *data, size_t len);
void put_realm(bool reports, bool last);
/* REALM_TSM_CMD_EVENT_ADD: an answer, _NTF: a notification. */
void put_event(int command, uint32_t number, uint32_t record, size_t digest);
/* Of 32 bytes, for one register after the other. */
void put_notification(uint32_t record);

extern uint8_t challenge[64];
int take_report(const struct tsm_report_opts *opts);

/* The log has ten records when it begins. */
extern struct tsm_monitor *monitor;
void begin_monitor(void);
/* The next one that the monitor gives is that of put_notification(). */
void expect_event(uint32_t record, bool resynced);

#define expect_none()	assert_int_equal(tsm_monitor_next(ctx, monitor), -EAGAIN)

#endif
