// SPDX-License-Identifier: LGPL-2.1-or-later
/* Which way gives a report, and what the caller gets. <tsm/report.h> */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <tsm/report.h>

#include "base/err.h"
#include "base/opts.h"
#include "guest/backend.h"

#define DEFAULT_TIMEOUT_MS	60000
#define DEFAULT_MAX_SIZE	(16 * 1024 * 1024)	/* the kernel's own limit since 7.0 */

/* Where there is no report over netlink for us, but maybe one through configfs. */
static bool try_configfs(struct tsm_ctx *ctx, int rc)
{
	if (rc != -ENODEV && rc != -EPERM && rc != -EBUSY && rc != -EMSGSIZE)
		return false;
	if (rc != -ENODEV)
		log_msg(ctx, TSM_LOG_DEBUG, "%s", ctx->error);
	return true;
}

static int take_report(struct tsm_ctx *ctx, const struct report_request *req,
		       struct tsm_report *report)
{
	bool given = req->dir;
	int rc;

	if (ctx->backend == TSM_BACKEND_NETLINK && given)
		return err_set(ctx, -EINVAL,
			       "report: a report directory is of configfs, and netlink was asked for");
	if (ctx->backend == TSM_BACKEND_CONFIGFS || given)
		return configfs_report(ctx, req, report);
	rc = netlink_report(ctx, req, report);
	if (ctx->backend == TSM_BACKEND_AUTO && rc && try_configfs(ctx, rc))
		rc = configfs_report(ctx, req, report);
	return rc;
}

int tsm_report_new(struct tsm_ctx *ctx, const void *challenge, size_t len,
		   const struct tsm_report_opts *opts, struct tsm_report **out)
{
	struct report_request req = { .challenge = challenge, .len = len };
	struct tsm_report_opts o;
	struct tsm_report *report;
	int rc;

	if (!ctx)
		return -EINVAL;
	if (!challenge || !out || opts_copy(&o, sizeof(o), opts))
		return err_set(ctx, -EINVAL,
			       "report: wrong use of the library: no challenge, nowhere to put the report, or options without their size");
	if (!len || len > TSM_CHALLENGE_MAX)
		return err_set(ctx, -EINVAL,
			       "a challenge of %zu bytes: give 1 to %d (arm_cca_guest takes 32 to 64)",
			       len, TSM_CHALLENGE_MAX);

	req.dir = o.dir;
	req.timeout_ms = o.timeout_ms ? o.timeout_ms : DEFAULT_TIMEOUT_MS;
	req.max_size = o.max_size ? o.max_size : DEFAULT_MAX_SIZE;

	report = calloc(1, sizeof(*report));
	if (!report)
		return err_set(ctx, -ENOMEM, "report: out of memory");
	rc = take_report(ctx, &req, report);
	if (rc) {
		tsm_report_free(&report);
		return rc;
	}
	*out = report;
	return 0;
}

void tsm_report_free(struct tsm_report **report)
{
	if (!report || !*report)
		return;
	buf_free(&(*report)->blob);
	buf_free(&(*report)->aux);
	free(*report);
	*report = NULL;
}

const uint8_t *tsm_report_blob(const struct tsm_report *report, size_t *len)
{
	if (len)
		*len = report ? report->blob.len : 0;
	return report ? report->blob.data : NULL;
}

int tsm_report_auxblob(const struct tsm_report *report, const uint8_t **data, size_t *len)
{
	int rc = report ? report->aux_rc : -ENODATA;

	*data = rc ? NULL : report->aux.data;
	*len = rc ? 0 : report->aux.len;
	return rc;
}

const char *tsm_report_provider(const struct tsm_report *report)
{
	return report ? report->provider : NULL;
}

int tsm_provider_get(struct tsm_ctx *ctx, char *name, size_t size)
{
	int rc;

	if (!ctx)
		return -EINVAL;
	if (!name || !size)
		return err_set(ctx, -EINVAL,
			       "provider: wrong use of the library: no room for the name");
	if (ctx->backend == TSM_BACKEND_CONFIGFS)
		return configfs_provider(ctx, name, size);
	rc = netlink_provider(ctx, name, size);
	if (ctx->backend == TSM_BACKEND_AUTO && rc && try_configfs(ctx, rc))
		rc = configfs_provider(ctx, name, size);
	return rc;
}
