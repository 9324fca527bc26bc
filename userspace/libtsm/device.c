// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "device.h"
#include "kfile.h"

#define MISC	"/sys/devices/virtual/misc"

struct search {
	int found;		/* a directory's descriptor, or -ENODEV */
	bool has_log;
	char *path;
};

static void see(int dir, const char *name, void *arg)
{
	(void)dir;
	(void)name;
	*(bool *)arg = true;
}

/* An entry whose name begins so? */
static bool has(int dir, const char *folder, const char *prefix)
{
	int at = kfile_open_dir_at(dir, folder);
	bool seen = false;

	if (at >= 0)
		kfile_each(at, prefix, see, &seen);
	kfile_close(at);
	return seen;
}

/* Others have measurements too (tdx_guest), but no RIM; and maybe a driver without a log. */
static void look_at(int misc, const char *name, void *arg)
{
	struct search *search = arg;
	int dir;

	if (search->has_log)
		return;
	dir = kfile_open_dir_at(misc, name);
	if (dir < 0)
		return;
	search->has_log = has(dir, "measurements", "rim:") && has(dir, ".", "eventlog");
	if (!search->has_log && (search->found >= 0 || !has(dir, "measurements", "rim:"))) {
		kfile_close(dir);
		return;
	}
	kfile_close(search->found);
	search->found = dir;
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
	int misc = kfile_open_dir(ctx, MISC);

	if (misc < 0)
		return -ENODEV;
	kfile_each(misc, "", look_at, &search);
	kfile_close(misc);
	return search.found;
}
