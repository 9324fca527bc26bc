// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any token, against anchors, reference values and a log that are right: verdicts of
 * every kind, no crash, and the same verdicts or an errno when calls fail.
 */
#include <errno.h>
#include <string.h>

#include <tsm/verify.h>

#include "fuzz.h"
#include "inputs.h"

static struct tsm_ctx *ctx;
static struct tsm_anchors *anchors;
static struct tsm_refvalues *refvalues;
static struct tsm_verify_log log;
static struct tsm_verify_opts opts;

static void begin(void)
{
	need(!tsm_ctx_new(NULL, &ctx));
	need(!tsm_anchors_new(ctx, &anchors) && !tsm_refvalues_new(ctx, &refvalues));
	need(!tsm_anchors_add(ctx, anchors, input_anchors, input_anchors_len));
	need(!tsm_refvalues_add(ctx, refvalues, input_refvalues, input_refvalues_len));
	log = (struct tsm_verify_log){ input_log, input_log_len };
	opts = (struct tsm_verify_opts){
		.size = sizeof(opts), .anchors = anchors, .challenge = input_challenge,
		.challenge_len = input_challenge_len, .refvalues = refvalues, .logs = &log,
			.n_logs = 1,
	};
}

/* The whole follows from the steps, and every step says why. */
static void check(const struct tsm_verify *v)
{
	int i, invalid = 0, unknown = 0;

	for (i = 0; i < TSM_STEPS; i++) {
		enum tsm_verdict verdict = tsm_verify_step(v, (enum tsm_step)i);

		invalid += verdict == TSM_VERDICT_INVALID;
		unknown += verdict == TSM_VERDICT_UNKNOWN;
		need(verdict != TSM_VERDICT_WAIVED);
		need(*tsm_verify_step_reason(v, (enum tsm_step)i));
	}
	need(tsm_verify_verdict(v) == (invalid ? TSM_VERDICT_INVALID : unknown ?
		TSM_VERDICT_UNKNOWN :
				       TSM_VERDICT_VALID));
	need(!tsm_verify_token(v) == (tsm_verify_step(v, TSM_STEP_FORM) == TSM_VERDICT_INVALID));
	need(*tsm_verify_reason(v));
}

/* Only the wrapper is not signed: a valid token says what one of ours says. */
static void check_valid(const struct tsm_verify *v)
{
	size_t len;

	if (tsm_verify_verdict(v) != TSM_VERDICT_VALID)
		return;
	need(!memcmp(tsm_token_challenge(tsm_verify_token(v), &len), input_challenge,
		     input_challenge_len));
	need(tsm_verify_records(v) > 0);
}

static void check_same(const struct tsm_verify *a, const struct tsm_verify *b)
{
	int i;

	for (i = 0; i < TSM_STEPS; i++) {
		enum tsm_step step = (enum tsm_step)i;

		need(tsm_verify_step(a, step) == tsm_verify_step(b, step));
		need(tsm_verify_step_claim(a, step, NULL) == tsm_verify_step_claim(b, step, NULL));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tsm_verify *v = NULL, *again = NULL;
	int rc;

	if (!ctx)
		begin();
	if (size <= FUZZ_HEAD)
		return -1;
	need(!tsm_verify_new(ctx, data + FUZZ_HEAD, size - FUZZ_HEAD, &opts, &v));
	check(v);
	check_valid(v);

	fuzz_faults(data);
	rc = tsm_verify_new(ctx, data + FUZZ_HEAD, size - FUZZ_HEAD, &opts, &again);
	need(rc == 0 || (rc == -ENOMEM && faults_end()));
	faults_end();
	if (!rc)
		check_same(v, again);
	tsm_verify_free(&v);
	tsm_verify_free(&again);
	return 0;
}
