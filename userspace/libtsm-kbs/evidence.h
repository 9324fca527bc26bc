/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The evidence that a KBS is shown. */
#ifndef LIBTSM_KBS_EVIDENCE_H
#define LIBTSM_KBS_EVIDENCE_H

#include <jansson.h>

#include <tsm/kbs.h>
#include <tsm/report.h>

/*
 * Take a token for this challenge and make of it what RCAR calls primary_evidence:
 * {"token": [bytes as numbers], "cc_eventlog": base64, where there is a log}. 0, the
 * errors of tsm_report_new(), -EIO for a token that cannot be read, -EINVAL for init
 * data that is not the realm's.
 */
int evidence_take(struct tsm_ctx *ctx, const struct tsm_kbs_opts *opts,
		  const uint8_t challenge[TSM_CHALLENGE_MAX], unsigned int timeout_ms,
		  json_t **out);

#endif
