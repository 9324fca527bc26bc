// SPDX-License-Identifier: LGPL-2.1-or-later
/* An event is measured: over netlink, else through configfs. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "guest/kfile.h"
#include "guest/measurement_priv.h"
#include "guest/nl.h"
#include "guest/place.h"

static const char *const fields[] = { "domain", "operation", "content" };

#define FIELDS	ARRAY_SIZE(fields)
#define CONTENT	2

/* What the kernel would refuse, with a text that says what. */
static int check_field(struct tsm_ctx *ctx, size_t i, const char *text)
{
	size_t n, max = i == CONTENT ? AAEL_CONTENT_MAX : AAEL_WORD_MAX;

	if (!text || !*text)
		return err_set(ctx, -EINVAL, "an event needs its %s", fields[i]);
	for (n = 0; text[n]; n++) {
		if (n == max)
			return err_set(ctx, -EINVAL, "the event's %s is longer than %zu bytes",
				       fields[i], max);
		if (text[n] < ' ' || text[n] > '~')
			return err_set(ctx, -EINVAL,
				       "character %zu of the event's %s is not printable ASCII",
				       n + 1, fields[i]);
		if (text[n] == ' ' && i != CONTENT)
			return err_set(ctx, -EINVAL,
				       "the event's %s has a space, which only its content may have",
				       fields[i]);
	}
	return 0;
}

static int open_failed(struct tsm_ctx *ctx, uint32_t number, int rc)
{
	rc = family_open_error(ctx, rc);
	if (rc == -ENODEV)
		return err_set(ctx, rc,
			       "events cannot be measured over netlink: there is no family realm-tsm; modprobe realm_tsm");
	return measurement_failed(ctx, number, rc == -ENOBUFS ? -ENOMEM : rc);
}

static int over_netlink(struct tsm_ctx *ctx, uint32_t number, const char *const texts[FIELDS],
			uint32_t *record)
{
	struct family *family;
	int rc;

	rc = family_open(ctx, &family);
	if (rc)
		return open_failed(ctx, number, rc);
	rc = family_event_add(family, number, texts, record);
	family_close(&family);
	switch (rc) {
	case 0:
		return 0;
	case -EPERM:
		return err_set(ctx, rc,
			       "no permission to measure events over netlink: it takes CAP_SYS_ADMIN; run as root");
	case -EBADMSG:
		return err_set(ctx, -EIO,
			       "the kernel's answer was lost or is malformed: whether %s was extended, its event log tells",
			       tsm_register_name(number));
	case -ENOBUFS:
		rc = -ENOMEM;
		break;
	}
	return measurement_failed(ctx, number, rc);
}

/* A directory below configfs's of the register: the event in the making. */
struct event_dir {
	int parent;
	int dir;
	int lock;
	char name[PLACE_NAME_SIZE];
};

static void close_event(struct event_dir *event)
{
	/* the record stays without it; while locked, as place.h has it */
	if (event->name[0])
		kfile_rmdir(event->parent, event->name);
	kfile_unlock(event->lock);
	kfile_close(event->dir);
	kfile_close(event->parent);
}

/* Without an error text. */
static int make_event(struct tsm_ctx *ctx, uint32_t number, struct event_dir *event)
{
	char path[64];
	int rc;

	snprintf(path, sizeof(path), CONFIGFS_MEASUREMENTS "/%s", tsm_register_name(number));
	event->parent = kfile_open_dir(ctx, path);
	if (event->parent < 0)
		return event->parent;
	place_sweep(ctx, event->parent, "commit");
	rc = place_make_name(event->name);
	if (!rc)
		rc = kfile_mkdir(event->parent, event->name);
	if (rc) {
		event->name[0] = '\0';
		return rc;
	}
	event->dir = kfile_open_dir_at(event->parent, event->name);
	event->lock = event->dir < 0 ? event->dir : kfile_trylock(event->dir, "commit");
	/* somebody's sweep came between: he removes it */
	return event->lock == -EWOULDBLOCK || event->lock == -ENOENT ? -EAGAIN :
	       event->lock < 0 ? event->lock : 0;
}

static int commit_event(struct event_dir *event, const char *const texts[FIELDS],
			uint32_t *record)
{
	char text[16], *end;
	size_t i;
	int rc;

	for (i = 0; i < FIELDS; i++) {
		rc = kfile_write(event->dir, fields[i], texts[i], strlen(texts[i]));
		if (rc)
			return rc;
	}
	rc = kfile_write(event->dir, "commit", "1", 1);
	if (rc)
		return rc;
	/* done; the number is all that can still be missing */
	rc = kfile_read_text(event->dir, "record", text, sizeof(text));
	*record = rc ? 0 : (uint32_t)strtoul(text, &end, 10);
	return rc || !*record || *end ? -EBADMSG : 0;
}

static int through_configfs(struct tsm_ctx *ctx, uint32_t number,
			    const char *const texts[FIELDS], uint32_t *record)
{
	struct event_dir event;
	unsigned int tries = 0;
	int rc;

	do {
		event = (struct event_dir){ -1, -1, -1, "" };
		rc = make_event(ctx, number, &event);
		if (!rc)
			rc = commit_event(&event, texts, record);
		close_event(&event);
	} while (rc == -EAGAIN && ++tries < 8);

	switch (rc) {
	case 0:
		return 0;
	case -ENOENT:
		return err_set(ctx, -ENODEV,
			       "events cannot be measured through configfs: no %s; modprobe realm_tsm, mount -t configfs none /sys/kernel/config",
			       CONFIGFS_MEASUREMENTS);
	case -EACCES:
	case -EPERM:
		return err_set(ctx, rc,
			       "no permission to measure events: run as root (netlink: CAP_SYS_ADMIN)");
	case -EBADMSG:
		return err_set(ctx, -EIO,
			       "%s was extended, but the kernel does not tell the record's number",
			       tsm_register_name(number));
	case -EAGAIN:
		return err_set(ctx, -EIO, "others remove our directories in "
			       CONFIGFS_MEASUREMENTS "/%s", tsm_register_name(number));
	default:
		return measurement_failed(ctx, number, rc);
	}
}

int tsm_measurement_event(struct tsm_ctx *ctx, uint32_t number, const char *domain,
			  const char *operation, const char *content, uint32_t *record)
{
	const char *const texts[FIELDS] = { domain, operation, content };
	uint32_t made = 0;
	size_t i;
	int rc;

	if (!ctx)
		return -EINVAL;
	rc = measurement_check_rem(ctx, number);
	for (i = 0; i < FIELDS && !rc; i++)
		rc = check_field(ctx, i, texts[i]);
	if (rc)
		return rc;

	/* of netlink's errors, those after which nothing can have been done */
	rc = ctx->backend == TSM_BACKEND_CONFIGFS ? -ENODEV :
	     over_netlink(ctx, number, texts, &made);
	if (ctx->backend != TSM_BACKEND_NETLINK && (rc == -ENODEV || rc == -EPERM))
		rc = through_configfs(ctx, number, texts, &made);
	if (!rc && record)
		*record = made;
	return rc;
}
