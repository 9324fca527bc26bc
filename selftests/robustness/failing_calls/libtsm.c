// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each system call of each function of libtsm that asks the kernel fails in turn, on the
 * real kernel: the N-th call of the function, for N from 1 until there is none, by what
 * such a call may meet and by what any may. What comes back has to be documented, true
 * and with a text; what was extended has its record; no descriptor, memory or directory is
 * left; and the same function called again succeeds. Prints TAP.
 *
 *	libtsm [-v] [FUNCTION]		-v: every failure, as it came back
 */
#include <dirent.h>
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <tsm/measurement.h>
#include <tsm/monitor.h>
#include <tsm/realm.h>
#include <tsm/report.h>
#include <tsm/token.h>

#include "fail_calls.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define CONFIG		"/sys/kernel/config"
#define GIVEN		"agents"	/* the report directory that root made */
#define WRONG		1	/* a success that is none, or a failure with a result */
#define HANG_SECONDS	60

/* The register of the events that are tested, and of those by which others are seen. */
#define EVENTS		(TSM_REGISTER_REM0 + 1)
#define MARKS		(TSM_REGISTER_REM0 + 2)

static struct supervised supervised;
static struct tsm_ctx *ctx;	/* of the supervised thread */
static struct tsm_ctx *other;	/* of the one that looks on */

static void die(const char *what)
{
	printf("Bail out! %s\n", what);
	exit(1);
}

/* --- the functions, in the supervised thread --- */

static int take_report(const char *dir)
{
	static const uint8_t challenge[64] = { 1 };
	const struct tsm_report_opts opts = { .size = sizeof(opts), .dir = dir };
	const uint8_t *blob, *held, *aux;
	struct tsm_report *r = NULL;
	struct tsm_token *token = NULL;
	size_t len = 0, aux_len;
	int rc = tsm_report_new(ctx, challenge, sizeof(challenge), &opts, &r);

	if (!rc != !!r)
		return WRONG;
	if (rc)
		return rc;
	blob = tsm_report_blob(r, &len);
	if (tsm_token_new(other, blob, len, &token))
		rc = WRONG;
	held = tsm_token_challenge(token, &len);
	if (!held || len != sizeof(challenge) || memcmp(held, challenge, len))
		rc = WRONG;
	if (!tsm_report_auxblob(r, &aux, &aux_len) != !!aux_len)
		rc = WRONG;
	tsm_token_free(&token);
	tsm_report_free(&r);
	return rc;
}

static int report(void)
{
	return take_report(NULL);
}

static int report_in_given(void)
{
	return take_report(GIVEN);
}

static int provider(void)
{
	char name[TSM_PROVIDER_MAX] = "";
	int rc = tsm_provider_get(ctx, name, sizeof(name));

	return !rc && strcmp(name, "arm_cca_guest") ? WRONG : rc;
}

static int realm(void)
{
	unsigned int major, minor;
	struct tsm_realm *r = NULL;
	int rc = tsm_realm_new(ctx, &r);

	if (!rc != !!r)
		return WRONG;
	if (!rc && (!tsm_realm_present(r) || !tsm_realm_device(r) || !tsm_realm_rpv(r, NULL) ||
		    tsm_realm_hash(r) != TSM_HASH_SHA256 || tsm_realm_rsi_version(r, &major, &minor)))
		rc = WRONG;
	tsm_realm_free(&r);
	return rc;
}

static int registers(void)
{
	struct tsm_registers *r = NULL;
	int rc = tsm_registers_new(ctx, &r);
	uint32_t n;

	if (!rc != !!r)
		return WRONG;
	for (n = TSM_REGISTER_REM0; !rc && n <= TSM_REGISTER_REM3; n++)
		if (tsm_registers_state(r, n) != TSM_REGISTER_CONSISTENT)
			rc = WRONG;
	tsm_registers_free(&r);
	return rc;
}

static int read_one(void)
{
	uint8_t value[TSM_DIGEST_MAX];
	size_t len = 0;
	int rc = tsm_measurement_read(ctx, TSM_REGISTER_REM0, value, &len);

	return len != (rc ? 0 : 32) ? WRONG : rc;
}

static int extend(void)
{
	static const uint8_t digest[32] = { 1 };

	return tsm_measurement_extend(ctx, TSM_REGISTER_REM0, digest, sizeof(digest));
}

static int event(void)
{
	uint32_t record = 0;
	int rc = tsm_measurement_event(ctx, EVENTS, "d.org", "Op", "content", &record);

	return !rc != !!record ? WRONG : rc;
}

static uint32_t seen;	/* the number of the last record */

static int read_log(void)
{
	struct tsm_eventlog *log = NULL;
	int rc = tsm_measurement_log(ctx, &log);

	if (!rc != !!log || (log && tsm_eventlog_count(log) != seen))
		rc = WRONG;
	tsm_eventlog_free(&log);
	return rc;
}

static int new_monitor(void)
{
	struct tsm_monitor *m = NULL;
	int rc = tsm_monitor_new(ctx, NULL, &m);

	if (!rc != !!m)
		rc = WRONG;
	tsm_monitor_free(&m);
	return rc;
}

/* It listens since before the extensions that are to be told of; next: the first of them. */
static struct tsm_monitor *listening;
static uint32_t next_record;

static int next(void)
{
	int rc = tsm_monitor_next(ctx, listening);

	if (rc)
		return rc;
	return tsm_monitor_register(listening) == MARKS &&
	       tsm_monitor_record(listening) == next_record++ ? 0 : WRONG;
}

/* Whatever failed, it goes on where it was, to the last one. */
static int all_next(void)
{
	int rc;

	do
		rc = next();
	while (!rc);
	if (rc != -EAGAIN)
		return rc;
	return next_record == seen + 1 ? 0 : WRONG;
}

/* --- what they may answer; and, but for the monitor, the system's own --- */

static const int report_errors[] = {
	EINVAL, ENOENT, ENODEV, ENXIO, ENOTDIR, EACCES, EPERM, EROFS, EBUSY, ESTALE, ETIMEDOUT, ECANCELED,
	EIO, ENODATA, EFBIG, EMSGSIZE, EINTR, ENOMEM, 0,
};

static const int measurement_errors[] = {
	EINVAL, ENODEV, EACCES, EPERM, EROFS, ENOSPC, EBUSY, EIO, EREMOTEIO, ECANCELED, EOPNOTSUPP, EPROTO,
	EINTR, ENOMEM, EBADMSG, EMSGSIZE, 0,
};

static const int monitor_errors[] = { EAGAIN, EINVAL, ENODEV, EPERM, EIO, ENOMEM, 0 };

static const struct function {
	const char *name;
	enum tsm_backend backend;
	int (*call)(void);
	const int *errors;
	bool extends;
	int marks;	/* extensions that it is to tell of */
} functions[] = {
	{ "report, configfs", TSM_BACKEND_CONFIGFS, report, report_errors, false, 0 },
	{ "report, netlink", TSM_BACKEND_NETLINK, report, report_errors, false, 0 },
	{ "report, either", TSM_BACKEND_AUTO, report, report_errors, false, 0 },
	{ "report, given directory", TSM_BACKEND_AUTO, report_in_given, report_errors, false, 0 },
	{ "provider, configfs", TSM_BACKEND_CONFIGFS, provider, report_errors, false, 0 },
	{ "provider, netlink", TSM_BACKEND_NETLINK, provider, report_errors, false, 0 },
	{ "realm", TSM_BACKEND_AUTO, realm, measurement_errors, false, 0 },
	{ "registers", TSM_BACKEND_AUTO, registers, measurement_errors, false, 0 },
	{ "one register", TSM_BACKEND_AUTO, read_one, measurement_errors, false, 0 },
	{ "extend", TSM_BACKEND_AUTO, extend, measurement_errors, true, 0 },
	{ "event, configfs", TSM_BACKEND_CONFIGFS, event, measurement_errors, true, 0 },
	{ "event, netlink", TSM_BACKEND_NETLINK, event, measurement_errors, true, 0 },
	{ "event, either", TSM_BACKEND_AUTO, event, measurement_errors, true, 0 },
	{ "log", TSM_BACKEND_AUTO, read_log, measurement_errors, false, 0 },
	{ "monitor", TSM_BACKEND_AUTO, new_monitor, monitor_errors, false, 0 },
	{ "monitor, next", TSM_BACKEND_AUTO, next, monitor_errors, false, 1 },
	/* more than there is room for, so some come from the log */
	{ "monitor, next after a loss", TSM_BACKEND_AUTO, all_next, monitor_errors, false, 40 },
};

static bool has(const int *errors, int err)
{
	while (*errors && *errors != err)
		errors++;
	return *errors;
}

/* Of a realm where all is there and allowed: who says so did not look at what failed. */
static bool is_untrue(int err)
{
	static const int absent[] = {
		ENOENT, ENODEV, ENXIO, ENOTDIR, EACCES, EPERM, EROFS, EBUSY, ESTALE, ETIMEDOUT, EINTR,
		EAGAIN, ENODATA, EINVAL, EBADMSG, 0,
	};

	return has(absent, err) && err != supervised.failed_by;
}

/* --- what has to hold --- */

static int entries(const char *path, const char *prefix)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	int n = 0;

	if (!dir)
		die(path);
	while ((entry = readdir(dir)))
		n += !strncmp(entry->d_name, prefix, strlen(prefix));
	closedir(dir);
	return n;
}

static size_t memory(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

/* How many records were made since the last time, which makes one itself. */
static int recorded(void)
{
	uint32_t record, n;

	if (tsm_measurement_event(other, MARKS, "d.org", "Seen", "content", &record))
		die(tsm_error(other));
	n = record - seen - 1;
	seen = record;
	return (int)n;
}

static const char *wrong(const struct function *f, int rc)
{
	const char *text = tsm_error(ctx);
	int n;

	if (rc > 0)
		return "a success that is none, or a failure with a result";
	if (rc && supervised.failed < 0)
		return "it fails though no call did";
	if (rc && !has(f->errors, -rc) && !(f->errors != monitor_errors && -rc == supervised.failed_by))
		return "an errno that its header does not have";
	if (rc && is_untrue(-rc))
		return "an errno that is not true";
	/* that there is nothing for now is no error */
	if (rc && !*text && rc != -EAGAIN)
		return "no text";
	if (!f->extends)
		return NULL;
	n = recorded();
	if (n == (!rc || strstr(text, "was extended, but")))
		return NULL;
	return n == 1 && strstr(text, "log tells") ? NULL : "log and result disagree";
}

static const struct function *now;

static void hang(int signal)
{
	static const char text[] = "Bail out! it hangs\n";

	(void)signal;
	_exit(write(STDOUT_FILENO, text, sizeof(text) - 1) < 0 ? 2 : 1);
}

static int call(const struct function *f, int nth, int err)
{
	int rc;

	now = f;
	supervise_again(&supervised, nth, err);
	tsm_fail(ctx, 0, "");
	alarm(HANG_SECONDS);
	rc = (int)supervise_until_pause(&supervised);
	alarm(0);
	return rc;
}

/* The functions that remove what another one had to leave behind. */
static const char *directories(void)
{
	struct tsm_ctx_opts opts = { .size = sizeof(opts), .backend = TSM_BACKEND_CONFIGFS };
	struct tsm_ctx *kept = ctx;
	int rc;

	if (!entries(CONFIG "/tsm/report", "libtsm-") && !entries(CONFIG "/tsm-measurements/rem1", "libtsm-"))
		return NULL;
	if (tsm_ctx_new(&opts, &ctx))
		die("ctx");
	rc = report() || event();
	tsm_ctx_free(&ctx);
	ctx = kept;
	recorded();
	if (rc || entries(CONFIG "/tsm/report", "libtsm-") ||
	    entries(CONFIG "/tsm-measurements/rem1", "libtsm-"))
		return "a directory is left, also after the next call";
	return NULL;
}

struct counts {
	int calls, failures, errors;
};

/* Of one function by one errno. */
static const char *fail_each(const struct function *f, int err, bool verbose, struct counts *counts)
{
	int fds = entries("/proc/self/fd", ""), nth, rc, after, i;
	const char *fault = NULL;
	char text[512];
	size_t held;

	for (nth = 1; !fault; nth++) {
		struct supervised failed;

		held = memory();
		for (i = 0; i < f->marks; i++)
			recorded();
		rc = call(f, nth, err);
		failed = supervised;
		snprintf(text, sizeof(text), "%s", tsm_error(ctx));
		fault = wrong(f, rc);
		if (verbose && failed.failed >= 0)
			printf("# %s %d: %s: %d, %s\n", supervise_name(failed.failed), nth,
			       strerrorname_np(failed.failed_by), rc, text);
		if (failed.failed < 0)
			break;
		counts->failures++;
		counts->errors += rc < 0;
		after = fault ? 0 : f->marks ? all_next() : f->call();
		if (after)
			fault = "a call afterwards fails";
		if (!fault && entries("/proc/self/fd", "") != fds)
			fault = "a descriptor is left";
		/* a monitor keeps its last message */
		if (!fault && !f->marks && memory() != held)
			fault = "memory is left";
		if (f->extends)
			recorded();
		if (!fault)
			fault = directories();
		if (fault)
			printf("# call %d, %s by %s: %d, %s; then %d, %s\n", nth, supervise_name(failed.failed),
			       strerrorname_np(failed.failed_by), rc, text, after, tsm_error(ctx));
	}
	if (counts->calls < nth - 1)
		counts->calls = nth - 1;
	return fault;
}

static bool test(const struct function *f, bool verbose)
{
	/* 0: by what such a call may meet */
	static const int errors[] = { 0, EINTR, ENOMEM, EIO };
	struct tsm_ctx_opts opts = { .size = sizeof(opts), .backend = f->backend };
	struct tsm_monitor_opts room = { .size = sizeof(room), .room = 1 };
	struct timespec begin, end;
	struct counts counts = { 0 };
	const char *fault = NULL;
	size_t i;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	if (tsm_ctx_new(&opts, &ctx))
		die("ctx");
	recorded();
	if (f->call == report_in_given && mkdir(CONFIG "/tsm/report/" GIVEN, 0700))
		die("mkdir");
	if (f->marks && tsm_monitor_new(other, &room, &listening))
		die(tsm_error(other));
	next_record = seen + 1;
	for (i = 0; i < (size_t)f->marks; i++)
		recorded();
	/* once in peace: what is allocated once and for all */
	if (call(f, 0, 0))
		fault = *tsm_error(ctx) ? tsm_error(ctx) : "it fails in peace";
	recorded();
	if (f->marks)
		all_next();
	for (i = 0; i < ARRAY_SIZE(errors) && !fault; i++)
		fault = fail_each(f, errors[i], verbose, &counts);
	clock_gettime(CLOCK_MONOTONIC, &end);
	printf("%s - %s: %d calls, %d failures, %d of them its own, %ld s%s%s\n", fault ? "not ok" : "ok", f->name,
	       counts.calls, counts.failures, counts.errors,
	       (long)(end.tv_sec - begin.tv_sec), fault ? ": " : "", fault ? fault : "");
	fflush(stdout);
	if (f->call == report_in_given)
		rmdir(CONFIG "/tsm/report/" GIVEN);
	tsm_monitor_free(&listening);
	tsm_ctx_free(&ctx);
	return !fault;
}

static pthread_barrier_t begun;
static int listener;

static void *work(void *arg)
{
	long rc = 0;

	listener = supervise_me();
	pthread_barrier_wait(&begun);
	for (;;) {
		supervise_pause(rc);
		rc = now->call();
	}
	return arg;
}

int main(int argc, char **argv)
{
	bool good = true, verbose = argc > 1 && !strcmp(argv[1], "-v");
	const char *only = argv[verbose ? 2 : 1];
	pthread_t thread;
	size_t i;

	/* what the C library keeps at hand for the next allocation would count as left */
	if (!getenv("GLIBC_TUNABLES")) {
		setenv("GLIBC_TUNABLES", "glibc.malloc.tcache_count=0", 1);
		execv("/proc/self/exe", argv);
		die("exec");
	}
	signal(SIGALRM, hang);
	if (tsm_ctx_new(NULL, &other) || pthread_barrier_init(&begun, NULL, 2) ||
	    pthread_create(&thread, NULL, work, NULL))
		die("thread");
	pthread_barrier_wait(&begun);
	supervise_begin(&supervised, listener, 0, 0);
	if (listener < 0 || supervise_until_pause(&supervised))
		die("seccomp");
	for (i = 0; i < ARRAY_SIZE(functions); i++)
		if (!only || !strcmp(functions[i].name, only))
			good &= test(&functions[i], verbose);
	return !good;
}
