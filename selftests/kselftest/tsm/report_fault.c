// SPDX-License-Identifier: GPL-2.0-only
/*
 * An RMM that refuses, stalls, loses or lies: exactly the errno that
 * Documentation/ABI/testing/configfs-tsm-report-realm_tsm has for it, in time and
 * without a piece of a token; and the next report is right.
 */
#include "provider.h"
#include "rsi_control.h"

/* For what lies between the deadline and the reader on a busy machine. */
#define SLACK_MS	2000
#define TIMEOUT_MS	3000

/* Which of a token's CONTINUEs: how many it takes is counted, not known. */
enum place { FIRST, MIDDLE, LAST };

struct faulty {
	struct rsi rsi;
	char dir[64];
	unsigned int timeout_ms;	/* as it was before */
	unsigned int calls;		/* CONTINUEs of a token without a fault */
	ssize_t size;			/* of that token */
	__u8 challenge[CHALLENGE_SIZE];
	__u8 token[TOKEN_MAX];
};

static void faulty_setup(struct __test_metadata *_metadata, struct faulty *f)
{
	report_make(_metadata, f->dir, sizeof(f->dir), "fault");
	if (_metadata->exit_code)
		return;
	if (!provider_is_realm_tsm())
		SKIP(goto out, "realm_tsm is not the provider of reports");
	rsi_fault_setup(_metadata, &f->rsi);
	if (_metadata->exit_code)
		goto out;
	challenge_fill(f->challenge, getpid());
	f->timeout_ms = token_timeout(_metadata);
	f->size = report_take(f->dir, f->challenge, f->token);
	ASSERT_LT(0, f->size);
	f->calls = control(_metadata, &f->rsi, CONTROL_COUNT, RSI_CONTINUE & 0xff);
	ASSERT_LE(3, f->calls);
	return;

out:
	rmdir(f->dir);
}

/* Whatever was armed, the next report is right. */
static void faulty_teardown(struct __test_metadata *_metadata, struct faulty *f)
{
	__u8 other[CHALLENGE_SIZE];

	if (!f->calls)
		return;
	EXPECT_EQ(0, control(_metadata, &f->rsi, CONTROL_CLEAR, 0));
	token_timeout_set(_metadata, f->timeout_ms);
	challenge_fill(other, f->challenge[0] + 1);
	EXPECT_EQ(f->size, report_take(f->dir, other, f->token));
	EXPECT_EQ(0, rmdir(f->dir));
}

/* With the fault armed: the errno and nothing else, or a token all the same, in time. */
static void expect_report(struct __test_metadata *_metadata, struct faulty *f, const char *spec,
			  unsigned int timeout_ms, unsigned int late_ms, int err)
{
	const unsigned int start = now_ms();
	ssize_t size;

	token_timeout_set(_metadata, timeout_ms);
	ASSERT_EQ(0, inblob_write(f->dir, f->challenge, CHALLENGE_SIZE));
	ASSERT_EQ(0, control(_metadata, &f->rsi, CONTROL_CLEAR, 0));
	rsi_fault(_metadata, &f->rsi, spec);
	memset(f->token, 0, sizeof(f->token));
	size = attribute_read(f->dir, "outblob", f->token, TOKEN_MAX, TOKEN_MAX);
	EXPECT_GE(timeout_ms + late_ms + SLACK_MS, now_ms() - start);
	if (err) {
		EXPECT_EQ(-err, size)
			TH_LOG("%s", spec);
		EXPECT_EQ(0, f->token[0]);
		return;
	}
	ASSERT_EQ(f->size, size)
		TH_LOG("%s", spec);
	EXPECT_TRUE(token_is_whole(f->token, size));
	EXPECT_TRUE(token_has_challenge(f->token, size, f->challenge));
}

FIXTURE(init) {
	struct faulty f;
};

FIXTURE_VARIANT(init) {
	const char *spec;
	int err;
	unsigned int timeout_ms;	/* 0: TIMEOUT_MS */
	unsigned int late_ms;
};

FIXTURE_VARIANT_ADD(init, input) {
	.spec = "init:error=input", .err = EREMOTEIO
};

FIXTURE_VARIANT_ADD(init, state_once) {
	.spec = "init:error=state"
};

FIXTURE_VARIANT_ADD(init, state_three_times) {
	.spec = "init@1x3:error=state"
};

FIXTURE_VARIANT_ADD(init, state_four_times) {
	.spec = "init@1x4:error=state", .err = ECANCELED
};

FIXTURE_VARIANT_ADD(init, state_for_ever) {
	.spec = "init@1x*:error=state", .err = ECANCELED
};

FIXTURE_VARIANT_ADD(init, unknown) {
	.spec = "init:error=unknown", .err = EIO
};

FIXTURE_VARIANT_ADD(init, device) {
	.spec = "init:error=device", .err = EPROTO
};

FIXTURE_VARIANT_ADD(init, incomplete) {
	.spec = "init:error=3", .err = EPROTO
};

FIXTURE_VARIANT_ADD(init, no_status) {
	.spec = "init:error=77", .err = EPROTO
};

FIXTURE_VARIANT_ADD(init, no_call) {
	.spec = "init:error=18446744073709551615", .err = EOPNOTSUPP
};

FIXTURE_VARIANT_ADD(init, bound_0) {
	.spec = "init:bound=0", .err = EPROTO
};

FIXTURE_VARIANT_ADD(init, bound_1) {
	.spec = "init:bound=1", .err = EPROTO
};

FIXTURE_VARIANT_ADD(init, bound_2_20) {
	.spec = "init:bound=0x100000"
};

FIXTURE_VARIANT_ADD(init, bound_past_2_20) {
	.spec = "init:bound=0x100001", .err = EFBIG
};

FIXTURE_VARIANT_ADD(init, bound_2_31) {
	.spec = "init:bound=0x80000000", .err = EFBIG
};

FIXTURE_VARIANT_ADD(init, bound_2_32) {
	.spec = "init:bound=0x100000000", .err = EFBIG
};

FIXTURE_VARIANT_ADD(init, bound_2_63) {
	.spec = "init:bound=0x8000000000000000", .err = EFBIG
};

FIXTURE_VARIANT_ADD(init, bound_largest) {
	.spec = "init:bound=18446744073709551615", .err = EFBIG
};

FIXTURE_VARIANT_ADD(init, lose) {
	.spec = "init@1x*:lose"
};

FIXTURE_VARIANT_ADD(init, late) {
	.spec = "init:delay=1", .late_ms = 1000
};

FIXTURE_VARIANT_ADD(init, too_late) {
	.spec = "init:delay=2", .err = ETIMEDOUT, .timeout_ms = 1000, .late_ms = 2000
};

FIXTURE_SETUP(init)
{
	faulty_setup(_metadata, &self->f);
}

FIXTURE_TEARDOWN(init)
{
	faulty_teardown(_metadata, &self->f);
}

TEST_F(init, report)
{
	expect_report(_metadata, &self->f, variant->spec, variant->timeout_ms ?: TIMEOUT_MS,
		      variant->late_ms, variant->err);
}

FIXTURE(piece) {
	struct faulty f;
};

FIXTURE_VARIANT(piece) {
	const char *count;	/* NULL: once */
	const char *effect;
	int err;
	unsigned int timeout_ms;	/* 0: TIMEOUT_MS */
	unsigned int late_ms;
};

FIXTURE_VARIANT_ADD(piece, input) {
	.effect = "error=input", .err = EREMOTEIO
};

FIXTURE_VARIANT_ADD(piece, state_once) {
	.effect = "error=state"
};

FIXTURE_VARIANT_ADD(piece, state_for_ever) {
	.count = "*", .effect = "error=state", .err = ECANCELED
};

FIXTURE_VARIANT_ADD(piece, unknown) {
	.effect = "error=unknown", .err = EIO
};

FIXTURE_VARIANT_ADD(piece, device) {
	.effect = "error=device", .err = EPROTO
};

FIXTURE_VARIANT_ADD(piece, no_status) {
	.effect = "error=77", .err = EPROTO
};

FIXTURE_VARIANT_ADD(piece, no_call) {
	.effect = "error=18446744073709551615", .err = EOPNOTSUPP
};

FIXTURE_VARIANT_ADD(piece, stall_once) {
	.effect = "stall"
};

FIXTURE_VARIANT_ADD(piece, stall_100_times) {
	.count = "100", .effect = "stall"
};

FIXTURE_VARIANT_ADD(piece, stall_for_ever) {
	.count = "*", .effect = "stall", .err = ETIMEDOUT, .timeout_ms = 500
};

FIXTURE_VARIANT_ADD(piece, length_past_the_granule) {
	.effect = "length=4097", .err = EPROTO
};

FIXTURE_VARIANT_ADD(piece, length_2_31) {
	.effect = "length=0x80000000", .err = EPROTO
};

FIXTURE_VARIANT_ADD(piece, length_2_63) {
	.effect = "length=0x8000000000000000", .err = EPROTO
};

FIXTURE_VARIANT_ADD(piece, length_largest) {
	.effect = "length=18446744073709551615", .err = EPROTO
};

FIXTURE_VARIANT_ADD(piece, endless) {
	.effect = "endless", .err = EPROTO
};

FIXTURE_VARIANT_ADD(piece, lose_once) {
	.effect = "lose"
};

FIXTURE_VARIANT_ADD(piece, lose_for_ever) {
	.count = "*", .effect = "lose", .err = ECANCELED
};

FIXTURE_VARIANT_ADD(piece, late) {
	.effect = "delay=1", .late_ms = 1000
};

FIXTURE_VARIANT_ADD(piece, too_late) {
	.effect = "delay=2", .err = ETIMEDOUT, .timeout_ms = 1000, .late_ms = 2000
};

FIXTURE_SETUP(piece)
{
	faulty_setup(_metadata, &self->f);
}

FIXTURE_TEARDOWN(piece)
{
	faulty_teardown(_metadata, &self->f);
}

static void expect_piece(struct __test_metadata *_metadata, struct faulty *f, enum place at,
			 const struct _fixture_variant_piece *variant)
{
	const unsigned int numbers[] = { 1, (f->calls + 1) / 2, f->calls };
	char spec[64];

	snprintf(spec, sizeof(spec), "continue@%ux%s:%s", numbers[at], variant->count ?: "1",
		 variant->effect);
	expect_report(_metadata, f, spec, variant->timeout_ms ?: TIMEOUT_MS, variant->late_ms,
		      variant->err);
}

TEST_F(piece, first)
{
	expect_piece(_metadata, &self->f, FIRST, variant);
}

TEST_F(piece, middle)
{
	expect_piece(_metadata, &self->f, MIDDLE, variant);
}

TEST_F(piece, last)
{
	expect_piece(_metadata, &self->f, LAST, variant);
}

FIXTURE(report) {
	struct faulty f;
};

FIXTURE_SETUP(report)
{
	faulty_setup(_metadata, &self->f);
}

FIXTURE_TEARDOWN(report)
{
	faulty_teardown(_metadata, &self->f);
}

/* A token as large as its bound is one; a byte less, and it goes past it. */
TEST_F(report, bound_exact)
{
	char spec[64];

	snprintf(spec, sizeof(spec), "init:bound=%zd", self->f.size);
	expect_report(_metadata, &self->f, spec, TIMEOUT_MS, 0, 0);
	snprintf(spec, sizeof(spec), "init:bound=%zd", self->f.size - 1);
	expect_report(_metadata, &self->f, spec, TIMEOUT_MS, 0, EPROTO);
}

/* SUCCESS with the first call, and not a byte. */
TEST_F(report, empty_token)
{
	expect_report(_metadata, &self->f, "continue:error=0", TIMEOUT_MS, 0, EPROTO);
}

/* A stall ends by the number of its calls, long before the largest timeout. */
TEST_F_TIMEOUT(report, stall_ends_by_itself, 90)
{
	const unsigned int start = now_ms();

	expect_report(_metadata, &self->f, "continue@1x*:stall", 60000, 0, ETIMEDOUT);
	EXPECT_GT(60000, now_ms() - start);
}

/* auxblob has a token made just as outblob does */
TEST_F(report, auxblob)
{
	ASSERT_EQ(0, inblob_write(self->f.dir, self->f.challenge, CHALLENGE_SIZE));
	rsi_fault(_metadata, &self->f.rsi, "init:error=unknown");
	EXPECT_EQ(-EIO, attribute_read(self->f.dir, "auxblob", self->f.token, TOKEN_MAX,
				       TOKEN_MAX));
}

/* Its own instance: nobody else's events are in it, and its end switches them off. */
#define TRACE	"/sys/kernel/tracing/instances/report_fault/"

static bool put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool done = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	close(fd);

	return done;
}

static bool traced(const char *text)
{
	static char trace[65536];
	int fd = open(TRACE "trace", O_RDONLY | O_CLOEXEC);
	size_t size = 0;
	ssize_t n;

	while ((n = read(fd, trace + size, sizeof(trace) - 1 - size)) > 0)
		size += n;
	close(fd);
	trace[size] = '\0';

	return strstr(trace, text);
}

TEST_F(report, killed)
{
	unsigned int start;
	int status;
	pid_t pid;

	if (mkdir(TRACE, 0700))
		SKIP(return, "no tracefs: errno %d", errno);
	ASSERT_TRUE(put(TRACE "events/realm_tsm/realm_token_end/enable", "1"));
	token_timeout_set(_metadata, 20000);
	ASSERT_EQ(0, inblob_write(self->f.dir, self->f.challenge, CHALLENGE_SIZE));
	rsi_fault(_metadata, &self->f.rsi, "continue@1x*:stall");
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		attribute_read(self->f.dir, "outblob", self->f.token, TOKEN_MAX, TOKEN_MAX);
		_exit(1);
	}
	usleep(300000);
	EXPECT_FALSE(traced("realm_token_end:"));
	start = now_ms();
	kill(pid, SIGKILL);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_GE(SLACK_MS, now_ms() - start);
	EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	EXPECT_TRUE(traced("realm_token_end: ret=-4 len=0"));
	EXPECT_EQ(0, rmdir(TRACE));
}

#define CGROUP	"/sys/fs/cgroup/report_fault/"

static long number_at(int fd)
{
	char text[32] = "";

	return pread(fd, text, sizeof(text) - 1, 0) > 0 ? strtol(text, NULL, 10) : -1;
}

static bool number_put(int fd, long number)
{
	char text[32];

	snprintf(text, sizeof(text), "%ld", number);

	return pwrite(fd, text, strlen(text), 0) == (ssize_t)strlen(text);
}

/*
 * Has outblob read with 256 KiB of memory left, where the RMM asks for 1 MiB. The
 * kernel sets up to 64 pages aside for each CPU and counts them as used, which are
 * 1 MiB where pages have 16 KiB: a limit below what is used takes them back first.
 */
static int read_in_little_memory(struct faulty *f)
{
	int fd, current, max, err;

	if (!put("/proc/self/oom_score_adj", "-1000") || !put(CGROUP "cgroup.procs", "0"))
		return -EPERM;
	fd = attribute_open(f->dir, "outblob", O_RDONLY);
	current = open(CGROUP "memory.current", O_RDONLY);
	max = open(CGROUP "memory.max", O_RDWR);
	if (fd < 0 || max < 0 || number_at(current) <= 0)
		return -ENOENT;
	if (!number_put(max, number_at(current) - getpagesize()) ||
	    !number_put(max, number_at(current) + 256 * 1024))
		return -EPERM;
	err = read(fd, f->token, TOKEN_MAX) < 0 ? -errno : 0;
	put(CGROUP "memory.max", "max");
	close(fd);

	return err;
}

/* The kernel tells of what the control group lacks, at length: not on the console. */
TEST_F(report, no_memory)
{
	const int log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	char record[8192], printk[64] = "";
	int status;
	pid_t pid;
	ssize_t n;

	put("/sys/fs/cgroup/cgroup.subtree_control", "+memory");
	if (mkdir(CGROUP, 0700))
		SKIP(return, "no cgroups: errno %d", errno);
	ASSERT_EQ(0, inblob_write(self->f.dir, self->f.challenge, CHALLENGE_SIZE));
	rsi_fault(_metadata, &self->f.rsi, "init:bound=0x100000");
	ASSERT_LT(0, lseek(log, 0, SEEK_END) + 1);
	ASSERT_LT(0, attribute_read("/proc/sys/kernel", "printk", printk, sizeof(printk) - 1,
				    sizeof(printk)));
	ASSERT_TRUE(put("/proc/sys/kernel/printk", "1"));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid)
		_exit(-read_in_little_memory(&self->f));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_TRUE(put("/proc/sys/kernel/printk", printk));
	while ((n = read(log, record, sizeof(record) - 1)) > 0) {
		record[n] = '\0';
		EXPECT_EQ(NULL, strstr(record, "WARNING:"));
		EXPECT_EQ(NULL, strstr(record, "page allocation failure"));
	}
	close(log);
	EXPECT_TRUE(WIFEXITED(status));
	EXPECT_EQ(ENOMEM, WEXITSTATUS(status));
	EXPECT_EQ(0, rmdir(CGROUP));
}

FIXTURE(timeout) {
	unsigned int ms;
};

FIXTURE_SETUP(timeout)
{
	if (access(TOKEN_TIMEOUT, F_OK))
		SKIP(return, "realm_tsm is not loaded");
	self->ms = token_timeout(_metadata);
}

FIXTURE_TEARDOWN(timeout)
{
	if (self->ms)
		token_timeout_set(_metadata, self->ms);
}

static int timeout_write(const char *text)
{
	int fd = open(TOKEN_TIMEOUT, O_WRONLY | O_CLOEXEC);
	int err = write(fd, text, strlen(text)) < 0 ? errno : 0;

	close(fd);

	return err;
}

TEST_F(timeout, range)
{
	static const struct {
		const char *text;
		int err;
	} values[] = {
		{ "1", 0 }, { "60000", 0 }, { "0", EINVAL }, { "60001", EINVAL }, { "-1", EINVAL },
		{ "soon", EINVAL }, { "1 2", EINVAL }, { "4294967296", ERANGE },
		{ "18446744073709551616", ERANGE },
	};

	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		token_timeout_set(_metadata, 777);
		EXPECT_EQ(values[i].err, timeout_write(values[i].text))
			TH_LOG("\"%s\"", values[i].text);
		EXPECT_EQ(values[i].err ? 777 : strtoul(values[i].text, NULL, 10),
			  token_timeout(_metadata));
	}
}

TEST_HARNESS_MAIN
