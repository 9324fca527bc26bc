/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the two ways of taking a report, configfs and netlink, have in common. */
#ifndef LIBTSM_BACKEND_H
#define LIBTSM_BACKEND_H

#include <stdbool.h>

#include <tsm/report.h>

#include "base/buf.h"

/* What every way of taking a report is given, and what it fills in. */
struct report_request {
	const void *challenge;
	size_t len;
	const char *dir;	/* configfs only; NULL: a private directory */
	unsigned int timeout_ms;
	size_t max_size;
};

struct tsm_report {
	struct buf blob;
	struct buf aux;
	int aux_rc;		/* what tsm_report_auxblob() returns */
	char provider[TSM_PROVIDER_MAX];
};

/* configfs.c; @report is empty before, and on failure may be half filled. */
int configfs_report(struct tsm_ctx *ctx, const struct report_request *req,
		    struct tsm_report *report);
int configfs_provider(struct tsm_ctx *ctx, char *name, size_t size);

/*
 * netlink.c; what it returns with nothing in @report, and configfs may still do:
 * -ENODEV, -EPERM, -EBUSY, -EMSGSIZE.
 */
int netlink_report(struct tsm_ctx *ctx, const struct report_request *req,
		   struct tsm_report *report);
int netlink_provider(struct tsm_ctx *ctx, char *name, size_t size);

/* report_failed.c: the error text for what the provider called @name answered. */
int report_failed(struct tsm_ctx *ctx, const struct report_request *req, const char *name,
		  int rc);

#endif
