// SPDX-License-Identifier: GPL-2.0-only
/*
 * <tsm/measurement.h> on a tree like the kernel's: what it reads, what reaches the
 * kernel and in which calls, and each documented error. Events go through configfs;
 * test_netlink.c has the other way.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <tsm/measurement.h>

#include "array_size.h"
#include "fakesys.h"
#include "logs.h"

#define DEVICE		"/sys/devices/virtual/misc/arm_cca_guest"
#define CONFIGFS	"/sys/kernel/config/tsm-measurements"

static struct tsm_ctx *ctx;

static int setup(void **state)
{
	struct tsm_ctx_opts opts = { .size = sizeof(opts), .root = fakesys_root };
	char path[128];
	uint8_t value[64];
	int r;

	(void)state;
	fakesys_begin();
	fakesys_write_text(DEVICE "/eventlog", "");
	for (r = 0; r < 5; r++) {
		memset(value, 0x10 + r, sizeof(value));
		snprintf(path, sizeof(path), DEVICE "/measurements/%s:sha384",
			 tsm_register_name((uint32_t)r));
		fakesys_write(path, value, 48);
		snprintf(path, sizeof(path), CONFIGFS "/%s/state", tsm_register_name((uint32_t)r));
		if (r)
			fakesys_write_text(path, r == 3 ? "diverged\n" : "consistent\n");
	}
	return tsm_ctx_new(&opts, &ctx);
}

static int teardown(void **state)
{
	(void)state;
	tsm_ctx_free(&ctx);
	return fakesys_end();
}

static void said(int rc, int err, const char *words)
{
	if (rc != -err || !strstr(tsm_error(ctx), words))
		fail_msg("%d instead of %d, or no '%s' in: %s", rc, -err, words, tsm_error(ctx));
}

/* --- reading --- */

static void all_registers(void **state)
{
	struct tsm_registers *registers;
	const uint8_t *value;
	uint32_t r;
	size_t len;

	(void)state;
	assert_int_equal(tsm_registers_new(ctx, &registers), 0);
	assert_int_equal(tsm_registers_hash(registers), TSM_HASH_SHA384);
	for (r = 0; r < 5; r++) {
		value = tsm_registers_value(registers, r, &len);
		assert_int_equal(len, 48);
		assert_int_equal(value[47], 0x10 + r);
		assert_int_equal(tsm_registers_state(registers, r),
				 r == 0 ? TSM_REGISTER_UNKNOWN :
				 r == 3 ? TSM_REGISTER_DIVERGED : TSM_REGISTER_CONSISTENT);
	}
	assert_null(tsm_registers_value(registers, 5, &len));
	assert_int_equal(len, 0);
	assert_int_equal(tsm_registers_state(registers, 5), TSM_REGISTER_UNKNOWN);
	assert_string_equal(tsm_register_state_name(TSM_REGISTER_DIVERGED), "diverged");
	assert_null(tsm_register_state_name((enum tsm_register_state)3));
	tsm_registers_free(&registers);
	assert_null(registers);

	/* what only configfs says is no reason to fail */
	fakesys_remove(CONFIGFS);
	assert_int_equal(tsm_registers_new(ctx, &registers), 0);
	assert_int_equal(tsm_registers_state(registers, 1), TSM_REGISTER_UNKNOWN);
	tsm_registers_free(&registers);
	assert_null(tsm_registers_value(NULL, 0, NULL));
	assert_int_equal(tsm_registers_hash(NULL), TSM_HASH_NONE);
}

static void of_one_moment(void **state)
{
	struct tsm_registers *registers = NULL;

	(void)state;
	fakesys_moving = 5;
	assert_int_equal(tsm_registers_new(ctx, &registers), 0);
	assert_int_equal(fakesys_moving, 0);
	assert_int_equal(tsm_registers_value(registers, 2, NULL)[0], 0x12);
	tsm_registers_free(&registers);
	fakesys_moving = 1000;
	said(tsm_registers_new(ctx, &registers), EBUSY, "do not stand still");
	assert_null(registers);
}

static void one_register(void **state)
{
	uint8_t value[TSM_DIGEST_MAX];
	size_t len = 0;

	(void)state;
	assert_int_equal(tsm_measurement_read(ctx, TSM_REGISTER_REM3, value, &len), 0);
	assert_int_equal(len, 48);
	assert_int_equal(value[0], 0x14);
	assert_int_equal(tsm_measurement_read(NULL, 0, value, &len), -EINVAL);
	said(tsm_measurement_read(ctx, 5, value, &len), EINVAL, "register 5: give 0 (rim) to 4");
	said(tsm_measurement_read(ctx, 0, NULL, &len), EINVAL, "room for the value");
	said(tsm_measurement_read(ctx, 0, value, NULL), EINVAL, "room for the value");
	said(tsm_registers_new(ctx, NULL), EINVAL, "nowhere to put");
}

static void registers_that_do_not_read(void **state)
{
	static const int errors[] = { EIO, EREMOTEIO, ECANCELED, EOPNOTSUPP, EPROTO };
	struct tsm_registers *registers = NULL;
	uint8_t value[TSM_DIGEST_MAX] = { 0 };
	size_t i, len;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(errors); i++) {
		fakesys_fault("read rem2:sha384", errors[i], 2);
		said(tsm_measurement_read(ctx, 3, value, &len), errors[i],
		     "cannot read register rem2");
		said(tsm_registers_new(ctx, &registers), errors[i], "cannot read register rem2");
	}
	fakesys_write(DEVICE "/measurements/rem2:sha384", value, 47);
	said(tsm_measurement_read(ctx, 3, value, &len), EIO, "cannot read register rem2");
	fakesys_write(DEVICE "/measurements/rem2:sha384", value, 49);
	said(tsm_measurement_read(ctx, 3, value, &len), EFBIG, "cannot read register rem2");
	fakesys_remove(DEVICE "/measurements/rem2:sha384");
	said(tsm_measurement_read(ctx, 3, value, &len), ENODEV, "modprobe realm_tsm");
	fakesys_write_text(DEVICE "/measurements/rim:md5", "");
	fakesys_remove(DEVICE "/measurements/rim:sha384");
	said(tsm_measurement_read(ctx, 3, value, &len), EIO,
	     "no hash that this libtsm knows: \"md5\"");
	assert_null(registers);
}

static void no_module(void **state)
{
	struct tsm_registers *registers = NULL;
	struct tsm_eventlog *log = NULL;
	uint8_t value[TSM_DIGEST_MAX] = { 0 };
	size_t len;

	(void)state;
	fakesys_remove(DEVICE);
	fakesys_remove(CONFIGFS);
	said(tsm_registers_new(ctx, &registers), ENODEV,
	     "modprobe realm_tsm (this machine is no Arm");
	said(tsm_measurement_read(ctx, 1, value, &len), ENODEV, "modprobe realm_tsm");
	said(tsm_measurement_extend(ctx, 1, value, 48), ENODEV, "modprobe realm_tsm");
	said(tsm_measurement_event(ctx, 1, "d", "o", "c", NULL), ENODEV, "modprobe realm_tsm");
	said(tsm_measurement_log(ctx, &log), ENODEV, "modprobe realm_tsm");
	fakesys_remove("/sys/devices/virtual");
	said(tsm_measurement_log(ctx, &log), ENODEV, "modprobe realm_tsm");
}

/* What cannot be looked at is not said to be absent. */
static void no_descriptors(void **state)
{
	static const char *const points[] = {
		"open arm_cca_guest", "open measurements", "open .", "open rem0:sha384"
	};
	struct tsm_registers *registers = NULL;
	uint8_t value[TSM_DIGEST_MAX];
	size_t i, len;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(points); i++) {
		fakesys_fault(points[i], EMFILE, -1);
		said(tsm_measurement_read(ctx, 1, value, &len), EMFILE, "Too many open files");
	}
	fakesys_fault("open rem2/state", EMFILE, -1);
	said(tsm_registers_new(ctx, &registers), EMFILE, "Too many open files");
	assert_null(registers);
}

/* --- extending --- */

static void extend(void **state)
{
	static const char digest[] = "a digest of 48 bytes, of which each one counts!!";

	(void)state;
	assert_int_equal(tsm_measurement_extend(ctx, TSM_REGISTER_REM0 + 1, digest, 48), 0);
	assert_string_equal(fakesys_trace,
			    "rem1:sha384=a digest of 48 bytes, of which each one counts!!;");
}

static void extensions_that_cannot_be(void **state)
{
	static const size_t lengths[] = { 0, 1, 20, 32, 47, 49, 64, 5000 };
	static uint8_t digest[5000];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(lengths); i++)
		said(tsm_measurement_extend(ctx, 1, digest, lengths[i]), EINVAL,
		     "rem0 is extended by sha384 digests of 48 bytes, and by none of");
	said(tsm_measurement_extend(ctx, 0, digest, 48), EINVAL, "nothing can extend the rim");
	said(tsm_measurement_extend(ctx, 5, digest, 48), EINVAL, "no register 5");
	said(tsm_measurement_extend(ctx, 1, NULL, 48), EINVAL, "no digest");
	assert_int_equal(tsm_measurement_extend(NULL, 1, digest, 48), -EINVAL);
	assert_string_equal(fakesys_trace, "");
}

static const struct {
	int err;
	const char *words;
} errors[] = {
	{ EACCES, "run as root" }, { EPERM, "run as root" }, { EROFS, "run as root" },
	{ ENOSPC, "log_limit" }, { ENODEV, "being unloaded" }, { EINTR, "a signal" },
	{ ENOMEM, "out of memory" }, { EIO, "see the kernel log" },
	{ EREMOTEIO, "see the kernel log" }, { ECANCELED, "see the kernel log" },
	{ EOPNOTSUPP, "see the kernel log" }, { EPROTO, "see the kernel log" },
};

static void extensions_that_fail(void **state)
{
	uint8_t digest[48] = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(errors); i++) {
		fakesys_fault("write rem3:sha384", errors[i].err, 1);
		said(tsm_measurement_extend(ctx, 4, digest, 48), errors[i].err, errors[i].words);
	}
	fakesys_fault("write rem3:sha384", 0, 1);
	said(tsm_measurement_extend(ctx, 4, digest, 48), EIO, "see the kernel log");
	fakesys_fault("open rem3:sha384", EACCES, 1);
	said(tsm_measurement_extend(ctx, 4, digest, 48), EACCES, "no permission to extend rem3");
	fakesys_remove(DEVICE "/measurements/rem3:sha384");
	said(tsm_measurement_extend(ctx, 4, digest, 48), ENODEV, "modprobe realm_tsm");
	assert_string_equal(fakesys_trace, "");
}

/* --- events through configfs --- */

static void event(void **state)
{
	uint32_t record = 0;

	(void)state;
	assert_int_equal(tsm_measurement_event(ctx, 4, "d.org", "op", "c c", &record), 0);
	assert_int_equal(record, 42);
	assert_string_equal(fakesys_trace, "mkdir;domain=d.org;operation=op;content=c c;commit=1;rmdir;");
}

static void events_that_fail(void **state)
{
	static const char *const points[] = {
		"mkdir", "write domain", "write content", "write commit"
	};
	uint32_t record = 0;
	size_t i, p;

	(void)state;
	for (p = 0; p < ARRAY_SIZE(points); p++) {
		for (i = 0; i < ARRAY_SIZE(errors); i++) {
			const char *words = errors[i].words;

			if (errors[i].err == EROFS)
				continue;
			fakesys_trace[0] = '\0';
			fakesys_fault(points[p], errors[i].err, 1);
			said(tsm_measurement_event(ctx, 4, "d", "o", "c", &record), errors[i].err,
			     words);
			/* whatever was made is removed, and nothing is committed */
			assert_true(!p || strstr(fakesys_trace, "rmdir;"));
			assert_null(strstr(fakesys_trace, "commit"));
		}
	}
	fakesys_fault("mkdir", ENOENT, 1);
	said(tsm_measurement_event(ctx, 4, "d", "o", "c", &record), ENODEV, "mount -t configfs");
	assert_int_equal(record, 0);
}

/* Done, and the number of the record is missing: an error that says that it is done. */
static void record_that_does_not_read(void **state)
{
	uint32_t record = 0;

	(void)state;
	fakesys_fault("read record", EIO, 1);
	said(tsm_measurement_event(ctx, 4, "d", "o", "c", &record), EIO, "rem3 was extended, but");
	assert_non_null(strstr(fakesys_trace, "commit=1;rmdir;"));
}

/* Nobody holds the lock of one that was killed; of others, somebody does. */
static void leftovers(void **state)
{
	static const char dead[] = CONFIGFS "/rem3/libtsm-00112233445566778899aabbccddeeff/commit";
	static const char alive[] = CONFIGFS "/rem3/libtsm-ffeeddccbbaa99887766554433221100/commit";
	static const char other[] = CONFIGFS "/rem3/somebody/commit";
	char path[PATH_MAX];
	uint32_t record;
	int fd;

	(void)state;
	fakesys_write_text(dead, "");
	fakesys_write_text(alive, "");
	fakesys_write_text(other, "");
	snprintf(path, sizeof(path), "%s%s", fakesys_root, alive);
	fd = open(path, O_WRONLY);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_int_equal(tsm_measurement_event(ctx, 4, "d", "o", "c", &record), 0);
	close(fd);
	assert_int_equal(access(path, F_OK), 0);
	snprintf(path, sizeof(path), "%s%s", fakesys_root, other);
	assert_int_equal(access(path, F_OK), 0);
	snprintf(path, sizeof(path), "%s%s", fakesys_root, dead);
	assert_int_equal(access(path, F_OK), -1);
}

/* --- the log --- */

static void the_log(void **state)
{
	static struct log log;
	struct tsm_eventlog *e = NULL;
	const uint8_t *data;
	size_t len;

	(void)state;
	log_begin(&log, SHA384, 0);
	log_aael(&log, 1, "d o c");
	log_bare(&log, 2, 0x11);
	fakesys_write(DEVICE "/eventlog", log.bytes.data, log.bytes.len);
	assert_int_equal(tsm_measurement_log(ctx, &e), 0);
	assert_int_equal(tsm_eventlog_count(e), 2);
	data = tsm_eventlog_data(e, &len);
	assert_int_equal(len, log.bytes.len);
	assert_memory_equal(data, log.bytes.data, len);
	tsm_eventlog_free(&e);
	assert_null(tsm_eventlog_data(NULL, &len));

	said(tsm_measurement_log(ctx, NULL), EINVAL, "nowhere to put");
	assert_int_equal(tsm_measurement_log(NULL, &e), -EINVAL);
	fakesys_fault("open eventlog", EACCES, 1);
	said(tsm_measurement_log(ctx, &e), EACCES, "no permission to read the event log");
	fakesys_fault("read eventlog", EIO, 1);
	said(tsm_measurement_log(ctx, &e), EIO, "cannot read the event log");
	fakesys_write(DEVICE "/eventlog", log.bytes.data, log.bytes.len - 1);
	said(tsm_measurement_log(ctx, &e), EBADMSG, "record 2");
	fakesys_write_text(DEVICE "/eventlog", "");
	assert_true(tsm_measurement_log(ctx, &e) < 0);
	assert_null(e);
}

/* A sparse file, as the kernel's cannot be. */
static void a_log_too_long(void **state)
{
	struct tsm_eventlog *e = NULL;
	char path[PATH_MAX];

	(void)state;
	snprintf(path, sizeof(path), "%s" DEVICE "/eventlog", fakesys_root);
	assert_int_equal(truncate(path, TSM_EVENTLOG_MAX + 1), 0);
	said(tsm_measurement_log(ctx, &e), EMSGSIZE, "longer than 67108864 bytes");
	assert_null(e);
}

/* The kernel's INIT, a text and nothing before it; replay begins there. */
static void init_as_the_kernel_writes_it(void **state)
{
	static const char init[] = "INIT/sha256 "
		"4242424242424242424242424242424242424242424242424242424242424242";
	static struct log log, alone;
	const uint8_t *rems[4];
	struct tsm_eventlog *e;
	struct tsm_replay *r;
	const char *text;
	size_t len, i;

	(void)state;
	log_begin(&log, SHA256, 0);
	log_record(&log, 2, EV_NO_ACTION, NULL, init, strlen(init));
	memset(log.rem[2], 0x42, 32);
	log_aael(&log, 2, "d o c");
	log_bare(&log, 4, 0x11);
	for (i = 0; i < 4; i++)
		rems[i] = log.rem[i + 1];
	assert_int_equal(tsm_eventlog_new(ctx, log.bytes.data, log.bytes.len, &e), 0);
	text = tsm_record_text(tsm_eventlog_record(e, 1), &len);
	assert_int_equal(len, strlen(init));
	assert_memory_equal(text, init, len);
	assert_int_equal(tsm_replay_new(ctx, e, TSM_HASH_SHA256, rems, &r), 0);
	assert_int_equal(tsm_replay_verdict(r), TSM_VERDICT_UNKNOWN);
	assert_int_equal(tsm_replay_count(r), 3);
	assert_int_equal(tsm_replay_register(r, 1), TSM_VERDICT_VALID);
	assert_int_equal(tsm_replay_register(r, 2), TSM_VERDICT_UNKNOWN);
	assert_non_null(strstr(tsm_replay_reason(r), "rem1 began with a value that no record"));
	tsm_replay_free(&r);
	tsm_eventlog_free(&e);

	/* what only begins like it is some firmware's, and has no text */
	for (i = 0; i < 3; i++) {
		static const char *const others[] = { "INIT/sha256", "INIT/sha256 \x01", "INIT/" };

		log_begin(&alone, SHA256, 0);
		log_record(&alone, 2, EV_NO_ACTION, NULL, others[i], strlen(others[i]));
		assert_int_equal(tsm_eventlog_new(ctx, alone.bytes.data, alone.bytes.len, &e), 0);
		assert_null(tsm_record_text(tsm_eventlog_record(e, 1), NULL));
		tsm_eventlog_free(&e);
	}
}

int main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(all_registers), T(of_one_moment), T(one_register), T(registers_that_do_not_read),
		T(no_module), T(no_descriptors),
		T(extend), T(extensions_that_cannot_be), T(extensions_that_fail),
		T(event), T(events_that_fail), T(record_that_does_not_read), T(leftovers),
		T(the_log), T(a_log_too_long), T(init_as_the_kernel_writes_it),
	};

	return cmocka_run_group_tests_name("measurement", tests, NULL, NULL);
}
