/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef TSM_MONITOR_H
#define TSM_MONITOR_H

#include <tsm/tsm.h>

/*
 * Learn of each extension of a measurement register as it happens, whoever made it.
 * Takes the realm_tsm module and CAP_SYS_ADMIN, in the realm's initial network
 * namespace: in another one (a container's) the kernel notifies nobody.
 *
 * Every record of the kernel's log that was made after tsm_monitor_new() comes
 * once, in the log's order. The kernel's notifications may get lost, where more of
 * them wait than there is room for; that is noticed, said to the log callback as a
 * warning, and what was missed is read from the log. A module that is unloaded, as it
 * can be until it has recorded something, falls silent, also when it is loaded again.
 *
 *	while (!(rc = tsm_monitor_next(ctx, monitor)))
 *		use(tsm_monitor_record(monitor), ...);
 *	if (rc == -EAGAIN)
 *		poll(&(struct pollfd){ tsm_monitor_fd(monitor), POLLIN }, 1, -1);
 *
 * Errors of all functions here:
 *
 *   -EAGAIN	tsm_monitor_next(): nothing more for now
 *   -EINVAL	the arguments
 *   -ENODEV	the module is not loaded
 *   -EPERM	no permission: it takes CAP_SYS_ADMIN
 *   -EIO	the kernel's answer is malformed, or netlink failed
 *   -ENOMEM	out of memory
 */

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct tsm_monitor;

struct tsm_monitor_opts {
	size_t size;		/* sizeof(struct tsm_monitor_opts) */
	size_t room;		/* for notifications that wait, bytes; 0: 1 MiB */
};

/**
 * tsm_monitor_new() - listen from now on
 * @ctx: the context
 * @opts: options, or NULL
 * @out: receives the monitor
 *
 * Return: 0 or an error of the list above.
 */
int tsm_monitor_new(struct tsm_ctx *ctx, const struct tsm_monitor_opts *opts,
		    struct tsm_monitor **out);

void tsm_monitor_free(struct tsm_monitor **monitor);

/*
 * For poll(2), POLLIN; readable when tsm_monitor_next() is worth calling. What waits
 * in the monitor itself it does not show: call tsm_monitor_next() until -EAGAIN.
 */
int tsm_monitor_fd(const struct tsm_monitor *monitor);

/**
 * tsm_monitor_next() - go on to the next extension; never blocks for one to happen
 * @ctx: the context
 * @monitor: the monitor
 *
 * Return: 0, and the functions below tell of it, or an error of the list above.
 */
int tsm_monitor_next(struct tsm_ctx *ctx, struct tsm_monitor *monitor);

/* The number of the log's record. */
uint32_t tsm_monitor_record(const struct tsm_monitor *monitor);

/* The register that was extended, by its number in event logs: 1 to 4. */
uint32_t tsm_monitor_register(const struct tsm_monitor *monitor);

/* What it was extended by; valid until the next tsm_monitor_next(). */
const uint8_t *tsm_monitor_digest(const struct tsm_monitor *monitor, size_t *len);

/* 1 if the notification of it was lost and it came from the log, else 0. */
int tsm_monitor_resynced(const struct tsm_monitor *monitor);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
