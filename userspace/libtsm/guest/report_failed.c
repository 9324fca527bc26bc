// SPDX-License-Identifier: LGPL-2.1-or-later
/* What a provider's refusal means, in words. */
#include <errno.h>
#include <string.h>

#include "base/err.h"
#include "guest/backend.h"

int report_failed(struct tsm_ctx *ctx, const struct report_request *req, const char *name, int rc)
{
	bool cca = !strcmp(name, "arm_cca_guest");
	char why[64];

	switch (rc) {
	case -ENXIO:
		/* the in-tree arm_cca_guest's word for a token that failed half way */
		return err_set(ctx, -EIO,
			       "%s could not make the report: the firmware failed; try again, then see the kernel log",
			       name);
	case -EINVAL:
		/* the in-tree arm_cca_guest's word also for a token that did not begin */
		if (cca && req->len >= 32)
			return err_set(ctx, -EIO,
				       "%s could not make the report: the firmware refused to begin; try again, then see the kernel log",
				       name);
		return err_set(ctx, rc, "%s takes no challenge of %zu bytes%s", name, req->len,
			       cca ? ": give 32 to 64" : "; mostly it has to be 64");
	case -EIO:
		return err_set(ctx, rc,
			       "%s could not make the report: the firmware failed; try again, then see the kernel log",
			       name);
	case -ETIMEDOUT:
		return err_set(ctx, rc,
			       "%s gave up waiting for the firmware: try again, then see the kernel log",
			       name);
	case -EBUSY:
		return err_set(ctx, rc, "%s is busy: try again", name);
	case -ECANCELED:
		return err_set(ctx, rc,
			       "%s lost the report half way, as when a realm is suspended: try again",
			       name);
	case -EFBIG:
		return err_set(ctx, rc,
			       "the report of %s is larger than the kernel or the %zu bytes asked for allow",
			       name, req->max_size);
	case -EINTR:
		return err_set(ctx, rc, "a signal arrived before the report was made");
	default:
		return err_set(ctx, rc, "%s could not make the report: %s; see the kernel log",
			       name, err_name(rc, why, sizeof(why)));
	}
}
