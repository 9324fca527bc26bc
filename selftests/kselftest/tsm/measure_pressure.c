// SPDX-License-Identifier: GPL-2.0-only
/*
 * Extensions by every door while CPUs come and go, signals arrive and callers are
 * killed, at many points in time: each is whole or has not happened.
 */
#include <signal.h>
#include <sys/time.h>
#include <time.h>

#include "cpu.h"
#include "writers.h"

#define SECONDS		5
#define SWITCHES	11	/* at least, however slow the machine */
#define SWITCH_US	50000
#define SIGNALS		900	/* extensions, each with a signal in it */
#define SIGNAL_STEP_US	3
#define KILLS		300
#define KILL_STEP_US	10

FIXTURE(pressure) {
	struct measure m;
	struct nl nl;
	struct writers *writers;
	char limit[16];
};

FIXTURE_SETUP(pressure)
{
	measure_setup(_metadata, &self->m);
	if (_metadata->exit_code)
		return;
	ASSERT_EQ(0, nl_open(&self->nl));
	ASSERT_EQ(0, text_read(LOG_LIMIT, self->limit, sizeof(self->limit)));
	ASSERT_EQ(0, text_write(LOG_LIMIT, LIMIT_MAX));
	self->writers = writers_make(_metadata);
}

FIXTURE_TEARDOWN(pressure)
{
	if (!self->limit[0])
		return;
	for (int slot = 0; slot < DOORS; slot++)
		extend_configfs_end(slot);
	EXPECT_EQ(0, text_write(LOG_LIMIT, self->limit));
	check_log(_metadata, &self->m);
}

static void nothing(int sig)
{
	(void)sig;
}

/* Signals that are handled interrupt nothing: each extension is made, once. */
TEST_F_TIMEOUT(pressure, signals_at_every_point, 120)
{
	struct sigaction action = { .sa_handler = nothing };	/* no SA_RESTART */
	long before = check_log(_metadata, &self->m);
	__u8 digest[VALUE_MAX];
	int err;

	ASSERT_EQ(0, sigaction(SIGALRM, &action, NULL));
	for (int i = 0; i < SIGNALS; i++) {
		struct itimerval timer = { .it_value.tv_usec = 1 + i / DOORS * SIGNAL_STEP_US };

		digest_fill(digest, i);
		ASSERT_EQ(0, setitimer(ITIMER_REAL, &timer, NULL));
		err = extend_by(i % DOORS, &self->m, &self->nl, 0, i / DOORS, digest);
		ASSERT_EQ(0, err)
			TH_LOG("%s, a signal after %d us", doors[i % DOORS],
			       (int)timer.it_value.tv_usec);
	}
	setitimer(ITIMER_REAL, &(struct itimerval){}, NULL);
	EXPECT_EQ(before + SIGNALS, check_log(_metadata, &self->m));
}

/* Of one who is killed, register and log have the same. */
TEST_F_TIMEOUT(pressure, killed_at_every_point, 240)
{
	long records = check_log(_metadata, &self->m), more;

	for (int i = 0; i < KILLS; i++) {
		enum door door = i % DOORS;
		__u8 digest[VALUE_MAX];
		int ready[2], status;
		pid_t pid;
		char c;

		ASSERT_EQ(0, pipe(ready));
		pid = fork();
		ASSERT_LE(0, pid);
		if (!pid) {
			digest_fill(digest, i);
			write(ready[1], "", 1);
			_exit(!!extend_by(door, &self->m, &self->nl, door, i / DOORS, digest));
		}
		ASSERT_EQ(1, read(ready[0], &c, 1));
		usleep(i / DOORS * KILL_STEP_US);
		kill(pid, SIGKILL);
		ASSERT_EQ(pid, waitpid(pid, &status, 0));
		EXPECT_TRUE(!status || (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL))
			TH_LOG("%s: status %#x", doors[door], status);
		close(ready[0]);
		close(ready[1]);
		/* its answers were for it: the socket is the same */
		close(self->nl.fd);
		ASSERT_EQ(0, nl_open(&self->nl));
		more = check_log(_metadata, &self->m);
		ASSERT_TRUE(more == records || more == records + 1);
		ASSERT_TRUE(status || more == records + 1);
		records = more;
	}
}

TEST_F_TIMEOUT(pressure, cpus_come_and_go, 120)
{
	const int cpus = sysconf(_SC_NPROCESSORS_ONLN);
	const time_t until = time(NULL) + SECONDS;
	long before = check_log(_metadata, &self->m), switched = 0;

	if (cpus < 2)
		SKIP(return, "one CPU: none can go offline");
	writers_start(_metadata, self->writers, &self->m);
	for (int cpu = 1; time(NULL) < until || switched < SWITCHES; cpu = cpu % (cpus - 1) + 1) {
		EXPECT_EQ(0, cpu_switch(cpu, "0"));
		usleep(SWITCH_US);
		EXPECT_EQ(0, cpu_switch(cpu, "1"));
		usleep(SWITCH_US);
		switched++;
	}
	writers_end(_metadata, self->writers);
	EXPECT_EQ(cpus, sysconf(_SC_NPROCESSORS_ONLN));
	TH_LOG("%ld times a CPU offline, %ld records", switched,
	       check_log(_metadata, &self->m) - before);
}

TEST_HARNESS_MAIN
