// SPDX-License-Identifier: GPL-2.0-only
/*
 * realm_tsm and the one place of a provider of reports: it has it, somebody else
 * does, or directories that were left keep it empty. Before any test that has the
 * module record something, for then it cannot be unloaded any more.
 */
#include <sys/syscall.h>

#include "nl.h"
#include "eventlog.h"
#include "provider.h"
#include "rsi_control.h"

#define NOT_OURS	"realm_tsm: attestation reports are not ours to provide"

FIXTURE(modes) {
	bool in_tree, ours;	/* what was loaded before */
	bool changed;
	int log;
	__u8 challenge[CHALLENGE_SIZE];
	__u8 token[TOKEN_MAX];
};

static bool loaded(const char *module)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/module/%s", module);

	return !access(path, F_OK);
}

static int load(const char *module)
{
	char command[64];

	snprintf(command, sizeof(command), "modprobe %s 2>/dev/null", module);

	return system(command);
}

/* 0, also where it was not loaded, or a negative errno */
static int unload(const char *module)
{
	if (!syscall(SYS_delete_module, module, O_NONBLOCK) || errno == ENOENT)
		return 0;

	return -errno;
}

/* From here on; said() has read it all. */
static int log_open(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	lseek(fd, 0, SEEK_END);

	return fd;
}

/* How many messages since the last call have this text; the last of them. */
static int said(int log, const char *text, char *message, size_t size)
{
	char record[8192];
	int count = 0;
	ssize_t n;

	while ((n = read(log, record, sizeof(record) - 1)) > 0) {
		record[n] = '\0';
		if (!strstr(record, text))
			continue;
		count++;
		if (message)
			snprintf(message, size, "%s", strchr(record, ';') + 1);
	}

	return count;
}

FIXTURE_SETUP(modes)
{
	int err;

	self->in_tree = loaded("arm_cca_guest");
	self->ours = loaded("realm_tsm");
	err = unload("realm_tsm");
	if (err == -EWOULDBLOCK)
		SKIP(return, "realm_tsm has records: boot again");
	ASSERT_EQ(0, err);
	self->changed = true;
	if (load("realm_tsm"))
		SKIP(return, "no realm_tsm to load");
	ASSERT_EQ(0, unload("realm_tsm"));
	ASSERT_EQ(0, unload("arm_cca_guest"));
	challenge_fill(self->challenge, getpid());
	self->log = log_open();
	ASSERT_LE(0, self->log);
}

FIXTURE_TEARDOWN(modes)
{
	if (!self->changed)
		return;
	EXPECT_EQ(0, unload("realm_tsm"));
	EXPECT_EQ(0, unload("arm_cca_guest"));
	if (self->in_tree)
		EXPECT_EQ(0, load("arm_cca_guest"));
	if (self->ours)
		EXPECT_EQ(0, load("realm_tsm"));
}

/* A directory, a report in it, and the directory is gone. */
static void expect_report(struct __test_metadata *_metadata, const __u8 *challenge, __u8 *token)
{
	char dir[64];

	report_make(_metadata, dir, sizeof(dir), "modes");
	EXPECT_LT(0, report_take(dir, challenge, token));
	EXPECT_EQ(0, rmdir(dir));
}

#define report()	expect_report(_metadata, self->challenge, self->token)

static int report_mkdir(void)
{
	const char dir[] = REPORT "/nobody";

	if (mkdir(dir, 0700))
		return errno;
	rmdir(dir);

	return 0;
}

/* One line: who, and what to do; and measurements under our own name. */
static void expect_not_ours(struct __test_metadata *_metadata, int log)
{
	char message[1024] = "";

	EXPECT_EQ(1, said(log, NOT_OURS, message, sizeof(message)));
	EXPECT_NE(NULL, strstr(message, "arm_cca_guest"));
	EXPECT_NE(NULL, strstr(message, "unload it"));
	EXPECT_NE(NULL, strstr(message, "directories"));
	EXPECT_NE(NULL, strstr(message, "remove them"));
	EXPECT_EQ(0, access(MISC "realm_tsm/measurements", F_OK));
	EXPECT_FALSE(provider_is_realm_tsm());
}

TEST_F(modes, in_tree_driver_first)
{
	ASSERT_EQ(0, load("arm_cca_guest"));
	report();
	ASSERT_EQ(0, load("realm_tsm"));
	expect_not_ours(_metadata, self->log);
	report();
	report();
	EXPECT_EQ(0, said(self->log, "realm_tsm", NULL, 0));

	/* ours does not take over by itself: who unloads a driver says who is next */
	ASSERT_EQ(0, unload("arm_cca_guest"));
	EXPECT_EQ(ENXIO, report_mkdir());
	ASSERT_EQ(0, unload("realm_tsm"));
	ASSERT_EQ(0, load("realm_tsm"));
	EXPECT_EQ(0, said(self->log, NOT_OURS, NULL, 0));
	EXPECT_TRUE(provider_is_realm_tsm());
	EXPECT_NE(0, access(MISC "realm_tsm", F_OK));
	report();
}

/* Ours first: the other driver is refused, and nobody notices. */
TEST_F(modes, in_tree_driver_second)
{
	ASSERT_EQ(0, load("realm_tsm"));
	EXPECT_NE(0, load("arm_cca_guest"));
	EXPECT_FALSE(loaded("arm_cca_guest"));
	EXPECT_TRUE(provider_is_realm_tsm());
	report();
	EXPECT_EQ(0, said(self->log, NOT_OURS, NULL, 0));
}

/* Before, between and after: each time, reports are by the one who came first. */
TEST_F(modes, in_tree_driver_in_between)
{
	ASSERT_EQ(0, load("realm_tsm"));
	report();
	EXPECT_NE(0, load("arm_cca_guest"));
	ASSERT_EQ(0, unload("realm_tsm"));
	ASSERT_EQ(0, load("arm_cca_guest"));
	ASSERT_EQ(0, load("realm_tsm"));
	expect_not_ours(_metadata, self->log);
	report();
	ASSERT_EQ(0, unload("arm_cca_guest"));
	ASSERT_EQ(0, load("arm_cca_guest"));
	EXPECT_FALSE(provider_is_realm_tsm());
	report();
	ASSERT_EQ(0, unload("realm_tsm"));
	report();
	ASSERT_EQ(0, unload("arm_cca_guest"));
	ASSERT_EQ(0, load("realm_tsm"));
	EXPECT_TRUE(provider_is_realm_tsm());
	report();
}

/* A report directory outlives the provider; then it keeps out the next. */
TEST_F(modes, leftover_directory)
{
	char dir[64];

	ASSERT_EQ(0, load("realm_tsm"));
	report_make(_metadata, dir, sizeof(dir), "leftover");
	EXPECT_LT(0, report_take(dir, self->challenge, self->token));
	ASSERT_EQ(0, inblob_write(dir, self->challenge, CHALLENGE_SIZE));
	ASSERT_EQ(0, unload("realm_tsm"));
	EXPECT_EQ(-ENXIO, attribute_read(dir, "outblob", self->token, TOKEN_MAX, TOKEN_MAX));
	EXPECT_EQ(-ENXIO, attribute_read(dir, "auxblob", self->token, TOKEN_MAX, TOKEN_MAX));
	EXPECT_EQ(-ENXIO, attribute_read(dir, "provider", self->token, TOKEN_MAX, TOKEN_MAX));
	EXPECT_EQ(ENXIO, report_mkdir());

	ASSERT_EQ(0, load("realm_tsm"));
	expect_not_ours(_metadata, self->log);
	EXPECT_EQ(ENXIO, report_mkdir());
	EXPECT_EQ(-ENXIO, attribute_read(dir, "outblob", self->token, TOKEN_MAX, TOKEN_MAX));

	ASSERT_EQ(0, rmdir(dir));
	ASSERT_EQ(0, unload("realm_tsm"));
	ASSERT_EQ(0, load("realm_tsm"));
	EXPECT_TRUE(provider_is_realm_tsm());
	report();
}

/* A token that was made before can be read to its end, though who made it is gone. */
TEST_F(modes, unload_under_a_reader)
{
	char dir[64];
	ssize_t size;
	int fd;

	ASSERT_EQ(0, load("realm_tsm"));
	report_make(_metadata, dir, sizeof(dir), "reader");
	ASSERT_EQ(0, inblob_write(dir, self->challenge, CHALLENGE_SIZE));
	fd = attribute_open(dir, "outblob", O_RDONLY);
	ASSERT_LE(0, fd);
	ASSERT_EQ(1, read(fd, self->token, 1));
	ASSERT_EQ(0, unload("realm_tsm"));
	size = read(fd, self->token + 1, TOKEN_MAX - 1) + 1;
	EXPECT_TRUE(token_is_whole(self->token, size));
	close(fd);
	EXPECT_EQ(0, rmdir(dir));
}

/* Unloading waits for a report in the making, and the report is right. */
TEST_F(modes, unload_during_a_report)
{
	char dir[64];
	struct rsi rsi;
	unsigned int start;
	int status;
	pid_t pid;

	ASSERT_EQ(0, load("realm_tsm"));
	rsi_fault_setup(_metadata, &rsi);
	if (_metadata->exit_code)
		return;
	rsi_fault(_metadata, &rsi, "init:delay=3");
	report_make(_metadata, dir, sizeof(dir), "during");
	start = now_ms();
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		rsi_pin(_metadata, 1);
		_exit(report_take(dir, self->challenge, self->token) <= 0);
	}
	usleep(1000000);
	ASSERT_EQ(0, unload("realm_tsm"));
	EXPECT_LE(3000, now_ms() - start);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_EQ(0, rmdir(dir));
}

TEST_F_TIMEOUT(modes, twenty_times, 120)
{
	for (int i = 0; i < 20; i++) {
		ASSERT_EQ(0, load("realm_tsm"));
		ASSERT_TRUE(provider_is_realm_tsm());
		self->challenge[0] = i;
		report();
		ASSERT_EQ(0, unload("realm_tsm"))
			TH_LOG("round %d", i);
		ASSERT_FALSE(loaded("realm_tsm"));
		ASSERT_NE(0, access(MISC "arm_cca_guest", F_OK));
	}
	EXPECT_EQ(0, said(self->log, NOT_OURS, NULL, 0));
}

/*
 * What configfs has open holds the module. Open files of sysfs and sockets do not: they
 * outlive it, and say so.
 */
static void unload_under_users(struct __test_metadata *_metadata)
{
	const char event[] = MEASUREMENTS "rem0/user";
	struct measure m = {};
	int attribute, value, log;
	struct nl_msg msg;
	struct nl nl;
	__u8 byte;

	ASSERT_TRUE(measure_find(&m));
	value = open(register_path(&m, REM(0)), O_RDWR | O_CLOEXEC);
	log = open(log_path(&m), O_RDONLY | O_CLOEXEC);
	attribute = open(MEASUREMENTS "rem0/digest", O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, value);
	ASSERT_LE(0, log);
	ASSERT_LE(0, attribute);
	ASSERT_EQ(1, read(log, &byte, 1));
	ASSERT_EQ(0, nl_open(&nl));
	ASSERT_EQ(0, nl_subscribe(&nl));
	ASSERT_EQ(0, mkdir(event, 0700));

	EXPECT_EQ(-EWOULDBLOCK, unload("realm_tsm"));
	close(attribute);
	EXPECT_EQ(-EWOULDBLOCK, unload("realm_tsm"));
	attribute = open(MEASUREMENTS "rem0/digest", O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, attribute);
	ASSERT_EQ(0, rmdir(event));
	EXPECT_EQ(-EWOULDBLOCK, unload("realm_tsm"));
	EXPECT_EQ(1, read(attribute, &byte, 1));
	close(attribute);
	ASSERT_EQ(0, unload("realm_tsm"));

	EXPECT_EQ(-1, pread(value, &byte, 1, 0));
	EXPECT_EQ(ENODEV, errno);
	EXPECT_EQ(-1, pread(log, &byte, 1, 0));
	EXPECT_EQ(ENODEV, errno);
	nl_begin(&nl, &msg, nl.family, REALM_TSM_CMD_REALM_GET, 0);
	EXPECT_EQ(-ENOENT, nl_request(&nl, &msg, NULL, NULL));
	/* and they are closed when another one is there */
	ASSERT_EQ(0, load("realm_tsm"));
	EXPECT_EQ(-1, pread(log, &byte, 1, 0));
	EXPECT_EQ(ENODEV, errno);
	close(value);
	close(log);
	close(nl.fd);
	ASSERT_EQ(0, unload("realm_tsm"));
}

TEST_F_TIMEOUT(modes, under_users, 120)
{
	for (int i = 0; i < 20; i++) {
		ASSERT_EQ(0, load("realm_tsm"));
		unload_under_users(_metadata);
	}
}

TEST_HARNESS_MAIN
