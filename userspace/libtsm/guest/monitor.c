// SPDX-License-Identifier: LGPL-2.1-or-later
/* Which extensions happen, without a gap? <tsm/monitor.h> */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <tsm/measurement.h>
#include <tsm/monitor.h>

#include "base/err.h"
#include "base/opts.h"
#include "guest/nl.h"

#define DEFAULT_ROOM	(1024 * 1024)

/*
 * Notifications and the log are two views of one sequence of records, and @next is
 * the only state: a record below it was delivered, one beyond it shows that some are
 * missing. Those are read from the log, a message at a time, so that catching up
 * takes no more memory than keeping up.
 */
struct tsm_monitor {
	struct family *events;
	struct family *log;		/* its own socket, for the other one may be full; or NULL */
	size_t digest_size;
	uint32_t next;		/* record */
	uint32_t until;		/* to which the log has to go, as a notification said */
	enum { LISTENING, MISSING, RESYNCING } state;
	struct {
		uint32_t record;
		uint32_t number;
		uint8_t digest[TSM_DIGEST_MAX];
		bool resynced;
	} now;
};

static int listen_failed(struct tsm_ctx *ctx, int rc)
{
	char why[64];

	switch (rc) {
	case -ENODEV:
		return err_set(ctx, rc,
			       "nothing tells of extensions: there is no netlink family realm-tsm; modprobe realm_tsm");
	case -EPERM:
		return err_set(ctx, rc,
			       "no permission to listen for extensions: it takes CAP_SYS_ADMIN; run as root");
	case -ENOMEM:
	case -ENOBUFS:
		return err_set(ctx, -ENOMEM, "monitor: out of memory");
	case -EBADMSG:
		return err_set(ctx, -EIO, "the kernel's word on an extension is lost or malformed");
	default:
		return err_set(ctx, -EIO, "listening for extensions failed: %s",
			       err_name(rc, why, sizeof(why)));
	}
}

/* What is recorded between the two steps is notified, and seen to be old news. */
static int start(struct tsm_ctx *ctx, struct tsm_monitor *monitor, size_t room)
{
	struct family_realm realm;
	int rc;

	rc = family_open(ctx, &monitor->events);
	if (!rc)
		rc = family_open(ctx, &monitor->log);
	if (!rc)
		rc = family_listen(monitor->events, room);
	if (!rc)
		rc = family_realm_get(monitor->log, &realm);
	if (!rc && !realm.has_last)
		rc = -EPERM;
	if (rc)
		return listen_failed(ctx, rc);
	monitor->digest_size = realm.digest_size;
	monitor->next = realm.last_record + 1;
	return 0;
}

int tsm_monitor_new(struct tsm_ctx *ctx, const struct tsm_monitor_opts *opts,
		    struct tsm_monitor **out)
{
	struct tsm_monitor *monitor;
	struct tsm_monitor_opts o;
	int rc;

	if (!ctx)
		return -EINVAL;
	if (!out || opts_copy(&o, sizeof(o), opts))
		return err_set(ctx, -EINVAL,
			       "monitor: wrong use of the library: nowhere to put it, or options without their size");
	monitor = calloc(1, sizeof(*monitor));
	if (!monitor)
		return listen_failed(ctx, -ENOMEM);
	rc = start(ctx, monitor, o.room ? o.room : DEFAULT_ROOM);
	if (rc)
		tsm_monitor_free(&monitor);
	else
		*out = monitor;
	return rc;
}

void tsm_monitor_free(struct tsm_monitor **monitor)
{
	if (!monitor || !*monitor)
		return;
	family_close(&(*monitor)->events);
	family_close(&(*monitor)->log);
	free(*monitor);
	*monitor = NULL;
}

int tsm_monitor_fd(const struct tsm_monitor *monitor)
{
	return monitor ? family_listen_fd(monitor->events) : -1;
}

static int deliver(struct tsm_monitor *monitor, uint32_t record, uint32_t number,
		   const struct bytes *digest, bool resynced)
{
	if (record != monitor->next || digest->len != monitor->digest_size ||
	    number < TSM_REGISTER_REM0 || number > TSM_REGISTER_REM3)
		return -EBADMSG;
	monitor->next++;
	monitor->now.record = record;
	monitor->now.number = number;
	monitor->now.resynced = resynced;
	memcpy(monitor->now.digest, digest->data, digest->len);
	return 0;
}

static uint32_t le32(const uint8_t *at)
{
	return (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0];
}

/* A TCG_PCR_EVENT2 of one digest: u32 register, type, digest count, then u16 hash, digest. */
static int deliver_logged(struct tsm_monitor *monitor, const struct family_record *record)
{
	const size_t digest_at = 3 * 4 + 2;
	const uint8_t *data = record->data.data;
	struct bytes digest = { data + digest_at, monitor->digest_size };

	if (record->data.len < digest_at + monitor->digest_size || le32(data + 8) != 1)
		return -EBADMSG;
	return deliver(monitor, record->record, le32(data), &digest, true);
}

/* Any failure leaves records missing, for the next call to ask again. */
static int next_logged(struct tsm_ctx *ctx, struct tsm_monitor *monitor)
{
	struct family_record record;
	int rc = 0;

	if (monitor->state == MISSING) {
		log_msg(ctx, TSM_LOG_WARNING,
			"notifications of extensions were lost: records are read from the log, from %u on",
			monitor->next);
		if (!monitor->log)
			rc = family_open(ctx, &monitor->log);
		if (!rc)
			rc = family_log_get(monitor->log, monitor->next);
	}
	monitor->state = MISSING;
	if (!rc)
		rc = family_log_next(monitor->log, &record);
	if (rc == -ENODATA) {
		if (monitor->next <= monitor->until)
			return -EBADMSG;
		monitor->state = LISTENING;
		return rc;
	}
	if (!rc)
		rc = deliver_logged(monitor, &record);
	if (!rc)
		monitor->state = RESYNCING;
	else	/* the rest of this log would be in the way of the next one */
		family_close(&monitor->log);
	return rc;
}

/* 0 with one delivered, -EAGAIN, or -ENODATA where this one was nothing new. */
static int next_notified(struct tsm_monitor *monitor)
{
	struct family_record event;
	int rc;

	rc = family_listen_next(monitor->events, &event);
	if (!rc && event.record == monitor->next)
		return deliver(monitor, event.record, event.number, &event.digest, false);
	if (rc == -ENOBUFS || (!rc && event.record > monitor->next)) {
		monitor->until = rc ? 0 : event.record;
		monitor->state = MISSING;
		rc = 0;
	}
	return rc ? rc : -ENODATA;
}

int tsm_monitor_next(struct tsm_ctx *ctx, struct tsm_monitor *monitor)
{
	int rc;

	if (!ctx)
		return -EINVAL;
	if (!monitor)
		return err_set(ctx, -EINVAL, "there is no monitor to ask");
	do {
		if (monitor->state == LISTENING)
			rc = next_notified(monitor);
		else
			rc = next_logged(ctx, monitor);
	} while (rc == -ENODATA);
	return !rc || rc == -EAGAIN ? rc : listen_failed(ctx, rc);
}

uint32_t tsm_monitor_record(const struct tsm_monitor *monitor)
{
	return monitor ? monitor->now.record : 0;
}

uint32_t tsm_monitor_register(const struct tsm_monitor *monitor)
{
	return monitor ? monitor->now.number : 0;
}

const uint8_t *tsm_monitor_digest(const struct tsm_monitor *monitor, size_t *len)
{
	bool has = monitor && monitor->now.record;

	if (len)
		*len = has ? monitor->digest_size : 0;
	return has ? monitor->now.digest : NULL;
}

int tsm_monitor_resynced(const struct tsm_monitor *monitor)
{
	return monitor && monitor->now.resynced;
}
