/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The steps of a verification, one function each. */
#ifndef LIBTSM_STEPS_H
#define LIBTSM_STEPS_H

#include "appraisal/verdict.h"

#define CHALLENGE_MAX	64	/* bytes; shorter ones are padded with zeros */

/* What the steps look at. */
struct run {
	struct tsm_ctx *ctx;
	const struct tsm_verify_opts *opts;
	const struct tsm_token *token;
	size_t *records;	/* set by the event log's step */
};

/*
 * A function for each step after the form: 0 and a judgement, or -ENOMEM or -EIO.
 * None depends on another's judgement.
 */
int step_platform_signature(struct run *run, struct judgement *j);
int step_trust_anchor(struct run *run, struct judgement *j);
int step_binding(struct run *run, struct judgement *j);
int step_realm_signature(struct run *run, struct judgement *j);
int step_challenge(struct run *run, struct judgement *j);
int step_platform_refvalues(struct run *run, struct judgement *j);
int step_realm_refvalues(struct run *run, struct judgement *j);
int step_event_log(struct run *run, struct judgement *j);

#endif
