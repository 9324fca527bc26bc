// SPDX-License-Identifier: GPL-2.0-only
/* How a token and its log reach the core of configfs-tsm. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/errno.h>
#include <linux/kconfig.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/tsm.h>

#include "eventlog.h"
#include "report.h"
#include "token.h"

#if !IS_ENABLED(CONFIG_TSM_REPORTS)
#error "realm_tsm: this kernel has no configfs-tsm reports (CONFIG_TSM_REPORTS)"
#endif

/*
 * The log that leads to the measurements in the token.  A token is not lost for
 * want of it: configfs answers -EFBIG to whoever reads an auxblob of more than
 * it allows, and the same is in the eventlog file.
 */
static void report_add_log(struct tsm_report *report, u32 record)
{
	/* without a record there is only a header, which says nothing */
	size_t len = record ? eventlog_end(record) : 0;

	if (len && len <= TSM_REPORT_OUTBLOB_MAX)
		report->auxblob = kvmalloc(len, GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (report->auxblob)
		eventlog_copy(report->auxblob, 0, len);
	else if (len)
		len = TSM_REPORT_OUTBLOB_MAX + 1;
	report->auxblob_len = len;
}

/*
 * The core calls this with its one lock held for writing: no other report is
 * made or read until it returns.
 */
static int report_new(struct tsm_report *report, void *data)
{
	struct token token;
	int ret;

	ret = token_get(report->desc.inblob, report->desc.inblob_len, &token);
	if (ret)
		return ret;
	report->outblob = token.data;
	report->outblob_len = token.len;
	report_add_log(report, token.record);
	return 0;
}

static bool report_attr_visible(int n)
{
	return n == TSM_REPORT_GENERATION || n == TSM_REPORT_PROVIDER;
}

static bool report_bin_attr_visible(int n)
{
	return n == TSM_REPORT_INBLOB || n == TSM_REPORT_OUTBLOB ||
	       n == TSM_REPORT_AUXBLOB;
}

static const struct tsm_report_ops report_ops = {
	.name = REPORT_PROVIDER,
	.report_new = report_new,
	.report_attr_visible = report_attr_visible,
	.report_bin_attr_visible = report_bin_attr_visible,
};

/**
 * report_register() - become the provider of configfs-tsm reports
 *
 * Context: Process context, may sleep.
 * Return: 0, or -EBUSY where reports are not ours to provide, which is then
 *	   explained in the kernel log.
 */
int report_register(void)
{
	int ret = tsm_report_register(&report_ops, NULL);

	if (ret == -EBUSY)
		pr_notice("attestation reports are not ours to provide: another driver does (arm_cca_guest? unload it), or directories are left in configfs tsm/report (remove them); then unload this module and load it again\n");
	return ret;
}

/**
 * report_unregister() - stop being the provider, if we are
 *
 * Waits for a report in the making.
 *
 * Context: Process context, may sleep.
 */
void report_unregister(void)
{
	/* somebody else's registration is left alone by the core, with -EBUSY */
	tsm_report_unregister(&report_ops);
}
