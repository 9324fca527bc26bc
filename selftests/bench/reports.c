// SPDX-License-Identifier: GPL-2.0-only
/*
 * reports WAY CALLERS SECONDS: so many callers, a CPU each, take reports through configfs
 * or netlink for so long; prints how many reports there were in 1000 seconds.
 */
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "nl.h"

#define REPORTS	"/sys/kernel/config/tsm/report/"

static __u8 challenge[64];
static struct nl nl;
static char dir[64], inblob[80], outblob[80];

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void configfs_begin(int caller)
{
	snprintf(dir, sizeof(dir), REPORTS "bench%d", caller);
	snprintf(inblob, sizeof(inblob), "%s/inblob", dir);
	snprintf(outblob, sizeof(outblob), "%s/outblob", dir);
	if (mkdir(dir, 0700))
		die(dir);
}

static void configfs(void)
{
	static __u8 token[65536];
	ssize_t n, size = 0;
	int fd = open(inblob, O_WRONLY);

	if (fd < 0 || write(fd, challenge, sizeof(challenge)) != sizeof(challenge) || close(fd))
		die("inblob");
	fd = open(outblob, O_RDONLY);
	if (fd < 0)
		die("outblob");
	while ((n = read(fd, token + size, sizeof(token) - size)) > 0)
		size += n;
	if (n < 0 || !size)
		die("outblob");
	close(fd);
}

static void configfs_end(void)
{
	rmdir(dir);
}

static void netlink_begin(int caller)
{
	(void)caller;
	if (nl_open(&nl))
		die("realm-tsm");
}

static void netlink(void)
{
	static struct nl_reply reply;
	struct nl_msg msg;

	nl_begin(&nl, &msg, nl.family, REALM_TSM_CMD_REPORT_GET, 0);
	nl_put(&msg, REALM_TSM_A_REPORT_CHALLENGE, challenge, sizeof(challenge));
	errno = -nl_get(&nl, &msg, &reply);
	if (errno)
		die("report-get");
}

static void netlink_end(void)
{
	close(nl.fd);
}

static const struct {
	const char *name;
	void (*begin)(int caller);
	void (*report)(void);
	void (*end)(void);
} ways[] = {
	{ "configfs", configfs_begin, configfs, configfs_end },
	{ "netlink", netlink_begin, netlink, netlink_end },
};

static long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);

	return t.tv_sec * 1000000000L + t.tv_nsec;
}

/* Counts what was begun in time, and adds the part of the last one that was. */
static void call(size_t way, int caller, long start, long end, long *milli)
{
	long count = 0, last;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(caller, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("sched_setaffinity");
	challenge[0] = caller;
	ways[way].begin(caller);
	ways[way].report();
	while (now() < start)
		;
	for (last = now(); ; count++) {
		long at;

		ways[way].report();
		at = now();
		if (at >= end) {
			*milli = count * 1000 + (end - last) * 1000 / (at - last);
			break;
		}
		last = at;
	}
	ways[way].end();
	exit(0);
}

int main(int argc, char **argv)
{
	const int callers = argc == 4 ? atoi(argv[2]) : 0, seconds = argc == 4 ? atoi(argv[3]) : 0;
	long start = now() + 2000000000L, sum = 0, *milli;
	size_t way = 0;

	while (argc == 4 && way < ARRAY_SIZE(ways) && strcmp(argv[1], ways[way].name))
		way++;
	milli = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (callers < 1 || callers > 8 || seconds < 1 || way == ARRAY_SIZE(ways) || milli == MAP_FAILED) {
		fputs("usage: reports configfs|netlink CALLERS SECONDS\n", stderr);
		return 2;
	}
	for (int i = 0; i < callers; i++)
		if (!fork())
			call(way, i, start, start + seconds * 1000000000L, &milli[i]);
	for (int i = 0; i < callers; i++) {
		int status;

		if (wait(&status) < 0 || status)
			return 1;
	}
	for (int i = 0; i < callers; i++)
		sum += milli[i];
	printf("%s %d %ld\n", argv[1], callers, sum / seconds);

	return 0;
}
