// SPDX-License-Identifier: GPL-2.0-only
/* <tsm/report.h> on a faked configfs: each documented error, and who meets whom. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include <tsm/report.h>

#include "array_size.h"
#include "fakefs.h"

static struct tsm_ctx *ctx;
static uint8_t challenge[64];
/* To see how it fails; where it is to succeed, a busy machine must not stand in the way. */
static struct tsm_report_opts quick = { .size = sizeof(quick), .timeout_ms = 60 };
static struct tsm_report_opts patient = { .size = sizeof(patient) };

static void count_lines(void *data, enum tsm_log_level level, const char *text)
{
	assert_true(level == TSM_LOG_WARNING || level == TSM_LOG_DEBUG);
	assert_null(strchr(text, '\n'));
	++*(int *)data;
}

static int logged;

static int setup(void **state)
{
	struct tsm_ctx_opts opts = { .size = sizeof(opts), .root = fake_root,
				     .log = count_lines, .log_data = &logged };
	size_t i;

	(void)state;
	logged = 0;
	fake_begin("arm_cca_guest");
	for (i = 0; i < sizeof(challenge); i++)
		challenge[i] = (uint8_t)(0xa0 + i);
	quick.dir = NULL;
	patient.dir = NULL;
	quick.max_size = 0;
	return tsm_ctx_new(&opts, &ctx);
}

static int teardown(void **state)
{
	(void)state;
	tsm_ctx_free(&ctx);
	assert_null(ctx);
	return fake_end();
}

/* A whole report for this challenge? */
static bool get_report(const struct tsm_report_opts *opts)
{
	struct tsm_report *report = NULL;
	const uint8_t *blob;
	bool right;
	size_t len;

	if (tsm_report_new(ctx, challenge, sizeof(challenge), opts, &report)) {
		print_error("no report: %s\n", tsm_error(ctx));
		return false;
	}
	blob = tsm_report_blob(report, &len);
	right = len == FAKE_REPORT_SIZE && blob[0] == 0 &&
		blob[len - 1] == (uint8_t)((len - 1) * 7) &&
		!memcmp(blob + FAKE_CHALLENGE_AT, challenge, sizeof(challenge));
	tsm_report_free(&report);
	return right && !report;
}

static void expect_report(const struct tsm_report_opts *opts)
{
	assert_true(get_report(opts));
}

/* The errno, a text that says @words, and no trace left. */
static void expect_error(const struct tsm_report_opts *opts, int err, const char *words)
{
	struct tsm_report *report = NULL;
	int rc = tsm_report_new(ctx, challenge, sizeof(challenge), opts, &report);

	if (rc != -err || !strstr(tsm_error(ctx), words))
		fail_msg("%d instead of %d, or no '%s' in: %s", rc, -err, words, tsm_error(ctx));
	assert_null(report);
}

static void private_directory(void **state)
{
	(void)state;
	expect_report(NULL);
	expect_report(&quick);
	assert_int_equal(fake_count_dirs(), 0);
}

static void given_directory(void **state)
{
	char path[128];

	(void)state;
	fake_mkdir("agents");
	quick.dir = "agents";
	expect_report(&quick);
	snprintf(path, sizeof(path), "%s/sys/kernel/config/tsm/report/agents", fake_root);
	quick.dir = path;
	expect_report(&quick);
	assert_int_equal(fake_count_dirs(), 1);
	fake_rmdir("agents");
}

static void any_provider_comes_through_unchanged(void **state)
{
	static const char *const names[] = { "arm_cca_guest", "tdx_guest", "sev_guest" };
	struct tsm_report *report;
	char name[TSM_PROVIDER_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		fake_set_provider(names[i]);
		expect_report(NULL);
		assert_int_equal(tsm_report_new(ctx, challenge, 64, NULL, &report), 0);
		assert_string_equal(tsm_report_provider(report), names[i]);
		tsm_report_free(&report);
		assert_int_equal(tsm_provider_get(ctx, name, sizeof(name)), 0);
		assert_string_equal(name, names[i]);
	}
}

static void provider_of_an_existing_directory(void **state)
{
	char name[TSM_PROVIDER_MAX];

	(void)state;
	fake_mkdir("somebody");
	fake_fault("mkdir", EACCES, -1, 0);
	assert_int_equal(tsm_provider_get(ctx, name, sizeof(name)), 0);
	assert_string_equal(name, "arm_cca_guest");
	fake_rmdir("somebody");
	assert_int_equal(tsm_provider_get(ctx, name, sizeof(name)), -EACCES);
}

static void auxiliary_data(void **state)
{
	static const uint8_t log[5000] = "an event log";
	static const int errors[] = { EFBIG, EACCES };
	struct tsm_report *report;
	const uint8_t *data;
	size_t len, i;

	(void)state;
	assert_int_equal(tsm_report_new(ctx, challenge, 64, NULL, &report), 0);
	assert_int_equal(tsm_report_auxblob(report, &data, &len), -ENODATA);
	tsm_report_free(&report);

	fake_set_auxblob(log, sizeof(log));
	assert_int_equal(tsm_report_new(ctx, challenge, 64, NULL, &report), 0);
	assert_int_equal(tsm_report_auxblob(report, &data, &len), 0);
	assert_int_equal(len, sizeof(log));
	assert_memory_equal(data, log, len);
	tsm_report_free(&report);

	for (i = 0; i < 2; i++) {
		fake_fault("read auxblob", errors[i], 1, 0);
		assert_int_equal(tsm_report_new(ctx, challenge, 64, NULL, &report), 0);
		assert_int_equal(tsm_report_auxblob(report, &data, &len), -errors[i]);
		assert_null(data);
		assert_int_equal(len, 0);
		tsm_report_free(&report);
	}
	fake_set_auxblob("", 0);
	assert_int_equal(tsm_report_new(ctx, challenge, 64, NULL, &report), 0);
	assert_int_equal(tsm_report_auxblob(report, &data, &len), -ENODATA);
	tsm_report_free(&report);
}

/* --- each errno of <tsm/report.h> --- */

static void einval_arguments(void **state)
{
	struct tsm_report_opts no_size = { 0 }, newer[2] = { { .size = sizeof(newer) } };
	struct tsm_report *report = NULL;

	(void)state;
	assert_int_equal(tsm_report_new(NULL, challenge, 64, NULL, &report), -EINVAL);
	assert_int_equal(tsm_report_new(ctx, NULL, 64, NULL, &report), -EINVAL);
	assert_int_equal(tsm_report_new(ctx, challenge, 0, NULL, &report), -EINVAL);
	assert_non_null(strstr(tsm_error(ctx), "32 to 64"));
	assert_int_equal(tsm_report_new(ctx, challenge, 65, NULL, &report), -EINVAL);
	assert_int_equal(tsm_report_new(ctx, challenge, 64, NULL, NULL), -EINVAL);
	assert_int_equal(tsm_report_new(ctx, challenge, 64, &no_size, &report), -EINVAL);
	newer[1].timeout_ms = 1;
	assert_int_equal(tsm_report_new(ctx, challenge, 64, newer, &report), -EINVAL);
	newer[1].timeout_ms = 0;
	expect_report(newer);
	assert_null(report);
}

static void einval_of_the_provider(void **state)
{
	struct tsm_report *report = NULL;

	(void)state;
	fake_fault("read outblob", EINVAL, -1, 0);
	assert_int_equal(tsm_report_new(ctx, challenge, 16, NULL, &report), -EINVAL);
	assert_non_null(strstr(tsm_error(ctx), "takes no challenge of 16 bytes: give 32 to 64"));
	fake_set_provider("tdx_guest");
	expect_error(NULL, EINVAL, "tdx_guest takes no challenge of 64 bytes");
}

static void rmdir_in_root(const char *path)
{
	char full[128];

	snprintf(full, sizeof(full), "%s%s", fake_root, path);
	assert_int_equal(rmdir(full), 0);
}

static void enoent_configfs_not_mounted(void **state)
{
	(void)state;
	rmdir_in_root("/sys/kernel/config/tsm/report");
	rmdir_in_root("/sys/kernel/config/tsm");
	/* a plain directory where configfs should be */
	fake_fault("statfs", 0, 1, 0);
	expect_error(NULL, ENOENT, "mount -t configfs");
	/* nothing there */
	rmdir_in_root("/sys/kernel/config");
	expect_error(NULL, ENOENT, "mount -t configfs");
}

static void enodev_no_module(void **state)
{
	char name[TSM_PROVIDER_MAX];

	(void)state;
	rmdir_in_root("/sys/kernel/config/tsm/report");
	rmdir_in_root("/sys/kernel/config/tsm");
	expect_error(NULL, ENODEV, "modprobe realm_tsm (or arm_cca_guest) (this machine is no Arm");
	fake_write("/sys/devices/platform/arm-cca-dev/uevent", "", 0);
	expect_error(NULL, ENODEV, "modprobe realm_tsm (or arm_cca_guest)");
	assert_null(strstr(tsm_error(ctx), "no Arm CCA realm"));
	quick.dir = "agents";
	expect_error(&quick, ENODEV, "modprobe");
	assert_int_equal(tsm_provider_get(ctx, name, sizeof(name)), -ENODEV);
}

static void enxio_provider_removed(void **state)
{
	char name[TSM_PROVIDER_MAX];

	(void)state;
	fake_mkdir("agents");
	fake_set_provider(NULL);
	expect_error(NULL, ENXIO, "was removed: modprobe");
	quick.dir = "agents";
	expect_error(&quick, ENXIO, "was removed: modprobe");
	assert_int_equal(tsm_provider_get(ctx, name, sizeof(name)), -ENXIO);
	fake_rmdir("agents");
}

static void enotdir(void **state)
{
	(void)state;
	quick.dir = "nobody-made-this";
	expect_error(&quick, ENOTDIR, "root makes one");
	quick.dir = "/tmp";
	expect_error(&quick, ENOTDIR, "/tmp is no directory for reports");
	quick.dir = "/dev/null";
	expect_error(&quick, ENOTDIR, "root makes one");
}

static void eacces(void **state)
{
	static const int errors[] = { EACCES, EPERM };
	size_t i;

	(void)state;
	fake_mkdir("agents");
	for (i = 0; i < 2; i++) {
		quick.dir = NULL;
		fake_fault("mkdir", errors[i], 1, 0);
		expect_error(&quick, errors[i], "run as root");
		quick.dir = "agents";
		fake_fault("open inblob", errors[i], 1, 0);
		expect_error(&quick, errors[i], "inblob writable");
		fake_fault("read outblob", errors[i], 1, 0);
		expect_error(&quick, errors[i], "outblob readable");
	}
	fake_fault("mkdir", EROFS, 1, 0);
	expect_error(NULL, EROFS, "read-only");
	fake_rmdir("agents");
}

static void ebusy_provider(void **state)
{
	(void)state;
	fake_fault("read outblob", EBUSY, 3, 0);
	expect_report(NULL);
	assert_true(logged >= 3);
	fake_fault("read outblob", EBUSY, -1, 0);
	expect_error(&quick, EBUSY, "arm_cca_guest is busy");
	assert_non_null(strstr(tsm_error(ctx), " times in "));
}

static void ebusy_generation_moved_before_the_report(void **state)
{
	(void)state;
	fake_mkdir("agents");
	quick.dir = "agents";
	patient.dir = "agents";
	fake_fault("intrude-write", 0, 2, 0);
	expect_report(&patient);
	fake_fault("intrude-write", 0, -1, 0);
	expect_error(&quick, EBUSY, "others are writing to report directory agents");
	fake_rmdir("agents");
}

static void ebusy_generation_moved_after_the_report(void **state)
{
	(void)state;
	fake_mkdir("agents");
	quick.dir = "agents";
	patient.dir = "agents";
	fake_fault("intrude-read", 0, 2, 0);
	expect_report(&patient);
	fake_fault("intrude-read", 0, -1, 0);
	expect_error(&quick, EBUSY, "others are writing to report directory agents");
	fake_rmdir("agents");
}

static void ebusy_directory_removed(void **state)
{
	(void)state;
	fake_fault("remove", 0, 2, 0);
	expect_report(NULL);
	fake_fault("remove", 0, -1, 0);
	expect_error(&quick, EBUSY, "somebody removed the report directory");
}

static void ebusy_lock_held_by_another(void **state)
{
	struct timespec start, end;
	char path[128];
	int fd;

	(void)state;
	fake_mkdir("agents");
	snprintf(path, sizeof(path), "%s/sys/kernel/config/tsm/report/agents/inblob", fake_root);
	fd = open(path, O_WRONLY);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	quick.dir = "agents";
	clock_gettime(CLOCK_MONOTONIC, &start);
	expect_error(&quick, EBUSY, "others are using report directory agents");
	clock_gettime(CLOCK_MONOTONIC, &end);
	/* the library counts whole milliseconds */
	assert_in_range((end.tv_sec - start.tv_sec) * 1000 +
			(end.tv_nsec - start.tv_nsec) / 1000000, 59, 30000);
	close(fd);
	expect_report(&quick);
	fake_rmdir("agents");
}

static void estale_inblob_lost(void **state)
{
	(void)state;
	fake_fault("lose", 0, 1, 0);
	expect_report(NULL);
	assert_int_equal(fake_reports_made(), 1);

	/* in a used directory, a report for the challenge before would come out */
	fake_mkdir("agents");
	patient.dir = "agents";
	expect_report(&patient);
	challenge[0] ^= 1;
	fake_fault("lose", 0, 2, 0);
	expect_report(&patient);
	fake_fault("lose", 0, 8, 0);
	expect_error(&patient, ESTALE, "lost the challenge written to report directory agents");
	assert_non_null(strstr(tsm_error(ctx), "(tried 8 times"));
	assert_int_equal(fake_reports_made(), 3);
	fake_rmdir("agents");
}

static void failures_of_the_firmware(void **state)
{
	(void)state;
	fake_fault("read outblob", ETIMEDOUT, 1, 0);
	expect_error(NULL, ETIMEDOUT, "gave up waiting for the firmware");
	fake_fault("read outblob", ECANCELED, 1, 0);
	expect_error(NULL, ECANCELED, "lost the report half way");
	fake_fault("read outblob", EIO, 1, 0);
	expect_error(NULL, EIO, "the firmware failed");
	/* the in-tree driver's ways to say so */
	fake_fault("read outblob", ENXIO, 1, 0);
	expect_error(NULL, EIO, "the firmware failed");
	fake_fault("read outblob", EINVAL, 1, 0);
	expect_error(NULL, EIO, "the firmware refused to begin");
	fake_fault("read outblob", ENOMEM, 1, 0);
	expect_error(NULL, ENOMEM,
		     "arm_cca_guest could not make the report: Cannot allocate memory");
	fake_fault("read outblob", EPROTO, 1, 0);
	expect_error(NULL, EPROTO, "Protocol error");
	expect_report(NULL);
}

static void enodata_empty_report(void **state)
{
	(void)state;
	fake_fault("read outblob", 0, 1, 0);
	expect_error(NULL, ENODATA, "arm_cca_guest called an empty report a success");
}

static void efbig(void **state)
{
	(void)state;
	fake_fault("read outblob", EFBIG, 1, 0);
	expect_error(NULL, EFBIG, "larger than the kernel");
	quick.max_size = FAKE_REPORT_SIZE - 1;
	expect_error(&quick, EFBIG, "9000 bytes asked for");
	quick.max_size = FAKE_REPORT_SIZE;
	expect_report(&quick);
}

static void eintr(void **state)
{
	(void)state;
	fake_fault("read outblob", EINTR, 1, 0);
	expect_error(NULL, EINTR, "a signal arrived");
	assert_int_equal(fake_count_dirs(), 0);
}

static void on_alarm(int signal)
{
	(void)signal;
}

static void eintr_while_waiting(void **state)
{
	const struct sigaction action = { .sa_handler = on_alarm };

	(void)state;
	sigaction(SIGALRM, &action, NULL);
	fake_fault("read outblob", EBUSY, -1, 0);
	ualarm(50000, 20000);
	expect_error(NULL, EINTR, "arm_cca_guest is busy");
	ualarm(0, 0);
}

static void nonsense_from_the_kernel(void **state)
{
	(void)state;
	fake_fault("read generation", 0, 1, 0);
	expect_error(NULL, EIO, "is no number");
	fake_fault("read generation", EIO, 1, 1);
	expect_error(NULL, EIO, "cannot read the generation");
	fake_fault("read provider", EIO, 1, 0);
	expect_error(NULL, EIO, "cannot read who provides");
	fake_fault("write inblob", ENOMEM, 1, 0);
	expect_error(NULL, ENOMEM, "cannot write the challenge");
}

static void trouble_with_directories(void **state)
{
	(void)state;
	fake_fault("mkdir", ENOMEM, 1, 0);
	expect_error(NULL, ENOMEM, "cannot make a directory in /sys/kernel/config/tsm/report");
	/* unloaded just now: not the word for a configfs that is not mounted */
	fake_fault("mkdir", ENOENT, 1, 0);
	expect_error(NULL, ENODEV, "modprobe realm_tsm");
	/* a clean-up that took it for a leftover, before it was locked */
	fake_fault("open inblob", ENOENT, 2, 0);
	expect_report(NULL);
	fake_fault("open inblob", ENOENT, -1, 0);
	expect_error(&quick, EBUSY, "another process removed report directory libtsm-");
	fake_clear();
	fake_mkdir("agents");
	quick.dir = "agents";
	fake_fault("open inblob", EMFILE, 1, 0);
	expect_error(&quick, EMFILE, "cannot open report directory agents: Too many open files");
	fake_fault("write inblob", ENOENT, 1, 0);
	fake_fault("read provider", ENOENT, 1, 0);
	patient.dir = "agents";
	expect_report(&patient);
	fake_rmdir("agents");
}

/* --- several processes --- */

static pid_t child_report(const char *dir, const char *point)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	patient.dir = dir;
	fake_clear();
	if (point)
		fake_fault(point, 0, 1, 0);
	challenge[1] = (uint8_t)getpid();
	_exit(get_report(&patient) ? 0 : 1);
}

static int status_of(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void leftovers_of_killed_processes_are_removed(void **state)
{
	pid_t pids[3];
	int i;

	(void)state;
	for (i = 0; i < 3; i++)
		pids[i] = child_report(NULL, "pause");
	while (fake_count_dirs() < 3)
		usleep(1000);
	for (i = 0; i < 3; i++) {
		kill(pids[i], SIGKILL);
		assert_int_equal(status_of(pids[i]), SIGKILL);
	}
	assert_int_equal(fake_count_dirs(), 3);
	expect_report(NULL);
	assert_int_equal(fake_count_dirs(), 0);
	assert_int_equal(logged, 3);
}

static void directories_in_use_are_left_alone(void **state)
{
	pid_t pid;

	(void)state;
	fake_mkdir("libtsm-agents");
	fake_mkdir("libtsm-0123456789abcdef0123456789abcdeX");
	pid = child_report(NULL, "pause");
	fake_wait_paused();
	expect_report(NULL);
	assert_int_equal(fake_count_dirs(), 3);
	fake_resume();
	assert_int_equal(status_of(pid), 0);
	assert_int_equal(fake_count_dirs(), 2);
	fake_rmdir("libtsm-agents");
	fake_rmdir("libtsm-0123456789abcdef0123456789abcdeX");
}

static void many_at_once(const char *dir)
{
	pid_t pids[12];
	size_t i, n = ARRAY_SIZE(pids);

	/* every fourth is killed in the middle */
	for (i = 0; i < n; i++)
		pids[i] = child_report(dir, i % 4 == 3 ? "kill" : NULL);
	for (i = 0; i < n; i++)
		assert_int_equal(status_of(pids[i]), i % 4 == 3 ? SIGKILL : 0);
}

static void many_processes_private_directories(void **state)
{
	(void)state;
	many_at_once(NULL);
	expect_report(NULL);
	assert_int_equal(fake_count_dirs(), 0);
}

static void many_processes_one_directory(void **state)
{
	(void)state;
	fake_mkdir("agents");
	many_at_once("agents");
	fake_rmdir("agents");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(private_directory),
		TEST(given_directory),
		TEST(any_provider_comes_through_unchanged),
		TEST(provider_of_an_existing_directory),
		TEST(auxiliary_data),
		TEST(einval_arguments),
		TEST(einval_of_the_provider),
		TEST(enoent_configfs_not_mounted),
		TEST(enodev_no_module),
		TEST(enxio_provider_removed),
		TEST(enotdir),
		TEST(eacces),
		TEST(ebusy_provider),
		TEST(ebusy_generation_moved_before_the_report),
		TEST(ebusy_generation_moved_after_the_report),
		TEST(ebusy_directory_removed),
		TEST(ebusy_lock_held_by_another),
		TEST(estale_inblob_lost),
		TEST(failures_of_the_firmware),
		TEST(enodata_empty_report),
		TEST(efbig),
		TEST(eintr),
		TEST(eintr_while_waiting),
		TEST(nonsense_from_the_kernel),
		TEST(trouble_with_directories),
		TEST(leftovers_of_killed_processes_are_removed),
		TEST(directories_in_use_are_left_alone),
		TEST(many_processes_private_directories),
		TEST(many_processes_one_directory),
	};

	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
