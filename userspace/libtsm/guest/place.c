// SPDX-License-Identifier: LGPL-2.1-or-later
/* How a report directory is made, locked, and removed for those who were killed. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "base/err.h"
#include "guest/kfile.h"
#include "guest/place.h"
#include "guest/realm.h"

#define CONFIGFS	"/sys/kernel/config"
#define REPORTS		CONFIGFS "/tsm/report"

static const char *no_realm(struct tsm_ctx *ctx)
{
	return realm_here(ctx) ? "" : " (this machine is no Arm CCA realm)";
}

static int no_reports(struct tsm_ctx *ctx)
{
	if (!kfile_is_configfs(ctx, CONFIGFS))
		return err_set(ctx, -ENOENT,
			       "no configfs at %s: mount -t configfs none %s, or let the container see the host's%s",
			       CONFIGFS, CONFIGFS, no_realm(ctx));
	return err_set(ctx, -ENODEV,
		       "nothing provides attestation reports: no %s; modprobe realm_tsm (or arm_cca_guest)%s",
		       REPORTS, no_realm(ctx));
}

int place_open_all(struct tsm_ctx *ctx)
{
	char why[64];
	int dir = kfile_open_dir(ctx, REPORTS);

	if (dir >= 0)
		return dir;
	if (dir == -ENOENT)
		return no_reports(ctx);
	return err_set(ctx, dir, "cannot open " REPORTS ": %s", err_name(dir, why, sizeof(why)));
}

int place_no_provider(struct tsm_ctx *ctx)
{
	return err_set(ctx, -ENXIO,
		       "the module that provides reports was removed: modprobe realm_tsm (or arm_cca_guest)%s",
		       no_realm(ctx));
}

static bool is_own_name(const char *name)
{
	return strlen(name) == PLACE_NAME_SIZE - 1 &&
	       strspn(name + strlen(PLACE_PREFIX), "0123456789abcdef") == 2 * PLACE_RANDOM;
}

struct sweep {
	struct tsm_ctx *ctx;
	const char *lock;
};

/* Nobody holds it: whoever made it was killed, as its lock went with it. */
static void remove_leftover(int parent, const char *name, void *arg)
{
	const struct sweep *sweep = arg;
	int dir, lock;

	if (!is_own_name(name))
		return;
	dir = kfile_open_dir_at(parent, name);
	if (dir < 0)
		return;
	lock = kfile_trylock(dir, sweep->lock);
	if (lock >= 0 && !kfile_rmdir(parent, name))
		log_msg(sweep->ctx, TSM_LOG_DEBUG,
			"removed directory %s of a process that was killed", name);
	kfile_unlock(lock);
	kfile_close(dir);
}

void place_sweep(struct tsm_ctx *ctx, int parent, const char *lock)
{
	struct sweep sweep = { ctx, lock };

	kfile_each(parent, PLACE_PREFIX, remove_leftover, &sweep);
}

int place_make_name(char name[PLACE_NAME_SIZE])
{
	uint8_t random[PLACE_RANDOM];
	size_t i;

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return -EINTR;
	snprintf(name, PLACE_NAME_SIZE, PLACE_PREFIX);
	for (i = 0; i < sizeof(random); i++)
		snprintf(name + strlen(PLACE_PREFIX) + 2 * i, 3, "%02x", random[i]);
	return 0;
}

static int make_failed(struct tsm_ctx *ctx, int rc)
{
	char why[64];

	switch (rc) {
	case -EACCES:
	case -EPERM:
		return err_set(ctx, rc,
			       "no permission to make a directory in %s: run as root, or name a directory that root made for you",
			       REPORTS);
	case -EROFS:
		return err_set(ctx, rc,
			       "%s is mounted read-only: remount it rw, or name a directory that is writable for you",
			       CONFIGFS);
	case -ENXIO:
		return place_no_provider(ctx);
	case -ENOENT:
		return no_reports(ctx);
	default:
		return err_set(ctx, rc, "cannot make a directory in " REPORTS ": %s",
			       err_name(rc, why, sizeof(why)));
	}
}

static int open_own(struct tsm_ctx *ctx, struct place *place)
{
	int rc;

	place->reports = place_open_all(ctx);
	if (place->reports < 0)
		return place->reports;
	place_sweep(ctx, place->reports, "inblob");

	rc = place_make_name(place->own);
	if (rc)
		return err_set(ctx, rc, "a signal arrived");
	place->shown = place->own;
	rc = kfile_mkdir(place->reports, place->own);
	if (rc) {
		place->own[0] = '\0';
		return make_failed(ctx, rc);
	}

	place->dir = kfile_open_dir_at(place->reports, place->own);
	place->lock = place->dir < 0 ? place->dir : kfile_trylock(place->dir, "inblob");
	if (place->lock >= 0)
		return 0;
	/* somebody's clean-up came between mkdir and lock: it removes, we try again */
	if (place->lock == -EWOULDBLOCK || place->lock == -ENOENT)
		return err_set(ctx, -EBUSY, "another process removed report directory %s",
			       place->own);
	return make_failed(ctx, place->lock);
}

static int open_given(struct tsm_ctx *ctx, const char *name, struct place *place)
{
	char why[64];
	int rc;

	place->shown = name;
	if (strchr(name, '/')) {
		place->dir = kfile_open_dir_at(AT_FDCWD, name);
	} else {
		place->reports = place_open_all(ctx);
		if (place->reports < 0)
			return place->reports;
		place->dir = kfile_open_dir_at(place->reports, name);
	}
	rc = place->dir;
	if (rc >= 0) {
		place->lock = kfile_trylock(place->dir, "inblob");
		rc = place->lock;
	}

	switch (rc < 0 ? rc : 0) {
	case 0:
		return 0;
	case -ENOENT:
	case -ENOTDIR:
		return err_set(ctx, -ENOTDIR,
			       "%s is no directory for reports: root makes one, mkdir %s/NAME",
			       name, REPORTS);
	case -EACCES:
	case -EPERM:
	case -EROFS:
		return err_set(ctx, rc,
			       "no permission to use report directory %s: root must make its inblob writable and its outblob readable for you",
			       name);
	case -EWOULDBLOCK:
		return err_set(ctx, -EBUSY,
			       "others are using report directory %s: try again, or use one each",
			       name);
	default:
		return err_set(ctx, rc, "cannot open report directory %s: %s", name,
			       err_name(rc, why, sizeof(why)));
	}
}

int place_open(struct tsm_ctx *ctx, const char *given, struct place *place)
{
	*place = (struct place){ .reports = -1, .dir = -1, .lock = -1 };
	return given ? open_given(ctx, given, place) : open_own(ctx, place);
}

void place_close(struct place *place)
{
	/* removed while still locked, so that no clean-up meets it half way */
	if (place->own[0])
		kfile_rmdir(place->reports, place->own);
	kfile_unlock(place->lock);
	kfile_close(place->dir);
	kfile_close(place->reports);
}
