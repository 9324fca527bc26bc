/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef TSM_REPORT_H
#define TSM_REPORT_H

#include <tsm/tsm.h>

/*
 * Take a report (on Arm CCA: the attestation token) from the kernel.
 *
 * One call is one whole transaction: a challenge goes in, and either a report
 * made for exactly this challenge comes out, or an errno. With configfs-tsm:
 *
 * - The kernel throws away the result of writing a challenge, so the directory's
 *   generation is read before and after the write and again after the report: a
 *   challenge that was lost, or that somebody replaced, is noticed and tried
 *   again until the timeout.
 * - Each call has a directory of its own, named libtsm-<random>, removed at the
 *   end. That of a process killed meanwhile is removed by the next caller: it
 *   is recognised by nobody holding a lock (flock) on its inblob.
 * - Making directories takes root. Agents without that use one which root made
 *   beforehand, with inblob writable and outblob readable for their group (the
 *   others are readable anyway); opts.dir names it. Agents that share one take
 *   turns through the same lock.
 * - What the provider says comes through unchanged, in the provider's format:
 *   "arm_cca_guest" is a CCA token (<tsm/token.h>), "tdx_guest" a TDX quote,
 *   "sev_guest" a SEV-SNP report.
 *
 * A call blocks while the kernel works, tens of milliseconds to many seconds.
 * The timeout bounds waiting for others and trying again; a read that is under
 * way in the kernel is bounded by the provider (realm_tsm: token_timeout_ms).
 * A signal whose handler returns ends the call with -EINTR, cleaned up; over netlink
 * the report is finished first.
 *
 * Errors of tsm_report_new() and tsm_provider_get():
 *
 *   -EINVAL	the arguments, or the provider takes no challenge of this length
 *   -ENOENT	configfs is not mounted
 *   -ENODEV	no module that provides reports is loaded; TSM_BACKEND_NETLINK: realm_tsm
 *		is not
 *   -ENXIO	the provider's module was removed
 *   -ENOTDIR	opts.dir is no directory for reports
 *   -EACCES	no permission (also -EPERM, -EROFS)
 *   -EBUSY	until the timeout, others used the directory or the provider;
 *		TSM_BACKEND_NETLINK: another module provides
 *   -ESTALE	the kernel lost the challenge, eight times over
 *   -ETIMEDOUT	the provider gave up waiting for its firmware
 *   -ECANCELED	the firmware lost the report half way, more than once (realm_tsm)
 *   -EIO	the provider or its firmware failed
 *   -ENODATA	the provider called an empty report a success
 *   -EFBIG	the report is larger than the kernel or opts.max_size allows
 *   -EMSGSIZE	TSM_BACKEND_NETLINK: the report is longer than netlink can carry
 *   -EINTR	a signal arrived
 *   -ENOMEM	out of memory
 * Any other errno is the provider's own.
 */

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

#define TSM_CHALLENGE_MAX	64	/* bytes; arm_cca_guest takes 32 to 64 */
#define TSM_PROVIDER_MAX	64	/* bytes, with the final NUL */

struct tsm_report;

struct tsm_report_opts {
	size_t size;		/* sizeof(struct tsm_report_opts) */
	/*
	 * A directory that root made: its name below the kernel's
	 * config/tsm/report, or, with a slash in it, a path used as it stands
	 * (a container may see the directory elsewhere). NULL: a private one.
	 */
	const char *dir;
	unsigned int timeout_ms; /* 0: 60000 */
	size_t max_size;	/* bytes, report and auxiliary data each; 0: 16 MiB */
};

/**
 * tsm_report_new() - take a report for a challenge
 * @ctx: the context
 * @challenge: what the verifier wants to find in the report
 * @len: its length, 1 to TSM_CHALLENGE_MAX bytes; arm_cca_guest pads with zeros to 64
 * @opts: options, or NULL
 * @out: receives the report
 *
 * Return: 0 or an error of the list above.
 */
int tsm_report_new(struct tsm_ctx *ctx, const void *challenge, size_t len,
		   const struct tsm_report_opts *opts, struct tsm_report **out);

void tsm_report_free(struct tsm_report **report);

/* The report itself (configfs: outblob), never empty. */
const uint8_t *tsm_report_blob(const struct tsm_report *report, size_t *len);

/**
 * tsm_report_auxblob() - data that came with the report
 * @report: the report
 * @data: receives the data, the report's own; NULL on failure
 * @len: receives its length; 0 on failure
 *
 * For sev_guest certificates; from realm_tsm the event log that fits the token.
 *
 * Return: 0, -ENODATA if there is none, -EFBIG if it is larger than the kernel
 * or max_size allows, -EACCES if this caller may not read it, or what else
 * reading it met with. The report itself is not lost over any of these.
 */
int tsm_report_auxblob(const struct tsm_report *report, const uint8_t **data, size_t *len);

/* The name of the report's format: "arm_cca_guest", ... */
const char *tsm_report_provider(const struct tsm_report *report);

/**
 * tsm_provider_get() - who would provide a report here
 * @ctx: the context
 * @name: receives the provider's name, with a final NUL
 * @size: room there; TSM_PROVIDER_MAX suffices
 *
 * Reads it in a report directory that exists, else makes one for a moment,
 * which takes root.
 *
 * Return: 0 or an error of the list above.
 */
int tsm_provider_get(struct tsm_ctx *ctx, char *name, size_t size);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
