// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Reports over netlink: requests on different vCPUs do not wait for each other,
 * as those through configfs do, and nothing is left behind by who is killed.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "guest/backend.h"
#include "guest/nl.h"

#define PROVIDER	"arm_cca_guest"

static int append(struct buf *out, const struct bytes *data, size_t max)
{
	return data->len > max - out->len ? -EFBIG : buf_append(out, data);
}

/* The log up to the record that the token shows; without one there is only a header. */
static int read_log(struct family *family, uint32_t last, size_t max, struct buf *out)
{
	struct family_record record;
	uint32_t next = 0;
	int rc;

	if (!last)
		return -ENODATA;
	rc = family_log_get(family, 0);
	while (!rc && !(rc = family_log_next(family, &record)) && record.record <= last)
		rc = record.record == next++ ? append(out, &record.data, max) : -EBADMSG;
	/* what was recorded since the token is left out, and left unread */
	if (rc && rc != -ENODATA)
		return rc;
	return next == last + 1 ? 0 : -EBADMSG;
}

static int failed(struct tsm_ctx *ctx, const struct report_request *req, int rc)
{
	switch (rc) {
	case -ENODEV:
		return err_set(ctx, rc,
			       "no reports over netlink: there is no family realm-tsm; modprobe realm_tsm, or take them through configfs");
	case -EPERM:
		return err_set(ctx, rc,
			       "no permission to take reports over netlink: it takes CAP_SYS_ADMIN; run as root, or use a report directory of configfs that root made for you");
	case -EBUSY:
		return err_set(ctx, rc,
			       "no reports over netlink: another driver provides them; take them through configfs");
	case -EMSGSIZE:
		return err_set(ctx, rc,
			       "the report is too long for netlink: take it through configfs");
	case -ERANGE:
		rc = -EINVAL;
		break;
	case -EBADMSG:
		return err_set(ctx, -EIO, "the kernel's answer over netlink is lost or malformed");
	case -ENOMEM:
	case -ENOBUFS:
		return err_set(ctx, -ENOMEM, "report: out of memory");
	}
	return report_failed(ctx, req, PROVIDER, rc);
}

static int open_failed(struct tsm_ctx *ctx, const struct report_request *req, int rc)
{
	int err = family_open_error(ctx, rc);
	char why[64];

	if (family_is_absent(rc) || err == -ENOMEM || err == -ENOBUFS)
		return failed(ctx, req, err);
	return err_set(ctx, err,
		       "no reports over netlink: %s", err_name(rc, why, sizeof(why)));
}

int netlink_report(struct tsm_ctx *ctx, const struct report_request *req,
		   struct tsm_report *report)
{
	uint32_t record;
	struct family *family;
	int rc;

	rc = family_open(ctx, &family);
	if (rc)
		return open_failed(ctx, req, rc);
	rc = family_report_get(family, req->challenge, req->len, &report->blob, &record);
	if (!rc && report->blob.len > req->max_size)
		rc = -EFBIG;
	/* whatever is wrong with the log, the report is not lost over it */
	if (!rc)
		report->aux_rc = read_log(family, record, req->max_size, &report->aux);
	family_close(&family);
	if (rc)
		return failed(ctx, req, rc);
	memcpy(report->provider, PROVIDER, sizeof(PROVIDER));
	if (!report->blob.len)
		return err_set(ctx, -ENODATA,
			       "%s called an empty report a success: see the kernel log",
			       report->provider);
	return 0;
}

int netlink_provider(struct tsm_ctx *ctx, char *name, size_t size)
{
	const struct report_request none = { 0 };
	struct family_realm realm;
	struct family *family;
	int rc;

	rc = family_open(ctx, &family);
	if (rc)
		return open_failed(ctx, &none, rc);
	rc = family_realm_get(family, &realm);
	family_close(&family);
	if (!rc && !realm.reports)
		rc = -EBUSY;
	if (!rc && size < sizeof(PROVIDER))
		rc = -EFBIG;
	if (rc)
		return failed(ctx, &none, rc);
	memcpy(name, PROVIDER, sizeof(PROVIDER));
	return 0;
}
