// SPDX-License-Identifier: GPL-2.0-only
/*
 * extend DOOR COUNT: extends a register COUNT times through one door and prints how many
 * nanoseconds each took.
 *
 *	pair		no door: the two calls to the RMM that an extension takes, a
 *			read and the extend itself, through raw_rsi.ko
 *	sysfs		the register's file, which stays open
 *	netlink		event-add of a bare digest, on one socket
 *	configfs	an event: mkdir, three fields, commit, rmdir
 */
#include <fcntl.h>
#include <glob.h>
#include <sched.h>
#include <sys/stat.h>
#include <time.h>

#include "nl.h"

#define DIGEST_SIZE	32	/* of a SHA-256 realm */
#define EVENT		"/sys/kernel/config/tsm-measurements/rem2/bench"
#define RSI_READ	0xc4000192
#define RSI_EXTEND	0xc4000193

static __u8 digest[DIGEST_SIZE];

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void file_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text) || close(fd))
		die(path);
}

static int fd;
static struct nl nl;

static void pair_begin(void)
{
	fd = open("/sys/kernel/debug/raw_rsi/call", O_RDWR);
	if (fd < 0)
		die("raw_rsi");
}

static void pair(void)
{
	__u64 read[18] = { RSI_READ, 4 }, extend[18] = { RSI_EXTEND, 4, DIGEST_SIZE };

	memcpy(&extend[3], digest, sizeof(digest));
	if (pwrite(fd, read, sizeof(read), 0) != sizeof(read) ||
	    pwrite(fd, extend, sizeof(extend), 0) != sizeof(extend))
		die("call");
}

static void sysfs_begin(void)
{
	glob_t found;

	if (glob("/sys/devices/virtual/misc/*/measurements/rem0:sha256", 0, NULL, &found))
		die("rem0:sha256");
	fd = open(found.gl_pathv[0], O_WRONLY);
	if (fd < 0)
		die(found.gl_pathv[0]);
}

static void sysfs(void)
{
	if (pwrite(fd, digest, sizeof(digest), 0) != sizeof(digest))
		die("rem0");
}

static void netlink_begin(void)
{
	if (nl_open(&nl))
		die("realm-tsm");
}

static void netlink(void)
{
	static struct nl_reply reply;
	struct nl_msg msg;

	nl_begin(&nl, &msg, nl.family, REALM_TSM_CMD_EVENT_ADD, 0);
	nl_put_u32(&msg, REALM_TSM_A_EVENT_INDEX, 2);
	nl_put(&msg, REALM_TSM_A_EVENT_DIGEST, digest, sizeof(digest));
	errno = -nl_get(&nl, &msg, &reply);
	if (errno)
		die("event-add");
}

static void nothing(void)
{
}

static void configfs(void)
{
	if (mkdir(EVENT, 0700))
		die(EVENT);
	file_write(EVENT "/domain", "bench.example.org");
	file_write(EVENT "/operation", "Extend");
	file_write(EVENT "/content", "of a usual length, an image's name and its digest");
	file_write(EVENT "/commit", "1");
	if (rmdir(EVENT))
		die("rmdir " EVENT);
}

static const struct {
	const char *name;
	void (*begin)(void);
	void (*extend)(void);
} doors[] = {
	{ "pair", pair_begin, pair },
	{ "sysfs", sysfs_begin, sysfs },
	{ "netlink", netlink_begin, netlink },
	{ "configfs", nothing, configfs },
};

static long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);

	return t.tv_sec * 1000000000L + t.tv_nsec;
}

int main(int argc, char **argv)
{
	const int count = argc == 3 ? atoi(argv[2]) : 0;
	size_t door = 0;
	cpu_set_t set;
	long start;

	while (argc == 3 && door < ARRAY_SIZE(doors) && strcmp(argv[1], doors[door].name))
		door++;
	CPU_ZERO(&set);
	CPU_SET(1, &set);
	if (count < 1 || door == ARRAY_SIZE(doors) || sched_setaffinity(0, sizeof(set), &set)) {
		fputs("usage: extend pair|sysfs|netlink|configfs COUNT\n", stderr);
		return 2;
	}
	doors[door].begin();
	/* what is done once belongs to nobody's extension */
	doors[door].extend();
	start = now();
	for (int i = 0; i < count; i++) {
		memcpy(digest, &i, sizeof(i));
		doors[door].extend();
	}
	printf("%s %ld\n", argv[1], (now() - start) / count);

	return 0;
}
