// SPDX-License-Identifier: LGPL-2.1-or-later
/* How attributes of sysfs and configfs are read, written and locked. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "guest/kfile.h"

#define CONFIGFS_MAGIC	0x62656570	/* fs/configfs/mount.c; no header has it */

static int rooted(struct tsm_ctx *ctx, const char *path, char *full)
{
	int len = snprintf(full, PATH_MAX, "%s%s", ctx->root, path);

	return len < 0 || len >= PATH_MAX ? -ENAMETOOLONG : 0;
}

int kfile_open_dir(struct tsm_ctx *ctx, const char *path)
{
	char full[PATH_MAX];
	int rc = rooted(ctx, path, full);

	return rc ? rc : kfile_open_dir_at(AT_FDCWD, full);
}

int kfile_open_dir_at(int dir, const char *path)
{
	int fd = openat(dir, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

void kfile_close(int fd)
{
	if (fd >= 0)
		close(fd);
}

bool kfile_is_silent(int rc)
{
	return rc == -ENOENT || rc == -ENOTDIR || rc == -ENODEV || rc == -EACCES || rc == -EPERM ||
	       rc == -EFBIG;
}

bool kfile_is_configfs(struct tsm_ctx *ctx, const char *path)
{
	char full[PATH_MAX];
	struct statfs fs;

	return !rooted(ctx, path, full) && !statfs(full, &fs) && fs.f_type == CONFIGFS_MAGIC;
}

int kfile_read(int dir, const char *name, size_t max, struct buf *out)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	ssize_t n;
	int rc;

	if (fd < 0)
		return -errno;
	do {
		rc = buf_grow(out);
		if (rc)
			break;
		n = read(fd, out->data + out->len, out->room - out->len);
		if (n < 0) {
			rc = -errno;
			break;
		}
		out->len += (size_t)n;
		if (out->len > max)
			rc = -EFBIG;
	} while (!rc && n > 0);
	close(fd);
	return rc;
}

int kfile_read_text(int dir, const char *name, char *text, size_t size)
{
	struct buf b = { 0 };
	int rc;

	rc = kfile_read(dir, name, size - 1, &b);
	if (!rc) {
		memcpy(text, b.data, b.len);
		text[b.len] = '\0';
		text[strcspn(text, "\n")] = '\0';
	}
	buf_free(&b);
	return rc;
}

int kfile_write(int dir, const char *name, const void *data, size_t len)
{
	int fd = openat(dir, name, O_WRONLY | O_CLOEXEC);
	ssize_t n;
	int rc = 0;

	if (fd < 0)
		return -errno;
	n = write(fd, data, len);
	if (n < 0)
		rc = -errno;
	else if ((size_t)n != len)
		rc = -EIO;
	if (close(fd) && !rc)
		rc = -errno;
	return rc;
}

int kfile_mkdir(int dir, const char *name)
{
	return mkdirat(dir, name, 0700) ? -errno : 0;
}

int kfile_rmdir(int dir, const char *name)
{
	return unlinkat(dir, name, AT_REMOVEDIR) ? -errno : 0;
}

int kfile_trylock(int dir, const char *name)
{
	struct stat mine, there;
	int fd, rc = 0;

	/*
	 * A descriptor of its own that never writes: a lock ends before the
	 * attribute's write is carried out at close(2), not after. Open for
	 * writing, as a lock on what everybody may read, everybody could hold.
	 */
	fd = openat(dir, name, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB) || fstat(fd, &mine) || fstatat(dir, name, &there, 0))
		rc = -errno;
	else if (mine.st_ino != there.st_ino || mine.st_dev != there.st_dev)
		rc = -ENOENT;
	if (rc) {
		kfile_unlock(fd);
		return rc;
	}
	return fd;
}

void kfile_unlock(int fd)
{
	if (fd < 0)
		return;
	/* not left to close(2): a child forked meanwhile shares the descriptor */
	flock(fd, LOCK_UN);
	close(fd);
}

int kfile_each(int dir, const char *prefix, void (*fn)(int dir, const char *name, void *arg),
	       void *arg)
{
	struct dirent *entry;
	DIR *stream;
	int fd, rc;

	fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	stream = fdopendir(fd);
	if (!stream) {
		rc = -errno;
		close(fd);
		return rc;
	}
	for (errno = 0; (entry = readdir(stream)); errno = 0)
		if (entry->d_name[0] != '.' && !strncmp(entry->d_name, prefix, strlen(prefix)))
			fn(dir, entry->d_name, arg);
	rc = -errno;
	closedir(stream);
	return rc;
}
