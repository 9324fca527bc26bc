// SPDX-License-Identifier: GPL-2.0-only
/*
 * Verify a stream of tokens. In: a trust anchor file, a challenge, then tokens, each
 * after its length in 4 bytes, little endian. Out: a line for each token, a mark for
 * each step (v valid, x not valid, ? cannot tell, - not checked), one for the whole,
 * and why.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <tsm/verify.h>

static uint8_t *read_block(size_t *len)
{
	uint8_t head[4], *data;

	if (fread(head, 1, sizeof(head), stdin) != sizeof(head))
		return NULL;
	*len = head[0] | (size_t)head[1] << 8 | (size_t)head[2] << 16 | (size_t)head[3] << 24;
	/* of its own length, so that a read past the end is seen */
	data = malloc(*len ? *len : 1);
	if (!data || fread(data, 1, *len, stdin) != *len)
		abort();
	return data;
}

static char mark(enum tsm_verdict verdict)
{
	return "?vx-"[verdict];
}

static void judge(struct tsm_ctx *ctx, const struct tsm_verify_opts *opts, const uint8_t *data,
		  size_t len)
{
	struct tsm_verify *verify;
	int i;

	if (tsm_verify_new(ctx, data, len, opts, &verify)) {
		fprintf(stderr, "%s\n", tsm_error(ctx));
		abort();
	}
	for (i = 0; i < TSM_STEPS; i++)
		putchar(mark(tsm_verify_step(verify, (enum tsm_step)i)));
	printf(" %c %s\n", mark(tsm_verify_verdict(verify)), tsm_verify_reason(verify));
	tsm_verify_free(&verify);
}

int main(void)
{
	struct tsm_verify_opts opts = {
		.size = sizeof(opts),
		.waive = 1u << TSM_STEP_PLATFORM_REFVALUES | 1u << TSM_STEP_REALM_REFVALUES |
			 1u << TSM_STEP_EVENT_LOG,
	};
	struct tsm_anchors *anchors = NULL;
	uint8_t *file, *challenge, *data;
	struct tsm_ctx *ctx = NULL;
	size_t len;

	file = read_block(&len);
	if (tsm_ctx_new(NULL, &ctx) || tsm_anchors_new(ctx, &anchors) || !file ||
	    tsm_anchors_add(ctx, anchors, file, len)) {
		fprintf(stderr, "judge: %s\n", tsm_error(ctx));
		return 1;
	}
	challenge = read_block(&opts.challenge_len);
	opts.challenge = challenge;
	opts.anchors = anchors;
	while ((data = read_block(&len))) {
		judge(ctx, &opts, data, len);
		free(data);
	}
	free(challenge);
	free(file);
	tsm_anchors_free(&anchors);
	tsm_ctx_free(&ctx);
	return 0;
}
