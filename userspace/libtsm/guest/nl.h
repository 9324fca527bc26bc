/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel's netlink family "realm-tsm" (Documentation/netlink/specs), and the
 * only interface to libnl. What does not come from the kernel is not looked at, and
 * what comes is checked before it is used.
 *
 * All return 0 or a negative errno, the kernel's own where it answered with one,
 * and set no error text, as only their caller knows what it meant. Of ours are
 *
 *	-ENODEV	no such family: the module is not loaded
 *	-EBADMSG	an answer that is malformed, or none at all
 */
#ifndef LIBTSM_NL_H
#define LIBTSM_NL_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/ctx.h"

struct family;

/* -ENODEV also where the ctx has a root: netlink has no path to put below it. */
int family_open(struct tsm_ctx *ctx, struct family **out);

/* Of its errnos, those by which there is no netlink for this process, or no family. */
bool family_is_absent(int rc);

/*
 * What its errno is to a caller: -ENODEV where the family is absent, and where the ctx
 * has another way to try, which counts then, whatever is wrong with this one.
 */
int family_open_error(const struct tsm_ctx *ctx, int rc);
void family_close(struct family **family);

struct family_realm {
	size_t digest_size;
	bool reports;		/* family_report_get() has some to give */
	bool has_last;		/* not without privilege */
	uint32_t last_record;
};

int family_realm_get(struct family *family, struct family_realm *realm);

/* A record, or, without data, a notification of one. */
struct family_record {
	uint32_t record;
	uint32_t number;	/* of the register; notifications only */
	struct bytes digest;	/* notifications only */
	struct bytes data;	/* as it stands in the log; borrowed until the next call */
};

int family_event_add(struct family *family, uint32_t number, const char *const words[3],
		     uint32_t *record);

int family_report_get(struct family *family, const void *challenge, size_t len, struct buf *token,
		      uint32_t *record);

/* Ask for records from this one on; then each, until -ENODATA. */
int family_log_get(struct family *family, uint32_t from);
int family_log_next(struct family *family, struct family_record *record);

/*
 * Ask for notifications, with room for this many bytes of them; such a socket is
 * good for nothing else. Then each: -EAGAIN if there is none now, -ENOBUFS if some
 * were lost.
 */
int family_listen(struct family *family, size_t room);
int family_listen_fd(const struct family *family);
int family_listen_next(struct family *family, struct family_record *record);

#endif
