// SPDX-License-Identifier: GPL-2.0-only
/*
 * report_latency COUNT: takes COUNT reports on CPU 1 and prints two numbers, the
 * median and the mean of the nanoseconds from inblob's open to outblob's end.
 */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define DIR	"/sys/kernel/config/tsm/report/latency"

static void die(const char *what)
{
	perror(what);
	rmdir(DIR);
	exit(1);
}

static long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);

	return t.tv_sec * 1000000000L + t.tv_nsec;
}

static void take_report(unsigned int number)
{
	static unsigned char challenge[64], token[65536];
	ssize_t n, size = 0;
	int fd;

	*(unsigned int *)challenge = number;
	fd = open(DIR "/inblob", O_WRONLY);
	if (fd < 0 || write(fd, challenge, sizeof(challenge)) != sizeof(challenge))
		die("inblob");
	close(fd);
	fd = open(DIR "/outblob", O_RDONLY);
	while ((n = read(fd, token + size, sizeof(token) - size)) > 0)
		size += n;
	if (n < 0 || !size)
		die("outblob");
	close(fd);
}

static int compare(const void *a, const void *b)
{
	const long x = *(const long *)a, y = *(const long *)b;

	return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
	const int count = argc == 2 ? atoi(argv[1]) : 0;
	long *times = calloc(count + 1, sizeof(*times)), sum = 0;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(1, &set);
	if (count < 1 || !times || sched_setaffinity(0, sizeof(set), &set) || mkdir(DIR, 0700))
		die("report_latency COUNT");
	/* what is done once in a driver's life belongs to nobody's latency */
	take_report(0);
	for (int i = 0; i < count; i++) {
		const long start = now();

		take_report(i + 1);
		times[i] = now() - start;
		sum += times[i];
	}
	rmdir(DIR);
	qsort(times, count, sizeof(*times), compare);
	printf("%ld %ld\n", times[count / 2], sum / count);

	return 0;
}
