/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The only interface to sysfs and configfs. Names are relative to a directory's
 * descriptor; all return a negative errno on failure and set no error text, as
 * only their caller knows what it meant.
 */
#ifndef LIBTSM_KFILE_H
#define LIBTSM_KFILE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/ctx.h"

/* A directory below the ctx's root, from an absolute kernel path. */
int kfile_open_dir(struct tsm_ctx *ctx, const char *path);

/* A directory by a path that is relative to @dir, or absolute and used as it stands. */
int kfile_open_dir_at(int dir, const char *path);

void kfile_close(int fd);

/* The kernel does not say, or not so that this libtsm could read it; others: it was not asked. */
bool kfile_is_silent(int rc);

bool kfile_is_configfs(struct tsm_ctx *ctx, const char *path);

/* The whole attribute; -EFBIG if it is longer than @max bytes. Appends to @out. */
int kfile_read(int dir, const char *name, size_t max, struct buf *out);

/* A text attribute without its line feed; -EFBIG if it does not fit. */
int kfile_read_text(int dir, const char *name, char *text, size_t size);

/* Open, one write, close. For a binary attribute of configfs, 0 proves nothing. */
int kfile_write(int dir, const char *name, const void *data, size_t len);

int kfile_mkdir(int dir, const char *name);
int kfile_rmdir(int dir, const char *name);

/*
 * Lock an attribute that only its users may open for writing, without waiting:
 * returns a descriptor for kfile_unlock(), -EWOULDBLOCK where somebody else
 * holds it, -ENOENT where the attribute is gone, also if that happened meanwhile.
 */
int kfile_trylock(int dir, const char *name);
void kfile_unlock(int fd);

/* Call @fn for each entry whose name begins with @prefix. */
int kfile_each(int dir, const char *prefix, void (*fn)(int dir, const char *name, void *arg),
	       void *arg);

#endif
