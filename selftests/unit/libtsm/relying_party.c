// SPDX-License-Identifier: GPL-2.0-only
/* What a relying party has and expects; shared by the tests of <tsm/verify.h>. */
#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "anchor_files.h"
#include "relying_party.h"
#include "store_files.h"

struct tsm_ctx *ctx;
struct mint m;
struct enc token;
struct log l;
struct tsm_anchors *anchors;
struct tsm_refvalues *refvalues;
struct tsm_verify *v;
struct tsm_verify_opts opts;
struct tsm_verify_log logs[2];
uint8_t challenge[64];

size_t put_fill(char *out, uint8_t fill, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		sprintf(out + 2 * i, "%02x", fill);
	return 2 * len;
}

void add_anchor(int alg)
{
	uint8_t key[256];

	add_anchors(key, file_cose_key(key, alg, PLATFORM));
}

void new_anchors(void)
{
	tsm_anchors_free(&anchors);
	assert_int_equal(tsm_anchors_new(ctx, &anchors), 0);
	opts.anchors = anchors;
}

void add_anchors(const void *data, size_t len)
{
	if (tsm_anchors_add(ctx, anchors, data, len))
		fail_msg("%s", tsm_error(ctx));
}

void new_refvalues(void)
{
	tsm_refvalues_free(&refvalues);
	assert_int_equal(tsm_refvalues_new(ctx, &refvalues), 0);
	opts.refvalues = refvalues;
}

void add_refvalues(const char *json)
{
	if (tsm_refvalues_add(ctx, refvalues, json, strlen(json)))
		fail_msg("%s in %s", tsm_error(ctx), json);
}

void add_refvalues_file(const char *name)
{
	size_t len;

	add_refvalues(store_file(name, &len));
}

int setup(void **state)
{
	(void)state;
	assert_int_equal(tsm_ctx_new(NULL, &ctx), 0);
	memset(challenge, 0xcc, sizeof(challenge));
	opts = (struct tsm_verify_opts){ .size = sizeof(opts), .challenge = challenge,
					 .challenge_len = 64, .waive = WAIVE_ALL };
	new_anchors();
	new_refvalues();
	mint_init(&m, 399, 2023, 2023, "sha-256", -7);
	add_anchor(-7);
	return 0;
}

int teardown(void **state)
{
	(void)state;
	tsm_verify_free(&v);
	tsm_anchors_free(&anchors);
	tsm_refvalues_free(&refvalues);
	tsm_ctx_free(&ctx);
	return 0;
}

void encode_rems(void)
{
	struct enc rems = { .len = 0 };
	int i;

	enc_head(&rems, 4, 4);
	for (i = 1; i <= 4; i++)
		enc_bytes(&rems, l.rem[i], alg_size(l.alg));
	claim_set(&m.part[REALM].claims, 44239, &rems);
}

void give_log(void)
{
	logs[0] = (struct tsm_verify_log){ l.bytes.data, l.bytes.len };
	opts.logs = logs;
	opts.n_logs = 1;
}

void verify_bytes(const void *data, size_t len)
{
	/* exactly as long, so that a read past the end is seen */
	void *copy = malloc(len);
	int rc;

	memcpy(copy, data, len);
	tsm_verify_free(&v);
	rc = tsm_verify_new(ctx, copy, len, &opts, &v);
	free(copy);
	if (rc)
		fail_msg("%d: %s", rc, tsm_error(ctx));
}

void verify(void)
{
	mint_token(&m, &token);
	verify_bytes(token.data, token.len);
}

static void marks(char *out)
{
	int i;

	for (i = 0; i < TSM_STEPS; i++)
		out[i] = "?vx-"[tsm_verify_step(v, (enum tsm_step)i)];
	out[i] = '\0';
}

void expect(const char *steps, enum tsm_verdict whole)
{
	char is[TSM_STEPS + 1];
	int i;

	marks(is);
	if (strcmp(is, steps) || tsm_verify_verdict(v) != whole)
		fail_msg("%s, %s; not %s: %s", is, tsm_verdict_name(tsm_verify_verdict(v)), steps,
			 tsm_verify_reason(v));
	for (i = 0; i < TSM_STEPS; i++)
		assert_true(*tsm_verify_step_reason(v, (enum tsm_step)i));
	assert_true(*tsm_verify_reason(v));
}

void expect_fault(const char *steps, enum tsm_step step, int64_t label,
		  enum tsm_token_part part, const char *words)
{
	enum tsm_token_part at;

	expect(steps, TSM_VERDICT_INVALID);
	if (tsm_verify_step_claim(v, step, &at) != label || (label && at != part) ||
	    !strstr(tsm_verify_step_reason(v, step), words))
		fail_msg("claim %lld, or no '%s' in: %s",
			 (long long)tsm_verify_step_claim(v, step, NULL), words,
			 tsm_verify_step_reason(v, step));
	assert_non_null(strstr(tsm_verify_reason(v), ": "));
}

