// SPDX-License-Identifier: LGPL-2.1-or-later
/* Registers and log as sysfs has them. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/err.h"
#include "guest/device.h"
#include "guest/kfile.h"
#include "guest/measurement_priv.h"
#include "guest/realm.h"

#define REGISTERS	(TSM_REGISTER_REM3 + 1)
#define SWEEPS_MAX	100

struct tsm_registers {
	enum tsm_hash hash;
	uint8_t value[REGISTERS][TSM_DIGEST_MAX];
	enum tsm_register_state state[REGISTERS];
};

/* The files of the registers, "NAME:HASH". */
struct files {
	int device;
	int dir;
	enum tsm_hash hash;
	char hash_name[16];
};

int measurement_no_device(struct tsm_ctx *ctx, int rc)
{
	char why[64];

	if (rc == -ENODEV || rc == -ENOENT)
		return err_set(ctx, -ENODEV, "no measurement registers: modprobe realm_tsm%s",
			       realm_here(ctx) ? "" : " (this machine is no Arm CCA realm)");
	return err_set(ctx, rc, "cannot look for measurement registers: %s",
		       err_name(rc, why, sizeof(why)));
}

int measurement_failed(struct tsm_ctx *ctx, uint32_t number, int rc)
{
	const char *name = tsm_register_name(number);
	char why[64];

	switch (rc) {
	case -EACCES:
	case -EPERM:
	case -EROFS:
		return err_set(ctx, rc, "no permission to extend %s: run as root", name);
	case -ENOSPC:
		return err_set(ctx, rc,
			       "%s was not extended: the event log is full; raise /sys/module/realm_tsm/parameters/log_limit",
			       name);
	case -ENODEV:
		return err_set(ctx, rc, "%s was not extended: realm_tsm is being unloaded", name);
	case -EINTR:
		return err_set(ctx, rc, "%s was not extended: a signal arrived", name);
	case -ENOMEM:
		return err_set(ctx, rc, "%s was not extended: out of memory", name);
	case -EMFILE:
	case -ENFILE:
	case -ENOLCK:
		return err_set(ctx, rc, "%s was not extended: %s", name,
			       err_name(rc, why, sizeof(why)));
	default:
		return err_set(ctx, rc,
			       "%s was not extended: the firmware or its driver failed: %s; see the kernel log",
			       name, err_name(rc, why, sizeof(why)));
	}
}

int measurement_check_rem(struct tsm_ctx *ctx, uint32_t number)
{
	if (number == TSM_REGISTER_RIM)
		return err_set(ctx, -EINVAL, "nothing can extend the rim: give rem0 to rem3");
	if (!tsm_register_name(number))
		return err_set(ctx, -EINVAL, "there is no register %u: rem0 to rem3 are 1 to 4",
			       number);
	return 0;
}

static void see_rim(int dir, const char *name, void *arg)
{
	struct files *files = arg;

	(void)dir;
	snprintf(files->hash_name, sizeof(files->hash_name), "%s", strchr(name, ':') + 1);
	files->hash = digest_from_name(files->hash_name);
}

static void close_files(struct files *files)
{
	kfile_close(files->dir);
	kfile_close(files->device);
}

static int open_files(struct tsm_ctx *ctx, struct files *files)
{
	int rc;

	*files = (struct files){ .dir = -1 };
	files->device = device_open(ctx, NULL);
	if (files->device < 0)
		return measurement_no_device(ctx, files->device);
	files->dir = kfile_open_dir_at(files->device, "measurements");
	rc = files->dir < 0 ? files->dir : kfile_each(files->dir, "rim:", see_rim, files);
	if (rc) {
		close_files(files);
		return measurement_no_device(ctx, rc);
	}
	if (files->hash == TSM_HASH_NONE) {
		close_files(files);
		return err_set(ctx, -EIO,
			       "the kernel's registers are of no hash that this libtsm knows: \"%s\"",
			       files->hash_name);
	}
	return 0;
}

static void file_name(const struct files *files, uint32_t number, char name[NAME_MAX])
{
	snprintf(name, NAME_MAX, "%s:%s", tsm_register_name(number), files->hash_name);
}

static int read_register(struct tsm_ctx *ctx, const struct files *files, uint32_t number,
			 uint8_t *value)
{
	char name[NAME_MAX], why[64];
	struct buf b = { 0 };
	int rc;

	file_name(files, number, name);
	rc = kfile_read(files->dir, name, tsm_hash_size(files->hash), &b);
	if (!rc && b.len != tsm_hash_size(files->hash))
		rc = -EIO;
	if (!rc)
		memcpy(value, b.data, b.len);
	buf_free(&b);
	if (rc == -ENOENT)	/* unloaded since it was opened */
		return measurement_no_device(ctx, rc);
	return rc ? err_set(ctx, rc, "cannot read register %s: %s", tsm_register_name(number),
			    err_name(rc, why, sizeof(why))) : 0;
}

int tsm_measurement_read(struct tsm_ctx *ctx, uint32_t number, uint8_t *value, size_t *len)
{
	struct files files;
	int rc;

	if (!ctx)
		return -EINVAL;
	if (!value || !len || !tsm_register_name(number))
		return err_set(ctx, -EINVAL,
			       "register %u: give 0 (rim) to 4 (rem3), and room for the value",
			       number);
	rc = open_files(ctx, &files);
	if (rc)
		return rc;
	rc = read_register(ctx, &files, number, value);
	if (!rc)
		*len = tsm_hash_size(files.hash);
	close_files(&files);
	return rc;
}

int tsm_measurement_extend(struct tsm_ctx *ctx, uint32_t number, const void *digest, size_t len)
{
	char name[NAME_MAX];
	struct files files;
	size_t size;
	int rc;

	if (!ctx)
		return -EINVAL;
	if (!digest)
		return err_set(ctx, -EINVAL, "there is no digest to extend by");
	rc = measurement_check_rem(ctx, number);
	if (!rc)
		rc = open_files(ctx, &files);
	if (rc)
		return rc;
	size = tsm_hash_size(files.hash);
	if (len != size) {
		rc = err_set(ctx, -EINVAL,
			     "%s is extended by %s digests of %zu bytes, and by none of %zu",
			     tsm_register_name(number), files.hash_name, size, len);
	} else {
		file_name(&files, number, name);
		rc = kfile_write(files.dir, name, digest, len);
		if (rc == -ENOENT)
			rc = measurement_no_device(ctx, rc);
		else if (rc)
			rc = measurement_failed(ctx, number, rc);
	}
	close_files(&files);
	return rc;
}

static int sweep(struct tsm_ctx *ctx, const struct files *files, struct tsm_registers *registers)
{
	uint32_t r;
	int rc = 0;

	for (r = 0; r < REGISTERS && !rc; r++)
		rc = read_register(ctx, files, r, registers->value[r]);
	return rc;
}

/*
 * A register never comes back to a value that it had. So if two sweeps read the
 * same, none changed between its two readings: all had these values at the
 * moment when the first sweep ended.
 */
static int read_all(struct tsm_ctx *ctx, const struct files *files,
		    struct tsm_registers *registers)
{
	struct tsm_registers before;
	unsigned int n;
	int rc;

	rc = sweep(ctx, files, registers);
	for (n = 0; n < SWEEPS_MAX && !rc; n++) {
		before = *registers;
		rc = sweep(ctx, files, registers);
		if (!rc && !memcmp(before.value, registers->value, sizeof(before.value)))
			return 0;
	}
	return rc ? rc : err_set(ctx, -EBUSY,
				 "the registers are extended all the time, and do not stand still to be read: try again");
}

static enum tsm_register_state state_from(const char *text)
{
	if (!strcmp(text, "consistent"))
		return TSM_REGISTER_CONSISTENT;
	if (!strcmp(text, "diverged"))
		return TSM_REGISTER_DIVERGED;
	return TSM_REGISTER_UNKNOWN;
}

/* Unknown where the kernel does not say; not where it could not be asked. */
static int read_states(struct tsm_ctx *ctx, struct tsm_registers *registers)
{
	int dir = kfile_open_dir(ctx, CONFIGFS_MEASUREMENTS), rc = dir;
	char name[32], text[16], why[64];
	uint32_t r;

	for (r = TSM_REGISTER_REM0; dir >= 0 && r < REGISTERS; r++) {
		snprintf(name, sizeof(name), "%s/state", tsm_register_name(r));
		rc = kfile_read_text(dir, name, text, sizeof(text));
		if (!rc)
			registers->state[r] = state_from(text);
		else if (!kfile_is_silent(rc))
			break;
	}
	kfile_close(dir);
	if (rc >= 0 || kfile_is_silent(rc))
		return 0;
	return err_set(ctx, rc, "cannot read the registers' states: %s",
		       err_name(rc, why, sizeof(why)));
}

int tsm_registers_new(struct tsm_ctx *ctx, struct tsm_registers **out)
{
	struct tsm_registers *registers;
	struct files files;
	int rc;

	if (!ctx)
		return -EINVAL;
	if (!out)
		return err_set(ctx, -EINVAL, "there is nowhere to put the registers");
	rc = open_files(ctx, &files);
	if (rc)
		return rc;
	registers = calloc(1, sizeof(*registers));
	if (!registers) {
		rc = err_set(ctx, -ENOMEM, "registers: out of memory");
	} else {
		registers->hash = files.hash;
		rc = read_all(ctx, &files, registers);
		if (!rc)
			rc = read_states(ctx, registers);
	}
	close_files(&files);
	if (rc)
		tsm_registers_free(&registers);
	else
		*out = registers;
	return rc;
}

void tsm_registers_free(struct tsm_registers **registers)
{
	if (!registers)
		return;
	free(*registers);
	*registers = NULL;
}

enum tsm_hash tsm_registers_hash(const struct tsm_registers *registers)
{
	return registers ? registers->hash : TSM_HASH_NONE;
}

const uint8_t *tsm_registers_value(const struct tsm_registers *registers, uint32_t number,
				   size_t *len)
{
	bool has = registers && number < REGISTERS;

	if (len)
		*len = has ? tsm_hash_size(registers->hash) : 0;
	return has ? registers->value[number] : NULL;
}

enum tsm_register_state tsm_registers_state(const struct tsm_registers *registers,
					    uint32_t number)
{
	return registers && number < REGISTERS ? registers->state[number] : TSM_REGISTER_UNKNOWN;
}

const char *tsm_register_state_name(enum tsm_register_state state)
{
	static const char *const states[] = {
		[TSM_REGISTER_UNKNOWN] = "unknown", [TSM_REGISTER_CONSISTENT] = "consistent",
		[TSM_REGISTER_DIVERGED] = "diverged",
	};

	return (size_t)state < ARRAY_SIZE(states) ? states[state] : NULL;
}

int tsm_measurement_log(struct tsm_ctx *ctx, struct tsm_eventlog **out)
{
	struct buf b = { 0 };
	char why[64];
	int device, rc;

	if (!ctx)
		return -EINVAL;
	if (!out)
		return err_set(ctx, -EINVAL, "there is nowhere to put the event log");
	device = device_open(ctx, NULL);
	if (device < 0)
		return measurement_no_device(ctx, device);
	rc = kfile_read(device, "eventlog", TSM_EVENTLOG_MAX, &b);
	kfile_close(device);
	switch (rc) {
	case 0:
		rc = tsm_eventlog_new(ctx, b.data, b.len, out);
		break;
	case -EACCES:
	case -EPERM:
		err_set(ctx, rc, "no permission to read the event log: it is for root and its group (tsm)");
		break;
	case -EFBIG:
		rc = err_set(ctx, -EMSGSIZE, "the event log is longer than %d bytes",
			     TSM_EVENTLOG_MAX);
		break;
	case -ENOMEM:
		err_set(ctx, rc, "event log: out of memory");
		break;
	default:
		err_set(ctx, rc, "cannot read the event log: %s", err_name(rc, why, sizeof(why)));
	}
	buf_free(&b);
	return rc;
}
