/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef TSM_MEASUREMENT_H
#define TSM_MEASUREMENT_H

#include <tsm/eventlog.h>
#include <tsm/tsm.h>

/*
 * The realm's measurement registers: read and extend them, and read the kernel's
 * log of it. Takes the realm_tsm module.
 *
 * Registers are called by their number in event logs, TSM_REGISTER_RIM (0, cannot
 * be extended) and TSM_REGISTER_REM0 to TSM_REGISTER_REM3 (1 to 4). To extend is
 * value = hash(value || digest), which nothing can undo until the realm ends.
 *
 * Extending and logging are one operation of the kernel: on success both has
 * happened, on failure neither. Who knows what was measured measures an event, and
 * its text goes into the log for the verifier to read; a bare digest explains
 * nothing to those who do not know it already.
 *
 * - Reading registers takes no privilege.
 * - Extending by a digest writes a file of sysfs, which root may give to others
 *   (chown; see <device>/measurements below tsm_realm_device()).
 * - Events go over netlink, which takes CAP_SYS_ADMIN, else through configfs, which
 *   takes root.
 * - The log is root's and its group's to read.
 *
 * Errors of all functions here:
 *
 *   -EINVAL	the arguments: no such register, a digest of a wrong length, a text
 *		that an event cannot have
 *   -ENODEV	the module is not loaded, or is being unloaded
 *   -EACCES	no permission (also -EPERM, -EROFS)
 *   -ENOSPC	the log is full: its limit is realm_tsm's parameter log_limit
 *   -EBUSY	the registers are extended without a pause (tsm_registers_new())
 *   -EIO	the firmware (RMM) failed, or the kernel's answer is malformed
 *   -EREMOTEIO	the firmware refused an argument
 *   -ECANCELED	the firmware was in no state for it
 *   -EOPNOTSUPP	the firmware does not have the call
 *   -EPROTO	the firmware's answer is none that it may give
 *   -EINTR	a signal arrived
 *   -ENOMEM	out of memory
 *   -EBADMSG	the log is malformed (tsm_measurement_log())
 *   -EMSGSIZE	the log is longer than TSM_EVENTLOG_MAX (tsm_measurement_log())
 * Any other errno is the system's own, such as -EMFILE.
 */

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

#define TSM_DIGEST_MAX	64	/* bytes of the longest digest */

/* Whether the log explains a register's value. */
enum tsm_register_state {
	TSM_REGISTER_UNKNOWN = 0,	/* the kernel does not say (RIM; no configfs) */
	TSM_REGISTER_CONSISTENT = 1,
	TSM_REGISTER_DIVERGED = 2,	/* it was extended past the module, unlogged */
};

/* "unknown", "consistent", "diverged"; NULL for other values. */
const char *tsm_register_state_name(enum tsm_register_state state);

struct tsm_registers;

/**
 * tsm_registers_new() - read all registers as they are at one moment
 * @ctx: the context
 * @out: receives the values
 *
 * Return: 0 or an error of the list above.
 */
int tsm_registers_new(struct tsm_ctx *ctx, struct tsm_registers **out);

void tsm_registers_free(struct tsm_registers **registers);

/* The hash of all registers. */
enum tsm_hash tsm_registers_hash(const struct tsm_registers *registers);

/* A register's value; NULL for a number that is none. */
const uint8_t *tsm_registers_value(const struct tsm_registers *registers, uint32_t number,
				   size_t *len);

/* Whether the log explains that value. */
enum tsm_register_state tsm_registers_state(const struct tsm_registers *registers,
					    uint32_t number);

/**
 * tsm_measurement_read() - read one register
 * @ctx: the context
 * @number: the register
 * @value: receives its value, room for TSM_DIGEST_MAX bytes
 * @len: receives the value's length: 32, 48 or 64
 *
 * Return: 0 or an error of the list above.
 */
int tsm_measurement_read(struct tsm_ctx *ctx, uint32_t number, uint8_t *value, size_t *len);

/**
 * tsm_measurement_extend() - extend a register by a bare digest
 * @ctx: the context
 * @number: the register, TSM_REGISTER_REM0 to TSM_REGISTER_REM3
 * @digest: what to extend by
 * @len: its length, that of the realm's hash
 *
 * Return: 0 or an error of the list above, and then nothing has been extended.
 */
int tsm_measurement_extend(struct tsm_ctx *ctx, uint32_t number, const void *digest, size_t len);

/**
 * tsm_measurement_event() - measure an event
 * @ctx: the context
 * @number: the register, TSM_REGISTER_REM0 to TSM_REGISTER_REM3
 * @domain: where the operation is defined, best a URI; up to 255 printable ASCII
 *          characters without spaces
 * @operation: what was done; likewise
 * @content: with what; up to 2048 printable ASCII characters
 * @record: receives the number of the log's record, from 1 on; may be NULL
 *
 * An event as Confidential Containers define it (AAEL); the kernel digests it.
 *
 * Return: 0 or an error of the list above. Nothing has been extended then, save
 * where tsm_error() says that the answer was lost: then the log tells.
 */
int tsm_measurement_event(struct tsm_ctx *ctx, uint32_t number, const char *domain,
			  const char *operation, const char *content, uint32_t *record);

/**
 * tsm_measurement_log() - read the kernel's event log
 * @ctx: the context
 * @out: receives the log
 *
 * It holds every extension that was made before the call, and always ends with a
 * whole record.
 *
 * Return: 0 or an error of the list above.
 */
int tsm_measurement_log(struct tsm_ctx *ctx, struct tsm_eventlog **out);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
