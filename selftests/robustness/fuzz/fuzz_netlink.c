// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any answers and notifications over netlink, to each kind of request: reading them is
 * total, what they lead to has the form that the headers promise, and no socket stays
 * open. An input is what is asked for, then datagrams, each with a byte of flags and
 * its length; a message that answers has the sequence number ~0.
 */
#include <errno.h>
#include <string.h>

#include <netlink/errno.h>

#include <tsm/measurement.h>
#include <tsm/monitor.h>
#include <tsm/report.h>

#include "fakenl.h"
#include "fuzz.h"

enum { REPORT, PROVIDER, EVENT, MONITOR, OPERATIONS };
enum { NOTIFIES = 1, FAILS = 2, FROM_A_PROCESS = 4 };

#define DATAGRAMS	60
#define MAX_SIZE	4096

static struct tsm_ctx *ctx;

/* Any errno may be the kernel's; a text says what it meant. */
static void failed(int rc)
{
	need(rc < 0 && rc >= -4095 && *tsm_error(ctx));
	/* these would be ours, and are not for callers */
	need(rc != -EBADMSG && rc != -ENOBUFS);
}

static void report(void)
{
	static const uint8_t challenge[64];
	struct tsm_report_opts opts = { .size = sizeof(opts), .max_size = MAX_SIZE };
	struct tsm_report *r = NULL;
	const uint8_t *data;
	size_t len;
	int rc;

	rc = tsm_report_new(ctx, challenge, sizeof(challenge), &opts, &r);
	need(!rc == !!r);
	if (rc)
		return failed(rc);
	need(tsm_report_blob(r, &len) && len && len <= MAX_SIZE);
	need(!strcmp(tsm_report_provider(r), "arm_cca_guest"));
	rc = tsm_report_auxblob(r, &data, &len);
	need(rc ? !data && !len : data && len <= MAX_SIZE);
	tsm_report_free(&r);
}

static void provider(void)
{
	char name[TSM_PROVIDER_MAX];
	int rc = tsm_provider_get(ctx, name, sizeof(name));

	if (rc)
		return failed(rc);
	need(!strcmp(name, "arm_cca_guest"));
}

static void event(void)
{
	uint32_t record;
	int rc = tsm_measurement_event(ctx, 1, "domain", "operation", "content", &record);

	if (rc)
		failed(rc);
}

/* Whatever comes, records are delivered one after the other. */
static void monitor(void)
{
	struct tsm_monitor *m = NULL;
	uint32_t last = 0;
	size_t len, n;
	int rc;

	rc = tsm_monitor_new(ctx, NULL, &m);
	need(!rc == !!m);
	if (rc)
		return failed(rc);
	for (n = 0; n < DATAGRAMS && !(rc = tsm_monitor_next(ctx, m)); n++) {
		need(!n || tsm_monitor_record(m) == last + 1);
		last = tsm_monitor_record(m);
		need(tsm_monitor_register(m) >= 1 && tsm_monitor_register(m) <= 4);
		/* of record 0 there is none, which a kernel never speaks of */
		need(tsm_monitor_digest(m, &len) ? len && len <= TSM_DIGEST_MAX : !last);
	}
	if (rc)
		need(rc == -EAGAIN || rc == -ENODEV || rc == -EPERM || rc == -EIO || rc == -ENOMEM);
	tsm_monitor_free(&m);
}

static void push(const uint8_t *data, size_t size)
{
	static struct fakenl d;
	size_t len;
	int queue, n;

	for (n = 0; n < DATAGRAMS && size >= 3; n++) {
		queue = data[0] & NOTIFIES ? FAKENL_EVENTS : FAKENL_REQUESTS;
		len = data[1] | (size_t)data[2] << 8;
		if (len > size - 3)
			len = size - 3;
		if (len > sizeof(d.data))
			len = sizeof(d.data);
		if (data[0] & FROM_A_PROCESS)
			fakenl_from(queue, 4711);
		if (data[0] & FAILS) {
			fakenl_fail(queue, -(data[0] >> 3) % (NLE_MAX + 1));
		} else {
			memcpy(d.data, data + 3, len);
			d.len = len;
			fakenl_push(queue, &d);
		}
		data += 3 + len;
		size -= 3 + len;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const operations[OPERATIONS])(void) = { report, provider, event, monitor };
	struct tsm_ctx_opts opts = { .size = sizeof(opts), .backend = TSM_BACKEND_NETLINK };
	int round;

	if (!ctx)
		need(!tsm_ctx_new(&opts, &ctx));
	if (size <= FUZZ_HEAD)
		return -1;
	for (round = 0; round < 2; round++) {
		fakenl_begin();
		push(data + FUZZ_HEAD + 1, size - FUZZ_HEAD - 1);
		if (round)
			fuzz_faults(data);
		operations[data[FUZZ_HEAD] % OPERATIONS]();
		faults_end();
		fakenl_drop();
		need(!fakenl_end());
	}
	return 0;
}
