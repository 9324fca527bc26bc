// SPDX-License-Identifier: GPL-2.0-only
/* Any file of trust anchors and of reference values, then a token held against both. */
#include <errno.h>

#include <tsm/verify.h>

#include "fuzz.h"
#include "inputs.h"

static struct tsm_ctx *ctx;

static int is_allowed(int rc, int faulty)
{
	return rc == 0 || ((rc == -EBADMSG || rc == -EMSGSIZE) && *tsm_error(ctx)) ||
	       (rc == -ENOMEM && faulty);
}

static size_t refs(const struct tsm_refvalues *refvalues)
{
	return tsm_refvalues_realms(refvalues) + tsm_refvalues_platforms(refvalues);
}

static void verify(const struct tsm_anchors *anchors, const struct tsm_refvalues *refvalues)
{
	const struct tsm_verify_opts opts = {
		.size = sizeof(opts), .anchors = anchors, .refvalues = refvalues,
		.challenge = input_challenge, .challenge_len = input_challenge_len,
	};
	struct tsm_verify *v = NULL;

	need(!tsm_verify_new(ctx, input_token, input_token_len, &opts, &v));
	need(tsm_verify_step(v, TSM_STEP_FORM) == TSM_VERDICT_VALID);
	/* without a log, nobody gets further than this */
	need(tsm_verify_verdict(v) != TSM_VERDICT_VALID);
	tsm_verify_free(&v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tsm_refvalues *refvalues = NULL;
	struct tsm_anchors *anchors = NULL;
	size_t count;
	int rc, round, faulty;

	if (!ctx)
		need(!tsm_ctx_new(NULL, &ctx));
	if (size <= FUZZ_HEAD)
		return -1;
	need(!tsm_anchors_new(ctx, &anchors) && !tsm_refvalues_new(ctx, &refvalues));
	for (round = 0; round < 2; round++) {
		if (round)
			fuzz_faults(data);
		count = tsm_anchors_count(anchors);
		rc = tsm_anchors_add(ctx, anchors, data + FUZZ_HEAD, size - FUZZ_HEAD);
		faulty = faults_end();
		need(is_allowed(rc, faulty));
		need(!rc || tsm_anchors_count(anchors) == count);

		if (round)
			fuzz_faults(data);
		count = refs(refvalues);
		rc = tsm_refvalues_add(ctx, refvalues, data + FUZZ_HEAD, size - FUZZ_HEAD);
		faulty = faults_end();
		need(is_allowed(rc, faulty));
		need(!rc || refs(refvalues) == count);
		count = refs(refvalues);
	}
	/* by far the slowest: only where it sees something that it did not see before */
	if (tsm_anchors_count(anchors) || count)
		verify(anchors, refvalues);
	tsm_anchors_free(&anchors);
	tsm_refvalues_free(&refvalues);
	return 0;
}
