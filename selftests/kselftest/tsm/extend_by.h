/* SPDX-License-Identifier: GPL-2.0-only */
/* The three ways to extend a register, for those who go them over and over. */
#ifndef DOORS_H
#define DOORS_H

#include "eventlog.h"
#include "nl.h"

enum door { SYSFS, CONFIGFS, NETLINK, DOORS };

static const char *const doors[] = { "sysfs", "configfs", "netlink" };

/* slot: the caller's own number; i: which of its extensions, by a digest or an event */
static inline int extend_configfs(const struct measure *m, int slot, int i, const __u8 *digest)
{
	char dir[64], path[96], text[2 * VALUE_MAX + 1];
	int err;

	snprintf(dir, sizeof(dir), MEASUREMENTS "%s/door%d", register_names[REM(i % 4)], slot);
	rmdir(dir);		/* of one who was killed */
	if (mkdir(dir, 0700))
		return -errno;
	if (i & 1) {
		snprintf(path, sizeof(path), "%s/digest", dir);
		hex(digest, m->size, text);
		err = text_write(path, text);
	} else {
		static const char *const fields[] = { "domain", "operation", "content" };

		err = 0;
		for (int f = 0; f < 3 && !err; f++) {
			snprintf(path, sizeof(path), "%s/%s", dir, fields[f]);
			snprintf(text, sizeof(text), "%d.%d", slot, i);
			err = text_write(path, text);
		}
	}
	snprintf(path, sizeof(path), "%s/commit", dir);
	if (!err)
		err = text_write(path, "1");
	rmdir(dir);

	return err;
}

static inline int extend_netlink(const struct measure *m, struct nl *nl, int i,
				 const __u8 *digest)
{
	static struct nl_reply reply;
	struct nl_msg msg;

	nl_begin(nl, &msg, nl->family, REALM_TSM_CMD_EVENT_ADD, 0);
	nl_put_u32(&msg, REALM_TSM_A_EVENT_INDEX, REM(i % 4));
	if (i & 1) {
		nl_put(&msg, REALM_TSM_A_EVENT_DIGEST, digest, m->size);
	} else {
		nl_put_u32(&msg, REALM_TSM_A_EVENT_TAG, i);
		nl_put_text(&msg, REALM_TSM_A_EVENT_DATA, "door");
	}

	return nl_get(nl, &msg, &reply);
}

/* What one who was killed has left. */
static inline void extend_configfs_end(int slot)
{
	char dir[64];

	for (int i = 0; i < 4; i++) {
		snprintf(dir, sizeof(dir), MEASUREMENTS "rem%d/door%d", i, slot);
		rmdir(dir);
	}
}

/* Returns 0 or a negative errno. */
static inline int extend_by(enum door door, const struct measure *m, struct nl *nl, int slot,
			    int i, const __u8 *digest)
{
	switch (door) {
	case SYSFS:
		return sysfs_extend(m, REM(i % 4), digest);
	case CONFIGFS:
		return extend_configfs(m, slot, i, digest);
	default:
		return extend_netlink(m, nl, i, digest);
	}
}

#endif /* DOORS_H */
