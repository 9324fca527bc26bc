// SPDX-License-Identifier: GPL-2.0-only
/* What is asked of tokens of the field, the mint's and those of others. */
#include <errno.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <tsm/token.h>

#include "relying_party.h"
#include "signed_regions.h"
#include "token_parts.h"
#include "token_questions.h"
#include "touch_token.h"

/* --- reading --- */

static void expect_profile(const struct tsm_token *t, enum tsm_token_part part, const char *want)
{
	const char *profile = tsm_claim_text(tsm_token_find(t, part, TSM_LABEL_PROFILE));

	assert_string_equal(profile ? profile : "none", want ? want : "none");
}

void ask_reading(const struct field_token *f)
{
	struct tsm_token *t = NULL;
	unsigned int i;
	int sum = 0;
	size_t n;

	if (tsm_token_new(ctx, f->data, f->len, &t))
		fail_msg("%s: %s", f->name, tsm_error(ctx));
	assert_int_equal(tsm_token_wrapper(t), f->wrapper);
	assert_int_equal(tsm_token_alg(t, TSM_TOKEN_REALM), f->alg);
	expect_profile(t, TSM_TOKEN_PLATFORM, f->platform);
	expect_profile(t, TSM_TOKEN_REALM, f->realm);
	assert_string_equal(tsm_hash_name(tsm_token_hash(t)), f->hash);
	assert_int_equal(!!tsm_claim_child(tsm_token_find(t, TSM_TOKEN_REALM, TSM_LABEL_RAK)),
			 f->cose_key);
	for (i = 0; i < 4; i++)
		sum += *tsm_token_rem(t, i, &n);
	assert_int_equal(sum != 0, f->rems);
	walk_token(t);
	tsm_token_free(&t);

	/* nothing that is not the whole */
	for (n = 1; n < f->len; n++)
		assert_int_equal(tsm_token_new(ctx, f->data, n, &t), -EBADMSG);
}

void ask_no_token(const void *data, size_t len)
{
	struct tsm_token *t = NULL;

	assert_int_equal(tsm_token_new(ctx, data, len, &t), -EPROTONOSUPPORT);
}

/* --- appraisal --- */

static void expect_challenge(const uint8_t *data, size_t len)
{
	struct tsm_token *t;
	size_t n;

	assert_int_equal(tsm_token_new(ctx, data, len, &t), 0);
	memcpy(challenge, tsm_token_challenge(t, &n), sizeof(challenge));
	tsm_token_free(&t);
}

static void anchors_from(const struct text *file)
{
	new_anchors();
	add_anchors(file->data, file->len);
}

static void ask_anchors(const struct field_token *t, const struct field_files *files)
{
	int i;

	for (i = 0; i < 3; i++) {
		anchors_from(&files->right[i]);
		verify_bytes(t->data, t->len);
		expect("vvvvvv---", TSM_VERDICT_VALID);
	}
	anchors_from(&files->other_platform);
	verify_bytes(t->data, t->len);
	expect_fault("v?xvvv---", TSM_STEP_TRUST_ANCHOR, 256, TSM_TOKEN_PLATFORM, "none of 1");
	anchors_from(&files->other_curve);
	verify_bytes(t->data, t->len);
	expect_fault("vxvvvv---", TSM_STEP_PLATFORM_SIGNATURE, 0, TSM_TOKEN_PLATFORM, "curve");
}

static void ask_refvalues(const struct field_token *t, const struct field_files *files)
{
	add_refvalues(files->refvalues.data);
	verify_bytes(t->data, t->len);
	if (files->fit)
		expect("vvvvvvvv-", TSM_VERDICT_VALID);
	else
		assert_int_equal(tsm_verify_step_claim(v, TSM_STEP_REALM_REFVALUES, NULL), 44238);
	new_refvalues();
}

void ask_appraisal(struct field_token *t, const struct field_files *files, size_t stride)
{
	size_t n;

	expect_challenge(t->data, t->len);
	ask_anchors(t, files);
	anchors_from(&files->right[0]);
	challenge[63] ^= 1;
	verify_bytes(t->data, t->len);
	expect_fault("vvvvvx---", TSM_STEP_CHALLENGE, 10, TSM_TOKEN_REALM, "not the one expected");
	challenge[63] ^= 1;
	ask_refvalues(t, files);

	/* a key by itself, or other ids would be a cross at the trust anchor already */
	anchors_from(&files->right[2]);
	flip_every_byte(t->data, t->len, stride, getenv("ALL_BITS") ? 8 : 1);
	for (n = 1; n < t->len; n++) {
		verify_bytes(t->data, n);
		expect("x????????", TSM_VERDICT_INVALID);
	}
	assert_true(t->len < sizeof(t->data));
	t->data[t->len] = 0;
	verify_bytes(t->data, t->len + 1);
	expect("x????????", TSM_VERDICT_INVALID);
}

static void verify_taken(const struct taken *t)
{
	taken_encode(t, &token);
	verify_bytes(token.data, token.len);
}

static void ask_claim(const struct taken *right, int which, int label)
{
	enum tsm_token_part of = which == REALM ? TSM_TOKEN_REALM : TSM_TOKEN_PLATFORM;
	static struct taken t;
	char hex[16];

	t = *right;
	claim_drop(&t.part[which].claims, label);
	verify_taken(&t);
	expect_fault("x????????", TSM_STEP_FORM, label, of, "is missing");
	t = *right;
	sprintf(hex, label < 24 ? "%02x" : "19%04x", (unsigned int)label);
	claim_add_hex(&t.part[which].claims, hex, "40");
	verify_taken(&t);
	expect_fault("x????????", TSM_STEP_FORM, 0, of, "repeated");
}

void ask_claims(const struct field_token *t, size_t n, size_t which, const struct field_files *files)
{
	static const int labels[2][9] = {
		[REALM] = { 10, 44235, 44236, 44237, 44238, 44239, 44240 },
		[PLATFORM] = { 10, 256, 265, 2395, 2396, 2399, 2401, 2402 },
	};
	static struct taken right, changed, from;
	size_t part, k;

	anchors_from(&files->right[0]);
	expect_challenge(t[which].data, t[which].len);
	take_token(t[which].data, &right);
	verify_taken(&right);
	expect("vvvvvv---", TSM_VERDICT_VALID);
	for (part = REALM; part <= PLATFORM; part++)
		for (k = 0; labels[part][k]; k++)
			ask_claim(&right, (int)part, labels[part][k]);

	/* of each other token that has one; where it is the same, all is well */
	for (k = 0; k < n; k++) {
		take_token(t[k].data, &from);
		changed = right;
		if (!claim_copy(&changed.part[REALM].claims, &from.part[REALM].claims, 44237))
			continue;
		verify_taken(&changed);
		expect("vvvxxv---", TSM_VERDICT_INVALID);
	}
}

void ask_parts_of_two(const struct field_token *one, const struct field_token *two,
		      const struct field_files *files)
{
	static struct taken first, second;

	take_token(one->data, &first);
	take_token(two->data, &second);
	first.part[REALM] = second.part[REALM];
	taken_encode(&first, &token);
	expect_challenge(token.data, token.len);
	anchors_from(&files->right[0]);
	verify_bytes(token.data, token.len);
	expect_fault("vvvxvv---", TSM_STEP_BINDING, 10, TSM_TOKEN_PLATFORM,
		     "do not belong together");
}
