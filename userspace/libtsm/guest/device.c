// SPDX-License-Identifier: LGPL-2.1-or-later
/* Which misc device has this realm's measurements? */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "guest/device.h"
#include "guest/kfile.h"

#define MISC	"/sys/devices/virtual/misc"

struct search {
	int found;		/* a directory's descriptor, or -ENODEV */
	int failed;		/* why one could not be looked at */
	bool has_log;
	char *path;
};

static void see(int dir, const char *name, void *arg)
{
	(void)dir;
	(void)name;
	*(bool *)arg = true;
}

/* An entry whose name begins so? 1, 0 or a negative errno. */
static int has(int dir, const char *folder, const char *prefix)
{
	int at = kfile_open_dir_at(dir, folder), rc;
	bool seen = false;

	if (at < 0)
		return at;
	rc = kfile_each(at, prefix, see, &seen);
	kfile_close(at);
	return rc ? rc : seen;
}

/* A lack of descriptors or memory, say, is not that there is none. */
static void failed(struct search *search, int rc)
{
	if (!search->failed && rc != -ENOENT && rc != -ENOTDIR)
		search->failed = rc;
}

/* Others have measurements too (tdx_guest), but no RIM; and maybe a driver without a log. */
static void look_at(int misc, const char *name, void *arg)
{
	struct search *search = arg;
	int dir, rim, log;

	if (search->has_log)
		return;
	dir = kfile_open_dir_at(misc, name);
	if (dir < 0)
		return failed(search, dir);
	rim = has(dir, "measurements", "rim:");
	log = has(dir, ".", "eventlog");
	if (rim < 0)
		failed(search, rim);
	if (log < 0)
		failed(search, log);
	if (rim <= 0 || (search->found >= 0 && log <= 0)) {
		kfile_close(dir);
		return;
	}
	kfile_close(search->found);
	search->found = dir;
	search->has_log = log > 0;
	if (search->path)
		snprintf(search->path, DEVICE_PATH_SIZE, MISC "/%s", name);
}

/*
 * By what it has, not by its name: that depends on who provides the reports
 * (Documentation/ABI/testing).
 */
int device_open(struct tsm_ctx *ctx, char path[DEVICE_PATH_SIZE])
{
	struct search search = { .found = -ENODEV, .path = path };
	int misc = kfile_open_dir(ctx, MISC), rc;

	if (misc < 0)
		return misc == -ENOENT ? -ENODEV : misc;
	rc = kfile_each(misc, "", look_at, &search);
	if (rc)
		failed(&search, rc);
	kfile_close(misc);
	/* one with a log may have been missed; not where looking is forbidden, as it stays so */
	if (search.failed && !search.has_log && (search.found < 0 || search.failed != -EACCES)) {
		kfile_close(search.found);
		return search.failed;
	}
	return search.found;
}
