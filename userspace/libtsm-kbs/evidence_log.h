/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The event log that goes with the evidence. */
#ifndef LIBTSM_KBS_EVIDENCE_LOG_H
#define LIBTSM_KBS_EVIDENCE_LOG_H

#include <jansson.h>

#include <tsm/kbs.h>
#include <tsm/report.h>
#include <tsm/token.h>

/*
 * The event log that goes along with this token, in base64 and with the end that
 * CCEL's readers look for; *@out stays NULL where there is none, or where it cannot be
 * read: then without is better than not at all. The caller's, the report's, or of the
 * kernel's what fits the token. 0 or -ENOMEM.
 */
int evidence_log(struct tsm_ctx *ctx, const struct tsm_kbs_opts *opts,
		 const struct tsm_report *report, const struct tsm_token *token, json_t **out);

#endif
