/* SPDX-License-Identifier: GPL-2.0-only */
/* A report of configfs-tsm, by the system calls that an agent makes. */
#ifndef REPORT_H
#define REPORT_H

#include <fcntl.h>
#include <sys/stat.h>

#include "kselftest_harness.h"
#include "token.h"

#define REPORT		"/sys/kernel/config/tsm/report"
#define PROVIDER	"arm_cca_guest\n"

static inline void report_make(struct __test_metadata *_metadata, char *dir, size_t size,
			       const char *name)
{
	snprintf(dir, size, REPORT "/%s-%d", name, getpid());
	if (!mkdir(dir, 0700))
		return;
	if (errno == ENOENT)
		SKIP(return, "no configfs-tsm: is configfs mounted, and tsm_report loaded?");
	if (errno == ENXIO)
		SKIP(return, "no report provider is loaded");
	ASSERT_EQ(0, errno)
		TH_LOG("mkdir %s", dir);
}

static inline int attribute_open(const char *dir, const char *name, int flags)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);

	return open(path, flags | O_CLOEXEC, 0666);
}

/* Bytes read to the end in pieces of at most chunk, or a negative errno. */
static inline ssize_t attribute_read(const char *dir, const char *name, void *buf, size_t size,
				     size_t chunk)
{
	int fd = attribute_open(dir, name, O_RDONLY);
	size_t total = 0;
	ssize_t n;

	if (fd < 0)
		return -errno;
	do {
		n = read(fd, (char *)buf + total, chunk < size - total ? chunk : size - total);
		if (n > 0)
			total += n;
	} while (n > 0 && total < size);
	n = n < 0 ? -errno : (ssize_t)total;
	close(fd);

	return n;
}

static inline int inblob_write(const char *dir, const void *data, size_t size)
{
	int fd = attribute_open(dir, "inblob", O_WRONLY);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, data, size) != (ssize_t)size)
		err = -errno;
	close(fd);

	return err;
}

static inline long generation(const char *dir)
{
	char text[32] = "";
	char *end;
	long value;

	if (attribute_read(dir, "generation", text, sizeof(text) - 1, sizeof(text)) <= 0)
		return -1;
	value = strtol(text, &end, 10);

	return *end == '\n' && !end[1] ? value : -1;
}

#endif /* REPORT_H */
