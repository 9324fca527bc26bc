// SPDX-License-Identifier: GPL-2.0-only
/*
 * Suspend to idle, at many points in time, while registers are extended by every door,
 * reports are taken and somebody waits for events: to none of them anything happened.
 * By pm_test tasks are frozen and thawed, and no more is done: of what follows in a
 * suspend the module has no part.
 */
#include "provider.h"
#include "writers.h"

#define PM_TEST		"/sys/power/pm_test"
#define DELAY		"/sys/module/suspend/parameters/pm_test_delay"
#define STATE		"/sys/power/state"
#define TIMES		100
#define STEP_US		700
#define TAKERS		2
#define QUIET_MS	5000

static struct others {
	unsigned long tokens[TAKERS], watched;
} *others;

FIXTURE(suspend) {
	struct measure m;
	struct writers *writers;
	struct nl watched;
	char dirs[TAKERS][64], delay[16];
	pid_t takers[TAKERS], watcher;
};

static bool offers(const char *path, const char *word)
{
	char text[128] = "";

	text_read(path, text, sizeof(text));

	return strstr(text, word);
}

FIXTURE_SETUP(suspend)
{
	measure_setup(_metadata, &self->m);
	if (_metadata->exit_code)
		return;
	if (!provider_is_realm_tsm())
		SKIP(return, "realm_tsm is not the provider of reports");
	if (!offers(STATE, "freeze"))
		SKIP(return, "the kernel does not suspend");
	if (!offers(PM_TEST, "freezer"))
		SKIP(return, "nothing would wake it up: the kernel was built without PM_DEBUG");
	others = mmap(NULL, sizeof(*others), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	ASSERT_NE(MAP_FAILED, others);
	self->writers = writers_make(_metadata);
	for (int i = 0; i < TAKERS; i++) {
		snprintf(self->dirs[i], sizeof(self->dirs[i]), REPORT "/suspend-%d", i);
		ASSERT_EQ(0, mkdir(self->dirs[i], 0700));
	}
	ASSERT_EQ(0, nl_open(&self->watched));
	ASSERT_EQ(0, nl_subscribe(&self->watched));
	ASSERT_EQ(0, text_read(DELAY, self->delay, sizeof(self->delay)));
	ASSERT_EQ(0, text_write(DELAY, "0"));
	ASSERT_EQ(0, text_write(PM_TEST, "freezer"));
}

FIXTURE_TEARDOWN(suspend)
{
	if (!self->delay[0])
		return;
	EXPECT_EQ(0, text_write(PM_TEST, "none"));
	EXPECT_EQ(0, text_write(DELAY, self->delay));
	for (int i = 0; i < TAKERS; i++)
		EXPECT_EQ(0, rmdir(self->dirs[i]));
	check_log(_metadata, &self->m);
}

/* Exits with the errno of a report that was none. */
static void take_on(const char *dir, unsigned long *tokens, const bool *stop)
{
	static __u8 token[TOKEN_MAX];
	__u8 challenge[CHALLENGE_SIZE];

	while (!__atomic_load_n(stop, __ATOMIC_RELAXED)) {
		ssize_t size;

		challenge_fill(challenge, *tokens);
		size = report_take(dir, challenge, token);
		if (size <= 0)
			_exit(-size);
		__atomic_add_fetch(tokens, 1, __ATOMIC_RELAXED);
	}
	_exit(0);
}

/* One event a record, in order, from the next one on: waits for each without end. */
static void watch_on(const struct nl *nl, __u32 record)
{
	static __u8 buf[8192];
	struct nl_attrs attrs;

	for (;;) {
		if (recv(nl->fd, buf, sizeof(buf), 0) < 0)
			_exit(errno);
		nl_parse((void *)buf, &attrs);
		if (nl_u32(&attrs, REALM_TSM_A_EVENT_RECORD) != ++record)
			_exit(EBADMSG);
		__atomic_add_fetch(&others->watched, 1, __ATOMIC_RELAXED);
	}
}

TEST_F_TIMEOUT(suspend, with_users, 120)
{
	long records = check_log(_metadata, &self->m);
	unsigned long made, frozen = 0;
	unsigned int until;
	int status, err;

	self->watcher = fork_bound();
	if (!self->watcher)
		watch_on(&self->watched, records);
	for (int i = 0; i < TAKERS; i++) {
		self->takers[i] = fork_bound();
		if (!self->takers[i])
			take_on(self->dirs[i], &others->tokens[i], &self->writers->stop);
	}
	writers_start(_metadata, self->writers, &self->m);
	do {
		usleep(frozen * STEP_US);
		err = text_write(STATE, "freeze");
	} while (!err && ++frozen < TIMES);
	EXPECT_EQ(0, err)
		TH_LOG("time %ld", frozen);

	made = writers_end(_metadata, self->writers);
	for (int i = 0; i < TAKERS; i++) {
		ASSERT_EQ(self->takers[i], waitpid(self->takers[i], &status, 0));
		EXPECT_EQ(0, status)
			TH_LOG("no report: %s", strerror(WEXITSTATUS(status)));
		EXPECT_LT(0, others->tokens[i]);
	}
	until = now_ms() + QUIET_MS;
	while (__atomic_load_n(&others->watched, __ATOMIC_RELAXED) < made && now_ms() < until)
		usleep(1000);
	EXPECT_EQ(made, others->watched);
	kill(self->watcher, SIGKILL);
	ASSERT_EQ(self->watcher, waitpid(self->watcher, &status, 0));
	EXPECT_EQ(SIGKILL, status)
		TH_LOG("the one who watches: %s", strerror(WEXITSTATUS(status)));
	EXPECT_EQ(records + made, check_log(_metadata, &self->m));
	ksft_print_msg("%ld times frozen, %ld records, %ld and %ld tokens\n", frozen, made,
		       others->tokens[0], others->tokens[1]);
}

TEST_HARNESS_MAIN
