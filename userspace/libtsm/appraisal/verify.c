// SPDX-License-Identifier: LGPL-2.1-or-later
/* Is this token valid for this challenge, as a whole? <tsm/verify.h> */
#include <errno.h>
#include <stdlib.h>

#include "appraisal/steps.h"
#include "base/ctx.h"
#include "base/err.h"
#include "base/opts.h"

#define WAIVE(step)	(1u << (step))
#define WAIVABLE	(WAIVE(TSM_STEP_PLATFORM_REFVALUES) | WAIVE(TSM_STEP_REALM_REFVALUES) | \
			 WAIVE(TSM_STEP_EVENT_LOG))

struct tsm_verify {
	struct tsm_token *token;
	struct judgement step[TSM_STEPS];
	struct judgement whole;
	size_t records;
};

static const struct {
	const char *name;
	int (*look)(struct run *run, struct judgement *j);
} steps[TSM_STEPS] = {
	[TSM_STEP_FORM] = { "form" },
	[TSM_STEP_PLATFORM_SIGNATURE] = { "platform signature", step_platform_signature },
	[TSM_STEP_TRUST_ANCHOR] = { "trust anchor", step_trust_anchor },
	[TSM_STEP_BINDING] = { "binding", step_binding },
	[TSM_STEP_REALM_SIGNATURE] = { "realm signature", step_realm_signature },
	[TSM_STEP_CHALLENGE] = { "challenge", step_challenge },
	[TSM_STEP_PLATFORM_REFVALUES] = { "platform reference values", step_platform_refvalues },
	[TSM_STEP_REALM_REFVALUES] = { "realm reference values", step_realm_refvalues },
	[TSM_STEP_EVENT_LOG] = { "event log", step_event_log },
};

/* Whatever the decoder does not take is not valid; only a lack of memory is no verdict. */
static int look_form(struct tsm_ctx *ctx, const void *data, size_t len, struct tsm_verify *verify)
{
	struct judgement *j = &verify->step[TSM_STEP_FORM];
	int rc = tsm_token_new(ctx, data, len, &verify->token);

	if (rc == -ENOMEM)
		return rc;
	if (rc)
		judge(j, TSM_VERDICT_INVALID, (enum tsm_token_part)ctx->part, ctx->claim, "%s",
		      tsm_error(ctx));
	else
		judge(j, TSM_VERDICT_VALID, TSM_TOKEN_REALM, 0, "a CCA token in wrapper %d",
		      tsm_token_wrapper(verify->token));
	return 0;
}

static int look_rest(struct run *run, struct tsm_verify *verify)
{
	int i, rc = 0;

	for (i = TSM_STEP_FORM + 1; i < TSM_STEPS && !rc; i++) {
		struct judgement *j = &verify->step[i];

		if (run->token)
			rc = steps[i].look(run, j);
		else
			judge(j, TSM_VERDICT_UNKNOWN, TSM_TOKEN_REALM, 0,
			      "the token could not be read");
	}
	if (rc == -EIO || rc == -ENOMEM)
		err_crypto(run->ctx, rc, "verify");
	return rc;
}

/* The first step that is not valid; else the first that cannot be told; else all is well. */
static void judge_whole(struct tsm_verify *verify)
{
	static const enum tsm_verdict worst[] = { TSM_VERDICT_INVALID, TSM_VERDICT_UNKNOWN };
	size_t w;
	int i;

	for (w = 0; w < 2; w++) {
		for (i = 0; i < TSM_STEPS; i++) {
			const struct judgement *j = &verify->step[i];

			if (j->verdict != worst[w])
				continue;
			judge(&verify->whole, worst[w], j->part, j->claim, "%s: %s", steps[i].name,
			      j->reason);
			return;
		}
	}
	judge(&verify->whole, TSM_VERDICT_VALID, TSM_TOKEN_REALM, 0,
	      "everything that was asked for holds");
}

static int check_opts(struct tsm_ctx *ctx, const struct tsm_verify_opts *opts,
		      struct tsm_verify_opts *ours)
{
	if (opts_copy(ours, sizeof(*ours), opts))
		return err_set(ctx, -EINVAL, "verify: the options make no sense to this libtsm");
	if (ours->challenge_len > CHALLENGE_MAX || (ours->challenge && !ours->challenge_len))
		return err_set(ctx, -EINVAL, "verify: a challenge has 1 to %d bytes, not %zu",
			       CHALLENGE_MAX, ours->challenge_len);
	if (ours->waive & ~WAIVABLE)
		return err_set(ctx, -EINVAL,
			       "verify: only reference values and event log can be waived");
	if (ours->n_logs && !ours->logs)
		return err_set(ctx, -EINVAL, "verify: the event logs are missing");
	return 0;
}

int tsm_verify_new(struct tsm_ctx *ctx, const void *data, size_t len,
		   const struct tsm_verify_opts *opts, struct tsm_verify **out)
{
	struct tsm_verify_opts ours;
	struct tsm_verify *verify;
	struct run run;
	int rc;

	if (!ctx)
		return -EINVAL;
	if (!data || !out)
		return err_set(ctx, -EINVAL, "verify: no token, or no place for the verdicts");
	rc = check_opts(ctx, opts, &ours);
	if (rc)
		return rc;
	verify = calloc(1, sizeof(*verify));
	if (!verify)
		return err_set(ctx, -ENOMEM, "verify: out of memory");

	rc = look_form(ctx, data, len, verify);
	if (!rc) {
		run = (struct run){ ctx, &ours, verify->token, &verify->records };
		rc = look_rest(&run, verify);
	}
	if (rc) {
		tsm_verify_free(&verify);
		return rc;
	}
	judge_whole(verify);
	*out = verify;
	return 0;
}

void tsm_verify_free(struct tsm_verify **verify)
{
	if (!verify || !*verify)
		return;
	tsm_token_free(&(*verify)->token);
	free(*verify);
	*verify = NULL;
}

const char *tsm_step_name(enum tsm_step step)
{
	return (size_t)step < TSM_STEPS ? steps[step].name : NULL;
}

static const struct judgement *judgement_of(const struct tsm_verify *verify, enum tsm_step step)
{
	static const struct judgement none = { .verdict = TSM_VERDICT_UNKNOWN };

	return verify && (size_t)step < TSM_STEPS ? &verify->step[step] : &none;
}

enum tsm_verdict tsm_verify_verdict(const struct tsm_verify *verify)
{
	return verify ? verify->whole.verdict : TSM_VERDICT_UNKNOWN;
}

const char *tsm_verify_reason(const struct tsm_verify *verify)
{
	return verify ? verify->whole.reason : "";
}

enum tsm_verdict tsm_verify_step(const struct tsm_verify *verify, enum tsm_step step)
{
	return judgement_of(verify, step)->verdict;
}

const char *tsm_verify_step_reason(const struct tsm_verify *verify, enum tsm_step step)
{
	return judgement_of(verify, step)->reason;
}

int64_t tsm_verify_step_claim(const struct tsm_verify *verify, enum tsm_step step,
			      enum tsm_token_part *part)
{
	if (part)
		*part = judgement_of(verify, step)->part;
	return judgement_of(verify, step)->claim;
}

const struct tsm_token *tsm_verify_token(const struct tsm_verify *verify)
{
	return verify ? verify->token : NULL;
}

size_t tsm_verify_records(const struct tsm_verify *verify)
{
	return verify ? verify->records : 0;
}
