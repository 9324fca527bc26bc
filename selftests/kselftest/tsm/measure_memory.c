// SPDX-License-Identifier: GPL-2.0-only
/*
 * Extensions by every door while memory is short: whoever allocates has to reclaim
 * first. All succeed, for of small sizes the kernel gives what it can have back.
 */
#include <stdio.h>
#include <sys/stat.h>

#include "writers.h"

#define SECONDS		10
#define FILL_SECONDS	60
#define SPARE		(64 << 20)	/* bytes to have back; KASAN keeps up to a 32nd of all */

FIXTURE(memory) {
	struct measure m;
	struct writers *writers;
	char limit[16];
};

FIXTURE_SETUP(memory)
{
	measure_setup(_metadata, &self->m);
	if (_metadata->exit_code)
		return;
	ASSERT_EQ(0, text_read(LOG_LIMIT, self->limit, sizeof(self->limit)));
	ASSERT_EQ(0, text_write(LOG_LIMIT, LIMIT_MAX));
	self->writers = writers_make(_metadata);
}

FIXTURE_TEARDOWN(memory)
{
	if (!self->limit[0])
		return;
	EXPECT_EQ(0, text_write(LOG_LIMIT, self->limit));
	check_log(_metadata, &self->m);
}

/* The sum of NAME's numbers in a file of lines "NAME NUMBER", or -1. */
static long sum_of(const char *path, const char *name)
{
	char line[256], word[64];
	FILE *file = fopen(path, "re");
	long sum = -1, number;

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%63s %ld", word, &number) == 2 && !strcmp(word, name))
			sum = (sum < 0 ? 0 : sum) + number;
	}
	if (file)
		fclose(file);

	return sum;
}

static long slabs_scanned(void)
{
	return sum_of("/proc/vmstat", "slabs_scanned");
}

/*
 * All but a little of the memory for itself, and then names that are not in sysfs: the
 * kernel remembers each, and forgets them when it looks for memory. So all others find
 * some, and nobody has to be killed.
 */
static void fill_on(const bool *stop)
{
	const long reserve = sysconf(_SC_PAGESIZE) * sum_of("/proc/zoneinfo", "high");
	const long cma = 1024 * sum_of("/proc/meminfo", "CmaFree:");	/* free, but for few */
	const long free = 1024 * sum_of("/proc/meminfo", "MemFree:");
	const long size = free - (cma > 0 ? cma : 0) - reserve - SPARE;
	char path[256];
	struct stat st;

	/* the first to be killed, if it comes to that */
	if (text_write("/proc/self/oom_score_adj", "1000"))
		_exit(1);
	if (size > 0 && mmap(NULL, size, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0) == MAP_FAILED)
		_exit(2);
	for (unsigned int i = 0; !__atomic_load_n(stop, __ATOMIC_RELAXED); i++) {
		/* long, so that there are fewer of them */
		snprintf(path, sizeof(path), "/sys/kernel/none%0200u", i);
		if (!stat(path, &st))
			_exit(3);
	}
	_exit(0);
}

TEST_F_TIMEOUT(memory, is_short, 200)
{
	const long before = check_log(_metadata, &self->m);
	const long scanned = slabs_scanned();
	unsigned long made = 0;
	long reclaimed = 0;
	pid_t filler;
	int status;

	ASSERT_LE(0, scanned);
	filler = fork_bound();
	ASSERT_LE(0, filler);
	if (!filler)
		fill_on(&self->writers->stop);
	for (int s = 0; s < FILL_SECONDS && !reclaimed; s++) {
		sleep(1);
		reclaimed = slabs_scanned() - scanned;
	}
	if (reclaimed) {
		writers_start(_metadata, self->writers, &self->m);
		sleep(SECONDS);
		made = writers_end(_metadata, self->writers);
		reclaimed = slabs_scanned() - scanned;
	}
	__atomic_store_n(&self->writers->stop, true, __ATOMIC_RELAXED);
	ASSERT_EQ(filler, waitpid(filler, &status, 0));
	EXPECT_EQ(0, status);
	if (!reclaimed)
		SKIP(return, "memory was not short after %d s: a slow kernel", FILL_SECONDS);
	EXPECT_EQ(before + made, check_log(_metadata, &self->m));
	ksft_print_msg("%ld slab objects looked at, %ld records\n", reclaimed, made);
}

TEST_HARNESS_MAIN
