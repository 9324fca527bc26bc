// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "array_size.h"
#include "fakesys.h"

int __real_openat(int dir, const char *path, int flags, ...);
int __wrap_openat(int dir, const char *path, int flags, ...);
ssize_t __real_write(int fd, const void *buf, size_t len);
ssize_t __wrap_write(int fd, const void *buf, size_t len);
ssize_t __real_read(int fd, void *buf, size_t len);
ssize_t __wrap_read(int fd, void *buf, size_t len);
int __real_mkdirat(int dir, const char *path, mode_t mode);
int __wrap_mkdirat(int dir, const char *path, mode_t mode);
int __real_unlinkat(int dir, const char *path, int flags);
int __wrap_unlinkat(int dir, const char *path, int flags);

#define die(...) do { \
	fprintf(stderr, "fakesys: " __VA_ARGS__); \
	fputc('\n', stderr); \
	abort(); \
} while (0)

char fakesys_root[32];

char fakesys_trace[8192];
static const char *fault_at;
static int fault_err, fault_times;
int fakesys_moving;

static bool fault(const char *what, const char *name)
{
	char point[PATH_MAX + 8];

	snprintf(point, sizeof(point), "%s%s%s", what, *name ? " " : "", name);
	if (!fault_at || strcmp(point, fault_at) || !fault_times)
		return false;
	fault_times--;
	errno = fault_err;
	return true;
}

static const char *name_of(int fd, char *path)
{
	char link[40];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, PATH_MAX - 1);
	path[n < 0 ? 0 : n] = '\0';
	return strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
}

static bool is_ours(const char *path)
{
	return *fakesys_root && !strncmp(path, fakesys_root, strlen(fakesys_root));
}

static void note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static void note(const char *fmt, ...)
{
	size_t len = strlen(fakesys_trace);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(fakesys_trace + len, sizeof(fakesys_trace) - len, fmt, ap);
	va_end(ap);
}

int __wrap_openat(int dir, const char *path, int flags, ...)
{
	if (*fakesys_root && fault("open", path))
		return -1;
	return __real_openat(dir, path, flags, 0600);
}

ssize_t __wrap_write(int fd, const void *buf, size_t len)
{
	char path[PATH_MAX];
	const char *name = name_of(fd, path);

	if (!is_ours(path))
		return __real_write(fd, buf, len);
	if (fault("write", name))
		return fault_err ? -1 : (ssize_t)len - 1;
	if (len < 2100)
		note("%s=%.*s;", name, (int)len, (const char *)buf);
	return (ssize_t)len;
}

ssize_t __wrap_read(int fd, void *buf, size_t len)
{
	char path[PATH_MAX];
	const char *name = name_of(fd, path);
	ssize_t n;

	if (is_ours(path) && fault("read", name))
		return -1;
	n = __real_read(fd, buf, len);
	if (is_ours(path) && n > 0 && fakesys_moving && !strncmp(name, "rem1", 4))
		*(uint8_t *)buf ^= (uint8_t)fakesys_moving--;
	return n;
}

void fakesys_write(const char *path, const void *data, size_t len)
{
	char full[PATH_MAX], *slash;
	int fd;

	snprintf(full, sizeof(full), "%s%s", fakesys_root, path);
	slash = full + strlen(fakesys_root) + 1;
	for (; (slash = strchr(slash, '/')); *slash++ = '/') {
		*slash = '\0';
		__real_mkdirat(AT_FDCWD, full, 0755);
	}
	fd = __real_openat(AT_FDCWD, full, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || __real_write(fd, data, len) != (ssize_t)len)
		die("cannot write %s: %m", full);
	close(fd);
}

void fakesys_write_text(const char *path, const char *text)
{
	fakesys_write(path, text, strlen(text));
}

/* As the kernel makes an event: its attributes come with it. */
int __wrap_mkdirat(int dir, const char *path, mode_t mode)
{
	static const char *const names[] = { "domain", "operation", "content", "commit", "record" };
	char parent[PATH_MAX], below[PATH_MAX + 300];
	size_t i;

	name_of(dir, parent);
	if (fault("mkdir", ""))
		return -1;
	if (!is_ours(parent))
		return __real_mkdirat(dir, path, mode);
	note("mkdir;");
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(below, sizeof(below), "%s/%s/%s", parent + strlen(fakesys_root), path,
			 names[i]);
		fakesys_write_text(below, i == 4 ? "42\n" : "");
	}
	return 0;
}

int __wrap_unlinkat(int dir, const char *path, int flags)
{
	char parent[PATH_MAX], command[PATH_MAX + 300];

	name_of(dir, parent);
	if (!is_ours(parent) || !(flags & AT_REMOVEDIR))
		return __real_unlinkat(dir, path, flags);
	note("rmdir;");
	snprintf(command, sizeof(command), "rm -r '%s/%s'", parent, path);
	return system(command) ? -1 : 0;
}

void fakesys_begin(void)
{
	snprintf(fakesys_root, sizeof(fakesys_root), "/tmp/fakesys.XXXXXX");
	if (!mkdtemp(fakesys_root))
		die("mkdtemp: %m");
	fault_at = NULL;
	fakesys_moving = 0;
	fakesys_trace[0] = '\0';
}

int fakesys_end(void)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -r %s", fakesys_root);
	fakesys_root[0] = '\0';
	return system(command);
}

void fakesys_remove(const char *path)
{
	char command[PATH_MAX];

	snprintf(command, sizeof(command), "rm -r %s%s", fakesys_root, path);
	if (system(command))
		die("cannot remove %s", path);
}

void fakesys_fault(const char *at, int err, int times)
{
	fault_at = at;
	fault_err = err;
	fault_times = times;
}
