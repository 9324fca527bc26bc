// SPDX-License-Identifier: GPL-2.0-only
/*
 * 64 processes take reports at once while CPUs go offline and online and callers
 * are killed: every answer is a whole token with the caller's own challenge, or
 * a documented error, and nothing is left behind.
 *
 * TSM_STRESS_SECONDS in the environment: how long (8).
 */
#include <dirent.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/random.h>

#include "cpu.h"
#include "provider.h"

#define CALLERS		64
/*
 * Every so many callers make and remove their directory for each report. More of
 * them would wait for each other and not for tokens: the kernel takes a lock over
 * all names in report/ and, under it, a dozen times the one over all reports.
 */
#define MAKER_EVERY	16
#define KILL_EVERY_US	30000
#define OFFLINE_US	100000

/* What callers of a CPU that comes and goes may be told; killed ones are told nothing. */
static const int documented[] = { ETIMEDOUT, ECANCELED };

struct tally {
	atomic_bool stop;
	atomic_long whole, documented, kills, killed_reading, offline;
	atomic_long wrong;
	atomic_int wrong_errno, wrong_step;
	atomic_bool reading[CALLERS];	/* outblob */
};

enum {
	STEP_MKDIR, STEP_RANDOM, STEP_INBLOB, STEP_OUTBLOB, STEP_WHOLENESS, STEP_CHALLENGE,
	STEP_RMDIR, STEP_OFFLINE, STEP_ONLINE,
};

static const char *const steps[] = {
	"mkdir", "getrandom", "inblob", "outblob", "wholeness", "own challenge",
	"rmdir", "CPU offline", "CPU online",
};

FIXTURE(stress) {
	struct tally *tally;
	pid_t callers[CALLERS];
	bool killed[CALLERS];
	int kept;	/* report directories of others */
};

static void caller_dir(char *dir, size_t size, int number)
{
	snprintf(dir, size, REPORT "/stress-%d", number);
}

static bool makes_directories(int number)
{
	return number % MAKER_EVERY == 0;
}

static void wrong(struct tally *tally, int step, int err)
{
	atomic_store(&tally->wrong_step, step);
	atomic_store(&tally->wrong_errno, err);
	atomic_fetch_add(&tally->wrong, 1);
}

static bool is_documented(int err)
{
	for (size_t i = 0; i < ARRAY_SIZE(documented); i++)
		if (err == documented[i])
			return true;

	return false;
}

static void take_report(struct tally *tally, int number, const char *dir)
{
	static __u8 challenge[CHALLENGE_SIZE], token[TOKEN_MAX];
	ssize_t size;
	int err;

	if (getrandom(challenge, sizeof(challenge), 0) != sizeof(challenge))
		return wrong(tally, STEP_RANDOM, errno);
	err = inblob_write(dir, challenge, sizeof(challenge));
	if (err)
		return wrong(tally, STEP_INBLOB, -err);
	atomic_store(&tally->reading[number], true);
	size = attribute_read(dir, "outblob", token, TOKEN_MAX, TOKEN_MAX);
	atomic_store(&tally->reading[number], false);
	if (size < 0 && is_documented(-size))
		atomic_fetch_add(&tally->documented, 1);
	else if (size < 0)
		wrong(tally, STEP_OUTBLOB, -size);
	else if (!token_is_whole(token, size))
		wrong(tally, STEP_WHOLENESS, 0);
	else if (!token_has_challenge(token, size, challenge))
		wrong(tally, STEP_CHALLENGE, 0);
	else
		atomic_fetch_add(&tally->whole, 1);
}

static bool ended(struct tally *tally)
{
	return atomic_load(&tally->stop) || atomic_load(&tally->wrong);
}

static pid_t start_caller(struct tally *tally, int number)
{
	pid_t pid = fork();
	char dir[64];

	if (pid)
		return pid;
	caller_dir(dir, sizeof(dir), number);
	/* of one that was killed */
	if (makes_directories(number))
		rmdir(dir);
	while (!ended(tally)) {
		if (makes_directories(number) && mkdir(dir, 0700))
			wrong(tally, STEP_MKDIR, errno);
		take_report(tally, number, dir);
		if (makes_directories(number) && rmdir(dir))
			wrong(tally, STEP_RMDIR, errno);
	}
	_exit(0);
}

/* All but CPU 0, one after the other; all are online again at the end. */
static pid_t start_switching(struct tally *tally, int cpus)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	for (int cpu = 1; !atomic_load(&tally->stop); cpu = cpu % (cpus - 1) + 1) {
		int err = cpu_switch(cpu, "0");

		if (err)
			wrong(tally, STEP_OFFLINE, err);
		usleep(OFFLINE_US);
		err = cpu_switch(cpu, "1");
		if (err)
			wrong(tally, STEP_ONLINE, err);
		atomic_fetch_add(&tally->offline, 1);
		usleep(OFFLINE_US);
	}
	_exit(0);
}

static int count_reports(void)
{
	struct dirent *entry;
	DIR *dir = opendir(REPORT);
	int count = 0;

	if (!dir)
		return -1;
	while ((entry = readdir(dir)))
		count += entry->d_name[0] != '.';
	closedir(dir);

	return count;
}

FIXTURE_SETUP(stress)
{
	char dir[64];

	report_make(_metadata, dir, sizeof(dir), "stress");
	if (_metadata->exit_code)
		return;
	rmdir(dir);
	/* what is documented is what realm_tsm answers */
	if (!provider_is_realm_tsm())
		SKIP(return, "realm_tsm is not the provider of reports");
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		SKIP(return, "one CPU: none can go offline");
	self->kept = count_reports();
	self->tally = mmap(NULL, sizeof(*self->tally), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->tally);
}

FIXTURE_TEARDOWN(stress)
{
}

/*
 * Every other time one of those who read, if anybody does. Who is killed while it
 * waits for the lock of the tsm core dies once it has it: not waited for here.
 */
static void kill_somebody(struct tally *tally, const pid_t *callers, bool *killed)
{
	int number = rand() % CALLERS;

	for (int i = 0; i < CALLERS && rand() % 2; i++) {
		number = (number + i) % CALLERS;
		if (atomic_load(&tally->reading[number]))
			break;
	}
	if (killed[number])
		return;
	killed[number] = true;
	atomic_fetch_add(&tally->kills, 1);
	atomic_fetch_add(&tally->killed_reading, atomic_load(&tally->reading[number]));
	kill(callers[number], SIGKILL);
}

static void replace_killed(struct __test_metadata *_metadata, struct tally *tally, pid_t *callers,
			   bool *killed)
{
	for (int i = 0; i < CALLERS; i++) {
		if (!killed[i] || waitpid(callers[i], NULL, WNOHANG) != callers[i])
			continue;
		atomic_store(&tally->reading[i], false);
		killed[i] = false;
		callers[i] = start_caller(tally, i);
		ASSERT_LT(0, callers[i]);
	}
}

TEST_F_TIMEOUT(stress, whole_or_documented, 600)
{
	const char *seconds = getenv("TSM_STRESS_SECONDS");
	const int cpus = sysconf(_SC_NPROCESSORS_ONLN);
	struct tally *tally = self->tally;
	unsigned int until;
	__u8 challenge[CHALLENGE_SIZE];
	static __u8 token[TOKEN_MAX];
	char dir[64];
	pid_t switching;
	int status;

	for (int i = 0; i < CALLERS; i++) {
		caller_dir(dir, sizeof(dir), i);
		ASSERT_TRUE(makes_directories(i) || !mkdir(dir, 0700));
	}
	for (int i = 0; i < CALLERS; i++) {
		self->callers[i] = start_caller(tally, i);
		ASSERT_LT(0, self->callers[i]);
	}
	switching = start_switching(tally, cpus);
	ASSERT_LT(0, switching);

	/* from when all are there: on a slow kernel that takes as long again */
	until = now_ms() + 1000 * (seconds ? atoi(seconds) : 8);
	while (now_ms() < until && !atomic_load(&tally->wrong)) {
		usleep(KILL_EVERY_US);
		kill_somebody(tally, self->callers, self->killed);
		replace_killed(_metadata, tally, self->callers, self->killed);
	}
	atomic_store(&tally->stop, true);
	for (int i = 0; i < CALLERS; i++) {
		ASSERT_EQ(self->callers[i], waitpid(self->callers[i], &status, 0));
		EXPECT_EQ(self->killed[i] ? SIGKILL : 0, status);
		caller_dir(dir, sizeof(dir), i);
		ASSERT_TRUE(!rmdir(dir) || (makes_directories(i) && errno == ENOENT))
			TH_LOG("%s: errno %d", dir, errno);
	}
	ASSERT_EQ(switching, waitpid(switching, &status, 0));
	EXPECT_EQ(0, status);

	ksft_print_msg("%ld whole tokens, %ld documented errors\n", tally->whole,
		       tally->documented);
	ksft_print_msg("%ld callers killed, %ld of them while reading; %ld times a CPU offline\n",
		       tally->kills, tally->killed_reading, tally->offline);
	EXPECT_EQ(0, tally->wrong)
		TH_LOG("%s: errno %d", steps[tally->wrong_step], tally->wrong_errno);
	EXPECT_LT(0, tally->whole);
	EXPECT_LT(0, tally->killed_reading);
	EXPECT_LT(0, tally->offline);
	EXPECT_EQ(cpus, sysconf(_SC_NPROCESSORS_ONLN));
	EXPECT_EQ(self->kept, count_reports());

	/* and it still works, on each CPU */
	report_make(_metadata, dir, sizeof(dir), "after");
	for (int cpu = 0; cpu < cpus; cpu++) {
		cpu_set_t set;

		CPU_ZERO(&set);
		CPU_SET(cpu, &set);
		ASSERT_EQ(0, sched_setaffinity(0, sizeof(set), &set));
		challenge_fill(challenge, cpu);
		EXPECT_LT(0, report_take(dir, challenge, token))
			TH_LOG("CPU %d", cpu);
	}
	EXPECT_EQ(0, rmdir(dir));
}

TEST_HARNESS_MAIN
