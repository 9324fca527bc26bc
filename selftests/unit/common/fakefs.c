// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>
#include <dirent.h>

#include "array_size.h"
#include "fakefs.h"

#define REPORTS		"/sys/kernel/config/tsm/report"
#define MAX_BLOB	1048576

int __real_openat(int dir, const char *path, int flags, ...);
ssize_t __real_read(int fd, void *buf, size_t len);
ssize_t __real_write(int fd, const void *buf, size_t len);
int __real_close(int fd);
int __real_mkdirat(int dir, const char *path, mode_t mode);
int __real_unlinkat(int dir, const char *path, int flags);
int __real_fstatat(int dir, const char *path, struct stat *st, int flags);
int __real_statfs(const char *path, struct statfs *fs);

int __wrap_openat(int dir, const char *path, int flags, ...);
ssize_t __wrap_read(int fd, void *buf, size_t len);
ssize_t __wrap_write(int fd, const void *buf, size_t len);
int __wrap_close(int fd);
int __wrap_mkdirat(int dir, const char *path, mode_t mode);
int __wrap_unlinkat(int dir, const char *path, int flags);
int __wrap_fstatat(int dir, const char *path, struct stat *st, int flags);
int __wrap_statfs(const char *path, struct statfs *fs);

char fake_root[64];

static struct fault {
	char point[32];
	int err, times, skip;
	bool hit;
} faults[8];
static size_t nfaults;

/* An open attribute. */
static struct file {
	bool used;
	char item[PATH_MAX];	/* its directory */
	char name[32];
	bool wrote, filled;
	uint8_t *data;
	size_t len, pos;
} files[1024];
static int fds_before;

#define die(...) do { \
	fprintf(stderr, "fakefs: " __VA_ARGS__); \
	fputc('\n', stderr); \
	abort(); \
} while (0)

/* --- small things over the real calls --- */

static char *at_root(char *path, const char *below)
{
	if (snprintf(path, PATH_MAX, "%s%s", fake_root, below) >= PATH_MAX)
		die("path too long");
	return path;
}

static ssize_t get(const char *path, void *data, size_t size)
{
	int fd = __real_openat(AT_FDCWD, path, O_RDONLY);
	ssize_t n;

	if (fd < 0)
		return -1;
	n = __real_read(fd, data, size);
	__real_close(fd);
	return n;
}

static void put(const char *path, const void *data, size_t len)
{
	int fd = __real_openat(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || __real_write(fd, data, len) != (ssize_t)len)
		die("cannot write %s: %m", path);
	__real_close(fd);
}

static unsigned long number_in(const char *path)
{
	char text[32] = "0";

	get(path, text, sizeof(text) - 1);
	return strtoul(text, NULL, 10);
}

static void put_number(const char *path, unsigned long n)
{
	char text[32];

	put(path, text, (size_t)snprintf(text, sizeof(text), "%lu\n", n));
}

/* The kernel's tsm_rwsem: one state, also between processes. */
static int lock_state(void)
{
	char path[PATH_MAX];
	int fd = __real_openat(AT_FDCWD, at_root(path, "/state.lock"), O_RDWR | O_CREAT, 0600);

	if (fd < 0 || flock(fd, LOCK_EX))
		die("no lock: %m");
	return fd;
}

static bool hit(const char *point)
{
	size_t i;

	for (i = 0; i < nfaults; i++) {
		struct fault *f = &faults[i];

		if (strcmp(f->point, point) || !f->times)
			continue;
		if (f->skip > 0) {
			f->skip--;
			continue;
		}
		if (f->times > 0)
			f->times--;
		f->hit = true;
		errno = f->err;
		return true;
	}
	return false;
}

/* --- what the kernel does --- */

static void make_attributes(const char *item)
{
	static const char *const names[] = {
		"inblob", "outblob", "auxblob", "generation", "provider"
	};
	char path[PATH_MAX + 32];
	struct stat st;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		at_root(path, "/auxblob");
		if (!strcmp(names[i], "auxblob") && stat(path, &st))
			continue;
		snprintf(path, sizeof(path), "%s/%s", item, names[i]);
		put(path, "0\n", strcmp(names[i], "generation") ? 0 : 2);
	}
}

static void path_of(int fd, char *path)
{
	char link[40];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, PATH_MAX - 1);
	path[n < 0 ? 0 : n] = '\0';
}

/*
 * An item comes and goes as a whole, as its parent is locked in the kernel: it is
 * made elsewhere, and what was removed lies elsewhere, dead for who has it open.
 */
static char *elsewhere(char *path, const char *folder, const char *item)
{
	char below[PATH_MAX];

	snprintf(below, sizeof(below), "/%s", folder);
	__real_mkdirat(AT_FDCWD, at_root(path, below), 0755);
	snprintf(below, sizeof(below), "/%s/%s.%d", folder, strrchr(item, '/') + 1, getpid());
	return at_root(path, below);
}

static int make_item(const char *item)
{
	char path[PATH_MAX];

	if (__real_mkdirat(AT_FDCWD, elsewhere(path, "new", item), 0755))
		die("mkdir %s: %m", path);
	make_attributes(path);
	return rename(path, item);
}

static int remove_item(const char *item)
{
	char path[PATH_MAX];

	return rename(item, elsewhere(path, "dead", item));
}

static bool is_dead(const char *path)
{
	char dead[PATH_MAX];

	return !strncmp(path, at_root(dead, "/dead/"), strlen(fake_root) + 6);
}

static void store_inblob(const char *item, const void *data, size_t len)
{
	char path[PATH_MAX + 32];
	struct stat st;
	int lock = lock_state();

	/* configfs: a dead item's write does not happen */
	snprintf(path, sizeof(path), "%s/generation", item);
	if (!stat(path, &st)) {
		put_number(path, number_in(path) + 1);
		snprintf(path, sizeof(path), "%s/inblob", item);
		put(path, data, len);
	}
	__real_close(lock);
}

static void intrude(const char *item)
{
	static const uint8_t other[64] = "somebody else's challenge";

	store_inblob(item, other, sizeof(other));
}

static size_t plain_report(const uint8_t *challenge, size_t len, uint8_t *out)
{
	size_t i;

	for (i = 0; i < FAKE_REPORT_SIZE; i++)
		out[i] = (uint8_t)(i * 7);
	memcpy(out + FAKE_CHALLENGE_AT, challenge, len);
	return FAKE_REPORT_SIZE;
}

size_t (*fake_make_report)(const uint8_t *challenge, size_t len, uint8_t *out) = plain_report;

static void pause_here(void)
{
	char paused[PATH_MAX], resume[PATH_MAX];
	struct stat st;

	put(at_root(paused, "/paused"), "", 0);
	while (stat(at_root(resume, "/resume"), &st))
		usleep(1000);
}

static int make_report(struct file *f)
{
	char path[PATH_MAX + 32];
	uint8_t challenge[64];
	ssize_t len;
	int lock;

	if (hit("kill"))
		kill(getpid(), SIGKILL);
	if (hit("pause"))
		pause_here();
	if (hit("remove")) {
		remove_item(f->item);
		errno = ENOENT;
		return -1;
	}
	lock = lock_state();
	at_root(path, "/provider");
	if (access(path, F_OK)) {
		__real_close(lock);
		errno = ENXIO;
		return -1;
	}
	snprintf(path, sizeof(path), "%s/inblob", f->item);
	len = get(path, challenge, sizeof(challenge));
	if (len > 0) {
		f->len = fake_make_report(challenge, (size_t)len, f->data);
		put_number(at_root(path, "/made"), number_in(at_root(path, "/made")) + 1);
	}
	__real_close(lock);
	errno = EINVAL;
	if (hit("intrude-read"))
		intrude(f->item);
	return len > 0 ? 0 : -1;
}

static int fill(struct file *f)
{
	char point[64], path[PATH_MAX + 64];
	ssize_t n;

	f->data = aligned_alloc(16, MAX_BLOB);	/* not an allocation that a test lets fail */
	f->filled = true;
	snprintf(point, sizeof(point), "read %s", f->name);
	if (hit(point))
		return errno ? -1 : 0;
	if (!strcmp(f->name, "outblob"))
		return make_report(f);
	if (!strcmp(f->name, "auxblob") || !strcmp(f->name, "provider")) {
		char below[40];

		snprintf(below, sizeof(below), "/%s", f->name);
		at_root(path, below);
	} else {
		snprintf(path, sizeof(path), "%s/%s", f->item, f->name);
	}
	n = get(path, f->data, MAX_BLOB);
	if (n < 0) {
		errno = strcmp(f->name, "provider") ? ENOENT : ENXIO;
		return -1;
	}
	f->len = (size_t)n;
	return 0;
}

/* --- the calls --- */

/* "ROOT/.../report/ITEM/NAME" or, with no name, "ROOT/.../report/ITEM" */
static bool is_below_reports(const char *path, const char **name)
{
	char reports[PATH_MAX];
	size_t len = strlen(at_root(reports, REPORTS "/"));

	if (!*fake_root || strncmp(path, reports, len) || !path[len])
		return false;
	*name = strchr(path + len, '/');
	return true;
}

static void path_at(int dir, const char *name, char *path)
{
	char base[PATH_MAX] = "";

	if (name[0] != '/')
		path_of(dir, base);
	if (snprintf(path, PATH_MAX, "%s%s%s", base, *base ? "/" : "", name) >= PATH_MAX)
		die("path too long");
}

int __wrap_openat(int dir, const char *path, int flags, ...)
{
	char full[PATH_MAX];
	const char *name;
	mode_t mode = 0;
	struct file *f;
	va_list ap;
	int fd;

	if (flags & O_CREAT) {
		va_start(ap, flags);
		mode = va_arg(ap, mode_t);
		va_end(ap);
	}
	if (!strcmp(path, "inblob") && hit("open inblob"))
		return -1;
	fd = __real_openat(dir, path, flags, mode);
	if (fd < 0)
		return fd;
	path_of(fd, full);
	if (is_dead(full)) {
		__real_close(fd);
		errno = ENOENT;
		return -1;
	}
	if (!is_below_reports(full, &name) || !name)
		return fd;

	f = &files[fd];
	*f = (struct file){ .used = true };
	snprintf(f->name, sizeof(f->name), "%s", name + 1);
	snprintf(f->item, sizeof(f->item), "%.*s", (int)(name - full), full);
	return fd;
}

ssize_t __wrap_read(int fd, void *buf, size_t len)
{
	struct file *f = fd >= 0 && fd < 1024 && files[fd].used ? &files[fd] : NULL;

	if (!f)
		return __real_read(fd, buf, len);
	if (!f->filled && fill(f)) {
		f->filled = false;
		free(f->data);
		f->data = NULL;
		return -1;
	}
	if (len > f->len - f->pos)
		len = f->len - f->pos;
	memcpy(buf, f->data + f->pos, len);
	f->pos += len;
	return (ssize_t)len;
}

ssize_t __wrap_write(int fd, const void *buf, size_t len)
{
	struct file *f = fd >= 0 && fd < 1024 && files[fd].used ? &files[fd] : NULL;

	if (!f)
		return __real_write(fd, buf, len);
	if (hit("write inblob"))
		return -1;
	if (f->len + len > 64) {
		errno = EFBIG;
		return -1;
	}
	if (!f->data)
		f->data = aligned_alloc(16, 64);
	memcpy(f->data + f->len, buf, len);
	f->len += len;
	f->wrote = true;
	return (ssize_t)len;
}

int __wrap_close(int fd)
{
	struct file *f = fd >= 0 && fd < 1024 && files[fd].used ? &files[fd] : NULL;
	int rc = __real_close(fd);

	if (!f)
		return rc;
	/* configfs_release_bin_file(): carried out now, its result thrown away */
	if (f->wrote && !hit("lose")) {
		store_inblob(f->item, f->data, f->len);
		if (hit("intrude-write"))
			intrude(f->item);
	}
	free(f->data);
	*f = (struct file){ 0 };
	return rc;
}

int __wrap_mkdirat(int dir, const char *path, mode_t mode)
{
	char full[PATH_MAX], provider[PATH_MAX];
	const char *name;

	path_at(dir, path, full);
	if (!is_below_reports(full, &name) || name)
		return __real_mkdirat(dir, path, mode);
	if (hit("mkdir"))
		return -1;
	if (access(at_root(provider, "/provider"), F_OK)) {
		errno = ENXIO;
		return -1;
	}
	return make_item(full);
}

int __wrap_unlinkat(int dir, const char *path, int flags)
{
	char full[PATH_MAX];
	const char *name;

	path_at(dir, path, full);
	if ((flags & AT_REMOVEDIR) && is_below_reports(full, &name) && !name)
		return remove_item(full);
	return __real_unlinkat(dir, path, flags);
}

int __wrap_fstatat(int dir, const char *path, struct stat *st, int flags)
{
	char full[PATH_MAX];

	path_at(dir, path, full);
	if (is_dead(full)) {
		errno = ENOENT;
		return -1;
	}
	return __real_fstatat(dir, path, st, flags);
}

int __wrap_statfs(const char *path, struct statfs *fs)
{
	int rc = __real_statfs(path, fs);

	if (!rc && *fake_root && !strncmp(path, fake_root, strlen(fake_root)) && !hit("statfs"))
		fs->f_type = 0x62656570;
	return rc;
}

/* --- for the tests --- */

static int count(const char *path)
{
	struct dirent *entry;
	DIR *dir = opendir(path);
	int n = 0;

	while (dir && (entry = readdir(dir)))
		n += entry->d_name[0] != '.';
	if (dir)
		closedir(dir);
	return n;
}

static void make_folders(char *path)
{
	char *slash;

	for (slash = path + strlen(fake_root) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		__real_mkdirat(AT_FDCWD, path, 0755);
		*slash = '/';
	}
}

void fake_write(const char *path, const void *data, size_t len)
{
	char full[PATH_MAX];

	make_folders(at_root(full, path));
	if (len || data)
		put(full, data, len);
}

void fake_begin(const char *provider)
{
	snprintf(fake_root, sizeof(fake_root), "/tmp/fakefs.XXXXXX");
	if (!mkdtemp(fake_root))
		die("mkdtemp: %m");
	fake_write(REPORTS "/", NULL, 0);
	fake_set_provider(provider);
	fake_clear();
	fds_before = count("/proc/self/fd");
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

int fake_end(void)
{
	int fds = count("/proc/self/fd"), dirs = fake_count_dirs(), wrong = 0;
	size_t i;

	for (i = 0; i < nfaults; i++)
		if (!faults[i].hit)
			wrong += fprintf(stderr, "fault '%s' never happened\n", faults[i].point);
	if (dirs)
		wrong += fprintf(stderr, "%d report directories are left\n", dirs);
	if (fds != fds_before)
		wrong += fprintf(stderr, "%d descriptors are open, %d were\n", fds, fds_before);
	nftw(fake_root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	fake_root[0] = '\0';
	return wrong;
}

void fake_from_environment(void)
{
	const char *root = getenv("FAKE_ROOT");
	char *list = getenv("FAKE_FAULTS"), *one;

	if (!root)
		die("FAKE_ROOT is not set");
	snprintf(fake_root, sizeof(fake_root), "%s", root);
	for (one = list ? strtok(list, ";") : NULL; one; one = strtok(NULL, ";")) {
		char point[32];
		int err, times = -1, skip = 0;

		if (sscanf(one, "%31[^:]:%d:%d:%d", point, &err, &times, &skip) < 2)
			die("FAKE_FAULTS: %s", one);
		fake_fault(point, err, times, skip);
	}
}

void fake_fault(const char *point, int err, int times, int skip)
{
	struct fault *f = &faults[nfaults++];

	if (nfaults > ARRAY_SIZE(faults))
		die("too many faults");
	*f = (struct fault){ .err = err, .times = times, .skip = skip };
	snprintf(f->point, sizeof(f->point), "%s", point);
}

void fake_clear(void)
{
	nfaults = 0;
}

void fake_set_provider(const char *name)
{
	char path[PATH_MAX], line[80];

	at_root(path, "/provider");
	if (name)
		put(path, line, (size_t)snprintf(line, sizeof(line), "%s\n", name));
	else
		unlink(path);
}

void fake_set_auxblob(const void *data, size_t len)
{
	fake_write("/auxblob", data, len);
}

void fake_mkdir(const char *name)
{
	char path[PATH_MAX];

	at_root(path, REPORTS "/");
	strncat(path, name, PATH_MAX - strlen(path) - 1);
	if (__wrap_mkdirat(AT_FDCWD, path, 0755))
		die("mkdir %s: %m", name);
}

void fake_rmdir(const char *name)
{
	char path[PATH_MAX];

	at_root(path, REPORTS "/");
	strncat(path, name, PATH_MAX - strlen(path) - 1);
	if (__wrap_unlinkat(AT_FDCWD, path, AT_REMOVEDIR))
		die("rmdir %s: %m", name);
}

int fake_count_dirs(void)
{
	char path[PATH_MAX];

	return count(at_root(path, REPORTS));
}

unsigned int fake_reports_made(void)
{
	char path[PATH_MAX];

	return (unsigned int)number_in(at_root(path, "/made"));
}

void fake_wait_paused(void)
{
	char path[PATH_MAX];
	struct stat st;

	while (stat(at_root(path, "/paused"), &st))
		usleep(1000);
}

void fake_resume(void)
{
	char path[PATH_MAX];

	put(at_root(path, "/resume"), "", 0);
}
