// SPDX-License-Identifier: GPL-2.0-only
/* <tsm/verify.h>: the right verdict, and a wrong token's cross at the right step. */
#include <errno.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <tsm/verify.h>

#include "array_size.h"
#include "faults.h"
#include "logs.h"
#include "mint.h"
#include "token_parts.h"

#define WAIVE(step)	(1u << (step))
#define WAIVE_ALL	(WAIVE(TSM_STEP_PLATFORM_REFVALUES) | WAIVE(TSM_STEP_REALM_REFVALUES) | \
			 WAIVE(TSM_STEP_EVENT_LOG))

static struct tsm_ctx *ctx;
static struct mint m;
static struct enc token;
static struct log l;
static struct tsm_anchors *anchors;
static struct tsm_refvalues *refvalues;
static struct tsm_verify *v;
static struct tsm_verify_opts opts;
static struct tsm_verify_log logs[2];
static uint8_t challenge[64];

/* --- what a relying party would have --- */

static size_t put_hex(char *out, const uint8_t *data, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		sprintf(out + 2 * i, "%02x", data[i]);
	return 2 * len;
}

static size_t put_fill(char *out, uint8_t fill, size_t len)
{
	uint8_t data[64];

	memset(data, fill, len);
	return put_hex(out, data, len);
}

/* The mint's platform key, as a COSE_Key. */
static void encode_anchor(int alg, struct enc *key)
{
	uint8_t x[66], y[66];
	size_t size = mint_public(alg, PLATFORM, x, y);

	key->len = 0;
	enc_hex(key, "a4 0102 20");
	enc_int(key, alg == -7 ? 1 : alg == -35 ? 2 : 3);
	enc_int(key, -2);
	enc_bytes(key, x, size);
	enc_int(key, -3);
	enc_bytes(key, y, size);
}

static void add_anchor(int alg)
{
	static struct enc key;

	encode_anchor(alg, &key);
	assert_int_equal(tsm_anchors_add(ctx, anchors, key.data, key.len), 0);
}

static void new_anchors(void)
{
	tsm_anchors_free(&anchors);
	assert_int_equal(tsm_anchors_new(ctx, &anchors), 0);
	opts.anchors = anchors;
}

static void add_store(const char *json)
{
	if (tsm_anchors_add(ctx, anchors, json, strlen(json)))
		fail_msg("%s", tsm_error(ctx));
}

static void new_refvalues(void)
{
	tsm_refvalues_free(&refvalues);
	assert_int_equal(tsm_refvalues_new(ctx, &refvalues), 0);
	opts.refvalues = refvalues;
}

static void add_refvalues(const char *json)
{
	if (tsm_refvalues_add(ctx, refvalues, json, strlen(json)))
		fail_msg("%s in %s", tsm_error(ctx), json);
}

#define ID32(n)	"00000000000000000000000000000000000000000000000000000000000000" n
#define PLATFORM_REF(impl, config, components) \
	"{\"platform\":[{\"implementation-id\":\"" impl "\",\"platform-configuration\":\"" config \
	"\",\"sw-components\":[" components "]}]}"
#define IMPL	"1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e"
#define FIRST	"{\"measurement-value\":\"" ID32("01") "\",\"signer-id\":\"" ID32("02") \
		"\",\"component-type\":\"BL\",\"version\":\"1.0\",\"hash-algo-id\":\"sha-256\"}"
#define SECOND	"{\"measurement-value\":\"" ID32("03") "\",\"signer-id\":\"" ID32("04") "\"}"

/* What mint_init() makes; @rem is the byte that every REM is filled with, plus its number. */
static const char *realm_ref(const char *hash, uint8_t rim, uint8_t rem, uint8_t rpv,
			     const char *rak_hash)
{
	static char json[2048];
	size_t size = hash_size(hash), i;
	char *at = json;

	at += sprintf(at, "{\"realm\":[{\"initial-measurement\":\"");
	at += put_fill(at, rim, size);
	at += sprintf(at,
		      "\",\"rak-hash-algorithm\":\"%s\",\"extensible-measurements\":[",
		      rak_hash);
	for (i = 0; i < 4; i++) {
		at += sprintf(at, "%s\"", i ? "," : "");
		at += put_fill(at, (uint8_t)(rem + i), size);
		at += sprintf(at, "\"");
	}
	at += sprintf(at, "],\"personalization-value\":\"");
	at += put_fill(at, rpv, 64);
	sprintf(at, "\"}]}");
	return json;
}

static int setup(void **state)
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

static int teardown(void **state)
{
	(void)state;
	tsm_verify_free(&v);
	tsm_anchors_free(&anchors);
	tsm_refvalues_free(&refvalues);
	tsm_ctx_free(&ctx);
	return 0;
}

static void verify_bytes(const void *data, size_t len)
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

static void verify(void)
{
	mint_token(&m, &token);
	verify_bytes(token.data, token.len);
}

/* --- what is expected of the verdicts: a mark a step, "vv?x-" --- */

static void marks(char *out)
{
	int i;

	for (i = 0; i < TSM_STEPS; i++)
		out[i] = "?vx-"[tsm_verify_step(v, (enum tsm_step)i)];
	out[i] = '\0';
}

static void expect(const char *steps, enum tsm_verdict whole)
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

/* One step is at fault, for this claim, and says this. */
static void expect_fault(const char *steps, enum tsm_step step, int64_t label,
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

/* --- right tokens --- */

static void encode_rems(void)
{
	struct enc rems = { .len = 0 };
	int i;

	enc_head(&rems, 4, 4);
	for (i = 1; i <= 4; i++)
		enc_bytes(&rems, l.rem[i], alg_size(l.alg));
	claim_set(&m.part[REALM].claims, 44239, &rems);
}

static void give_log(void)
{
	logs[0] = (struct tsm_verify_log){ l.bytes.data, l.bytes.len };
	opts.logs = logs;
	opts.n_logs = 1;
}

static void every_combination(void **state)
{
	static const int wrappers[] = { 399, 907 }, realm[] = { 0, 2023, 2024 };
	static const int platform[] = { 0, 2023 }, algs[] = { -7, -35, -36 };
	static const struct { const char *name; int alg; } hashes[] = {
		{ "sha-256", SHA256 }, { "sha-384", SHA384 }, { "sha-512", SHA512 } };
	int i;

	(void)state;
	opts.waive = 0;
	for (i = 0; i < 2 * 3 * 2 * 3 * 3; i++) {
		const char *hash = hashes[i / 36 % 3].name;
		int alg = algs[i / 12 % 3];
		char json[1024], *at = json;

		mint_init(&m, wrappers[i % 2], realm[i / 2 % 3], platform[i / 6 % 2], hash, alg);
		log_begin(&l, hashes[i / 36 % 3].alg, 0);
		log_aael(&l, 1, "example.org op content");
		log_bare(&l, 4, 0x22);
		encode_rems();
		give_log();
		new_anchors();
		add_anchor(alg);
		new_refvalues();
		add_refvalues(PLATFORM_REF(IMPL, "cfcfcfcf", FIRST "," SECOND));
		at += sprintf(at, "{\"realm\":[{\"initial-measurement\":\"");
		at += put_fill(at, 0x88, hash_size(hash));
		sprintf(at, "\",\"rak-hash-algorithm\":\"sha-256\"}]}");
		add_refvalues(json);
		verify();
		expect("vvvvvvvvv", TSM_VERDICT_VALID);
		assert_int_equal(tsm_verify_records(v), 2);
		assert_int_equal(tsm_token_wrapper(tsm_verify_token(v)), wrappers[i % 2]);
	}
}

static void short_challenges_are_padded(void **state)
{
	static const uint8_t expected[64] = { 1, 2, 3 };
	struct enc value = { .len = 0 };

	(void)state;
	enc_bytes(&value, expected, 64);
	claim_set(&m.part[REALM].claims, 10, &value);
	opts.challenge = expected;
	opts.challenge_len = 3;
	verify();
	expect("vvvvvv---", TSM_VERDICT_VALID);
	opts.challenge_len = 2;
	verify();
	expect_fault("vvvvvx---", TSM_STEP_CHALLENGE, 10, TSM_TOKEN_REALM, "not the one expected");
}

static void every_byte_of_the_challenge(void **state)
{
	static uint8_t expected[64];
	struct enc value = { .len = 0 };
	size_t i;

	(void)state;
	enc_bytes(&value, expected, 64);
	claim_set(&m.part[REALM].claims, 10, &value);
	opts.challenge = expected;
	opts.challenge_len = 64;
	for (i = 0; i < 64; i++) {
		expected[i] ^= 0x80;
		verify();
		expect_fault("vvvvvx---", TSM_STEP_CHALLENGE, 10, TSM_TOKEN_REALM,
			     "not the one expected");
		expected[i] ^= 0x80;
	}
	verify();
	expect("vvvvvv---", TSM_VERDICT_VALID);
}

/* The whole hash, not its beginning, and to the last byte. */
static void whole_binding(void **state)
{
	static const char *const hashes[] = { "sha-256", "sha-384", "sha-512" };
	static const size_t lens[] = { 32, 48, 64 };
	struct claims *platform = &m.part[PLATFORM].claims;
	size_t i, k;

	(void)state;
	for (i = 0; i < 3; i++) {
		for (k = 0; k <= i; k++) {
			mint_init(&m, 399, 2023, 2023, "sha-256", -7);
			claim_set_text(&m.part[REALM].claims, 44240, hashes[i]);
			mint_bind(&m, hashes[i], lens[k]);
			verify();
			if (k < i)
				expect_fault("vvvxvv---", TSM_STEP_BINDING, 10, TSM_TOKEN_PLATFORM,
					     "do not belong together");
			else
				expect("vvvvvv---", TSM_VERDICT_VALID);
		}
		for (k = 0; platform->entry[k].label[0] != 10; k++)
			continue;
		platform->entry[k].value[platform->entry[k].value_len - 1] ^= 1;
		verify();
		expect("vvvxvv---", TSM_VERDICT_INVALID);
	}
}

static void rak_hash_of_any_length(void **state)
{
	static const char *const hashes[] = { "sha-256", "sha-384", "sha-512" };
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		claim_set_text(&m.part[REALM].claims, 44240, hashes[i]);
		verify();
		if (i)
			expect_fault("vvvxvv---", TSM_STEP_BINDING, 10, TSM_TOKEN_PLATFORM,
				     "is not the sha-");
		else
			expect("vvvvvv---", TSM_VERDICT_VALID);
	}
}

static void unknown_claims_count_for_nothing(void **state)
{
	(void)state;
	claim_add_hex(&m.part[REALM].claims, "19 9999", "82 01 a1 20 f4");
	claim_add_hex(&m.part[PLATFORM].claims, "63 666f6f", "63 626172");
	verify();
	expect("vvvvvv---", TSM_VERDICT_VALID);
	assert_null(tsm_claim_name(tsm_token_find(tsm_verify_token(v), TSM_TOKEN_REALM, 39321)));
}

/* --- nothing that was not given is ever valid --- */

static void without_inputs(void **state)
{
	struct tsm_verify_opts none = { .size = sizeof(none) };

	(void)state;
	mint_token(&m, &token);
	tsm_verify_free(&v);
	assert_int_equal(tsm_verify_new(ctx, token.data, token.len, NULL, &v), 0);
	expect("v??vv????", TSM_VERDICT_UNKNOWN);
	tsm_verify_free(&v);
	assert_int_equal(tsm_verify_new(ctx, token.data, token.len, &none, &v), 0);
	expect("v??vv????", TSM_VERDICT_UNKNOWN);

	opts.anchors = NULL;
	verify();
	expect("v??vvv---", TSM_VERDICT_UNKNOWN);
	new_anchors();			/* an empty set trusts nobody */
	verify();
	expect_fault("v?xvvv---", TSM_STEP_TRUST_ANCHOR, 256, TSM_TOKEN_PLATFORM,
		     "none of 0 is for");
	add_anchor(-7);
	opts.challenge = NULL;
	opts.challenge_len = 0;
	verify();
	expect("vvvvv?---", TSM_VERDICT_UNKNOWN);
	opts.challenge = challenge;
	opts.challenge_len = 64;
	opts.waive = 0;
	verify();
	expect("vvvvvv???", TSM_VERDICT_UNKNOWN);
	opts.refvalues = NULL;
	opts.waive = 1u << TSM_STEP_EVENT_LOG;
	verify();
	expect("vvvvvv\?\?-", TSM_VERDICT_UNKNOWN);
	/* not valid outweighs what cannot be told; what is given is not waived */
	new_refvalues();
	add_refvalues("{\"realm\":[]}");
	opts.waive = WAIVE_ALL;
	verify();
	expect_fault("vvvvvv-x-", TSM_STEP_REALM_REFVALUES, 44238, TSM_TOKEN_REALM, "in no entry");
}

static void wrong_arguments(void **state)
{
	struct tsm_verify *none = NULL;
	enum tsm_token_part part;

	(void)state;
	verify();
	assert_int_equal(tsm_verify_step(v, (enum tsm_step)TSM_STEPS), TSM_VERDICT_UNKNOWN);
	assert_string_equal(tsm_verify_step_reason(v, (enum tsm_step)TSM_STEPS), "");

	assert_int_equal(tsm_verify_new(NULL, token.data, token.len, &opts, &none), -EINVAL);
	assert_int_equal(tsm_verify_new(ctx, NULL, token.len, &opts, &none), -EINVAL);
	assert_int_equal(tsm_verify_new(ctx, token.data, token.len, &opts, NULL), -EINVAL);
	opts.challenge_len = 65;
	assert_int_equal(tsm_verify_new(ctx, token.data, token.len, &opts, &none), -EINVAL);
	opts.challenge_len = 0;
	assert_int_equal(tsm_verify_new(ctx, token.data, token.len, &opts, &none), -EINVAL);
	opts.challenge_len = 64;
	opts.waive = 1u << TSM_STEP_TRUST_ANCHOR;
	assert_int_equal(tsm_verify_new(ctx, token.data, token.len, &opts, &none), -EINVAL);
	opts.waive = 0;
	opts.n_logs = 1;
	assert_int_equal(tsm_verify_new(ctx, token.data, token.len, &opts, &none), -EINVAL);
	opts.size = 1;
	assert_int_equal(tsm_verify_new(ctx, token.data, token.len, &opts, &none), -EINVAL);

	tsm_verify_free(NULL);
	tsm_verify_free(&none);
	assert_int_equal(tsm_verify_verdict(NULL), TSM_VERDICT_UNKNOWN);
	assert_string_equal(tsm_verify_reason(NULL), "");
	assert_int_equal(tsm_verify_step(NULL, TSM_STEP_FORM), TSM_VERDICT_UNKNOWN);
	assert_int_equal(tsm_verify_step_claim(NULL, TSM_STEP_FORM, &part), 0);
	assert_string_equal(tsm_verify_step_reason(NULL, TSM_STEP_FORM), "");
	assert_null(tsm_verify_token(NULL));
	assert_int_equal(tsm_verify_records(NULL), 0);
	assert_null(tsm_step_name((enum tsm_step)TSM_STEPS));
}

/* --- form --- */

static void wrong_form(void **state)
{
	static const int labels[2][9] = {
		[REALM] = { 10, 44235, 44236, 44237, 44238, 44239, 44240 },
		[PLATFORM] = { 10, 256, 265, 2395, 2396, 2399, 2401, 2402 },
	};
	char label[16];
	int part, i;

	(void)state;
	for (part = REALM; part <= PLATFORM; part++) {
		enum tsm_token_part of = part == REALM ? TSM_TOKEN_REALM : TSM_TOKEN_PLATFORM;

		for (i = 0; labels[part][i]; i++) {
			mint_init(&m, 399, 2023, 2023, "sha-256", -7);
			claim_drop(&m.part[part].claims, labels[part][i]);
			verify();
			expect_fault("x????????", TSM_STEP_FORM, labels[part][i], of, "is missing");

			mint_init(&m, 399, 2023, 2023, "sha-256", -7);
			sprintf(label, labels[part][i] < 24 ? "%02x" : "19%04x", labels[part][i]);
			claim_add_hex(&m.part[part].claims, label, "40");
			verify();
			expect_fault("x????????", TSM_STEP_FORM, 0, of, "repeated");

			mint_init(&m, 399, 2023, 2023, "sha-256", -7);
			claim_set_hex(&m.part[part].claims, labels[part][i], "f4");
			verify();
			expect_fault("x????????", TSM_STEP_FORM, labels[part][i], of, "is no");
		}
	}
	mint_init(&m, 399, 2023, 2023, "sha-256", -7);
	claim_set_hex(&m.part[PLATFORM].claims, 2399, "81 a1 02 5820" ID32("01"));
	verify();
	expect_fault("x????????", TSM_STEP_FORM, 2399, TSM_TOKEN_PLATFORM, "signer-id");
	claim_set_text(&m.part[PLATFORM].claims, 265, "tag:example.org,2030:none");
	verify();
	expect_fault("x????????", TSM_STEP_FORM, 265, TSM_TOKEN_PLATFORM, "does not know");
	assert_null(tsm_verify_token(v));
	verify_bytes("", 0);
	expect_fault("x????????", TSM_STEP_FORM, 0, TSM_TOKEN_REALM, "empty");
}

static void cut_or_lengthened(void **state)
{
	size_t len;
	int wrapper;

	(void)state;
	for (wrapper = 399; wrapper <= 907; wrapper += 907 - 399) {
		mint_init(&m, wrapper, 2023, 2023, "sha-256", -7);
		mint_token(&m, &token);
		for (len = 1; len < token.len; len++) {
			verify_bytes(token.data, len);
			expect("x????????", TSM_VERDICT_INVALID);
		}
		for (len = 1; len <= 32; len++) {
			token.data[token.len + len - 1] = (uint8_t)(len * 7);
			verify_bytes(token.data, token.len + len);
			expect("x????????", TSM_VERDICT_INVALID);
		}
	}
}

/* --- signatures --- */

struct region {
	const char *name;
	uint8_t *data;
	size_t len;
	enum tsm_step step;
};

#define REGIONS	6

/* What is signed in a right token, and the signatures. */
static void find_regions(uint8_t *data, struct region *regions)
{
	static struct taken t;
	int which;

	take_token(data, &t);
	for (which = REALM; which <= PLATFORM; which++) {
		const struct taken_part *part = &t.part[which];
		const struct { const char *name; struct slice slice; } of[] = {
			{ "protected header", part->protected }, { "payload", part->payload },
			{ "signature", part->signature },
		};

		for (size_t i = 0; i < ARRAY_SIZE(of); i++)
			*regions++ = (struct region){ of[i].name, data + (of[i].slice.data - data),
				of[i].slice.len, which == REALM ? TSM_STEP_REALM_SIGNATURE :
					TSM_STEP_PLATFORM_SIGNATURE };
	}
}

/*
 * A flipped bit in what is signed is a cross at that signature, or no right form.
 * @bits of each byte, a different one to begin with in each.
 */
static void flip_every_byte(uint8_t *data, size_t len, unsigned int bits)
{
	struct region regions[REGIONS];
	unsigned int bit;
	size_t i, r;

	find_regions(data, regions);
	for (r = 0; r < REGIONS; r++) {
		for (i = 0; i < regions[r].len; i++) {
			for (bit = 0; bit < bits; bit++) {
				uint8_t flip = (uint8_t)(1 << (i + bit) % 8);

				regions[r].data[i] ^= flip;
				verify_bytes(data, len);
				regions[r].data[i] ^= flip;
				assert_int_equal(tsm_verify_verdict(v), TSM_VERDICT_INVALID);
				if (tsm_verify_step(v, TSM_STEP_FORM) != TSM_VERDICT_INVALID &&
				    tsm_verify_step(v, regions[r].step) != TSM_VERDICT_INVALID)
					fail_msg("%s, byte %zu: %s", regions[r].name, i,
						 tsm_verify_reason(v));
				/* a signature that is another has no other consequence */
				if (!strcmp(regions[r].name, "signature"))
					assert_int_equal(tsm_verify_step(v, TSM_STEP_FORM),
							 TSM_VERDICT_VALID);
			}
		}
	}
	verify_bytes(data, len);
	assert_int_equal(tsm_verify_verdict(v), TSM_VERDICT_VALID);
}

static void flipped_bits(void **state)
{
	(void)state;
	mint_token(&m, &token);
	flip_every_byte(token.data, token.len, 8);
	mint_init(&m, 907, 0, 0, "sha-512", -7);
	mint_token(&m, &token);
	flip_every_byte(token.data, token.len, 2);
}

static void other_trust_anchors(void **state)
{
#define STORE	"[{\"instance-id\":\"01010101010101010101010101010101010101010101010101010101010101010%d\",\"implementation-id\":\"%s\",\"pkey\":{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"TKRFE_RwSXooI8DdatPOYg_uiKm2XrtT_uEMEvqQZrw\",\"y\":\"CRx3H8NHN1lcxqKi92P0OsZBxX3VFaktllpD3SjtN7s\"}}]"
	char json[600];

	(void)state;
	new_anchors();
	snprintf(json, sizeof(json), STORE, 2, IMPL);
	add_store(json);
	verify();
	expect_fault("v?xvvv---", TSM_STEP_TRUST_ANCHOR, 256, TSM_TOKEN_PLATFORM,
		     "none of 1 is for");
	snprintf(json, sizeof(json), STORE, 1, ID32("01"));
	add_store(json);
	verify();
	expect_fault("v?xvvv---", TSM_STEP_TRUST_ANCHOR, 256, TSM_TOKEN_PLATFORM,
		     "none of 2 is for");
	snprintf(json, sizeof(json), STORE, 1, IMPL);
	add_store(json);
	verify();
	expect_fault("vxvvvv---", TSM_STEP_PLATFORM_SIGNATURE, 0, TSM_TOKEN_PLATFORM,
		     "not by this key");
	add_anchor(-35);
	add_anchor(-7);			/* and among others, the right one */
	verify();
	expect("vvvvvv---", TSM_VERDICT_VALID);
}

static void tokens_that_do_not_belong_together(void **state)
{
	struct claims *realm = &m.part[REALM].claims;
	static struct mint other;

	(void)state;
	/* the RAK of another token, whose private key the attacker has not */
	mint_init(&other, 399, 2023, 2023, "sha-256", -35);
	memcpy(realm, &other.part[REALM].claims, sizeof(*realm));
	verify();
	expect_fault("vvvxxv---", TSM_STEP_BINDING, 10, TSM_TOKEN_PLATFORM,
		     "do not belong together");
	/* bound to it, and signed by another */
	memcpy(&m.part[PLATFORM].claims, &other.part[PLATFORM].claims, sizeof(*realm));
	verify();
	expect_fault("vvvvxv---", TSM_STEP_REALM_SIGNATURE, 44237, TSM_TOKEN_REALM,
		     "for another algorithm");
	/* the RAK's own signature, on a platform token for another RAK */
	mint_init(&m, 399, 2023, 2023, "sha-256", -7);
	claim_set_bytes(&m.part[PLATFORM].claims, 10, 0x55, 32);
	verify();
	expect_fault("vvvxvv---", TSM_STEP_BINDING, 10, TSM_TOKEN_PLATFORM,
		     "do not belong together");
	claim_set_bytes(&m.part[PLATFORM].claims, 10, 0x55, 64);
	verify();
	expect_fault("vvvxvv---", TSM_STEP_BINDING, 10, TSM_TOKEN_PLATFORM,
		     "do not belong together");

	/* a COSE_Key where a point belongs, and the other way round */
	mint_init(&m, 399, 2023, 2023, "sha-256", -7);
	claim_drop(realm, 265);
	verify();
	expect_fault("vvvvxv---", TSM_STEP_REALM_SIGNATURE, 44237, TSM_TOKEN_REALM,
		     "no uncompressed point");
	mint_init(&m, 399, 0, 2023, "sha-256", -7);
	claim_set_text(realm, 265, "tag:arm.com,2023:realm#1.0.0");
	verify();
	expect_fault("vvvvxv---", TSM_STEP_REALM_SIGNATURE, 44237, TSM_TOKEN_REALM, "COSE_Key");
	/* no point of the curve */
	mint_init(&m, 399, 0, 2023, "sha-256", -7);
	claim_set_bytes(realm, 44237, 0x04, 65);
	verify();
	expect_fault("vvvxxv---", TSM_STEP_REALM_SIGNATURE, 44237, TSM_TOKEN_REALM, "no point");
	claim_set_bytes(realm, 44237, 0x04, 97);
	verify();
	expect_fault("vvvxxv---", TSM_STEP_REALM_SIGNATURE, 44237, TSM_TOKEN_REALM, "no point");
}

static void wrong_algorithms(void **state)
{
	static const char *const headers[] = {
		"a1 01 26",	/* ES256, right */
		"a1 01 38 22",	/* ES384 with a key of P-256 */
		"a1 01 38 23",	/* ES512 */
		"a1 01 27",	/* EdDSA */
		"a1 01 00", "a1 01 05", "a1 01 38 24", "a1 01 3b 7fffffffffffffff",
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(headers); i++) {
		mint_init(&m, 399, 0, 2023, "sha-256", -7);
		m.part[REALM].protected_hex = headers[i];
		verify();
		expect(i ? "vvvvxv---" : "vvvvvv---", i ? TSM_VERDICT_INVALID : TSM_VERDICT_VALID);
		if (i == 1 || i == 2)
			expect_fault("vvvvxv---", TSM_STEP_REALM_SIGNATURE, 0, TSM_TOKEN_REALM,
				     "its algorithm does not go with the key's curve");
		m.part[REALM].protected_hex = NULL;
		m.part[PLATFORM].protected_hex = headers[i];
		verify();
		expect(i ? "vxvvvv---" : "vvvvvv---", i ? TSM_VERDICT_INVALID : TSM_VERDICT_VALID);
	}
}

/* All is right with the signature, but that the algorithm is of a larger curve than the key. */
static void keys_of_smaller_curves(void **state)
{
	static const struct { int key, as; } t[] = { { -7, -35 }, { -7, -36 }, { -35, -36 } };
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(t); i++) {
		mint_init(&m, 399, 0, 2023, "sha-256", t[i].key);
		new_anchors();
		add_anchor(t[i].key);
		m.part[REALM].as_alg = t[i].as;
		verify();
		expect_fault("vvvvxv---", TSM_STEP_REALM_SIGNATURE, 0, TSM_TOKEN_REALM,
			     "its algorithm does not go with the key's curve");
		m.part[REALM].as_alg = 0;
		m.part[PLATFORM].as_alg = t[i].as;
		verify();
		expect_fault("vxvvvv---", TSM_STEP_PLATFORM_SIGNATURE, 0, TSM_TOKEN_PLATFORM,
			     "its algorithm does not go with the key's curve");
	}
}

static void put_hex_bytes(uint8_t *out, const char *hex)
{
	struct enc e = { .len = 0 };

	enc_hex(&e, hex);
	memcpy(out, e.data, e.len);
}

/* r and s have to be 1 to n - 1 (SEC 1 section 4.1.4), and each as long as the curve's. */
static void wrong_signatures(void **state)
{
	static const struct { int alg; size_t size; const char *n; } t[] = {
		{ -7, 32, "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551" },
		{ -35, 48, "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf"
			   "581a0db248b0a77aecec196accc52973" },
		{ -36, 66, "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
			   "fa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409" },
	};
	struct region regions[REGIONS];
	static struct enc before;
	uint8_t *at;
	size_t i, k, size;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(t); i++) {
		mint_init(&m, 399, 2023, 2023, "sha-256", t[i].alg);
		new_anchors();
		add_anchor(t[i].alg);
		mint_token(&m, &before);
		size = t[i].size;
		for (k = 0; k < 8; k++) {
			token = before;
			find_regions(token.data, regions);
			assert_string_equal(regions[2].name, "signature");
			assert_int_equal(regions[2].len, 2 * size);
			at = regions[2].data;
			if (k == 0)
				memset(at, 0, 2 * size);
			else if (k == 1)
				memset(at, 0xff, 2 * size);
			else if (k < 4)
				memset(at + (k - 2) * size, 0, size);
			else if (k < 6)
				memset(at + (k - 4) * size, 0xff, size);
			else
				put_hex_bytes(at + (k - 6) * size, t[i].n);
			verify_bytes(token.data, token.len);
			expect_fault("vvvvxv---", TSM_STEP_REALM_SIGNATURE, 0, TSM_TOKEN_REALM,
				     "not by this key");
		}
	}
}

static void signatures_of_another_length(void **state)
{
	static uint8_t longer[132];
	static struct taken t;
	static struct enc from;
	size_t i;

	(void)state;
	mint_token(&m, &from);
	for (i = 0; i <= sizeof(longer); i++) {
		take_token(from.data, &t);
		memcpy(longer, t.part[REALM].signature.data, 64);
		t.part[REALM].signature = (struct slice){ longer, i };
		taken_encode(&t, &token);
		verify_bytes(token.data, token.len);
		if (i == 64)
			expect("vvvvvv---", TSM_VERDICT_VALID);
		else
			expect_fault("vvvvxv---", TSM_STEP_REALM_SIGNATURE, 0, TSM_TOKEN_REALM,
				     "not the length of its algorithm");
	}
}

/* OpenSSL calls it an error of its own, but it is the token's: a verdict, no errno. */
static void signatures_at_infinity(void **state)
{
	static const int algs[] = { -7, -35, -36 };
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(algs); i++) {
		mint_init(&m, 399, 2023, 2023, "sha-256", algs[i]);
		new_anchors();
		add_anchor(algs[i]);
		m.part[REALM].at_infinity = true;
		verify();
		expect_fault("vvvvxv---", TSM_STEP_REALM_SIGNATURE, 0, TSM_TOKEN_REALM,
			     "not by this key");
		m.part[PLATFORM].at_infinity = true;
		verify();
		expect_fault("vxvvxv---", TSM_STEP_PLATFORM_SIGNATURE, 0, TSM_TOKEN_PLATFORM,
			     "not by this key");
	}
}

/* --- reference values --- */

static void platform_reference_values(void **state)
{
	static const struct {
		const char *json, *words;
		int64_t label;
	} t[] = {
		{ PLATFORM_REF(ID32("01"), "cfcfcfcf", FIRST "," SECOND),
		"no entry is for this platform",
		2396 },
		{ PLATFORM_REF(IMPL, "cfcfcfce", FIRST "," SECOND),
		"its configuration is another",
		2401 },
		{ PLATFORM_REF(IMPL, "cfcfcf", FIRST "," SECOND),
		"its configuration is another",
		2401 },
		{ PLATFORM_REF(IMPL, "cfcfcfcf", SECOND "," FIRST),
		"component 0 (BL) has another signer id",
		2399 },
		{ PLATFORM_REF(IMPL, "cfcfcfcf", FIRST), "it has more software components", 2399 },
		{ PLATFORM_REF(IMPL, "cfcfcfcf", FIRST "," SECOND "," SECOND),
		"it has fewer software components",
		2399 },
		{ PLATFORM_REF(IMPL, "cfcfcfcf", ""), "it has more software components", 2399 },
		{ PLATFORM_REF(IMPL, "cfcfcfcf", FIRST
			       ",{\"measurement-value\":\""
			       ID32("05") "\",\"signer-id\":\"" ID32("04") "\"}"),
		  "component 1 (no type) has another measurement", 2399 },
		{ PLATFORM_REF(IMPL, "cfcfcfcf", FIRST
			       ",{\"measurement-value\":\""
			       ID32("03") "\",\"signer-id\":\"" ID32("04") "\",\"version\":\"1\"}"),
		  "component 1 (no type) has another version", 2399 },
		{ PLATFORM_REF(IMPL, "cfcfcfcf", "{\"measurement-value\":\"" ID32("01")
		  "\",\"signer-id\":\"" ID32("02")
			       "\",\"component-type\":\"bl\"},"
			       SECOND),
		  "component 0 (BL) has another type", 2399 },
		{ PLATFORM_REF(IMPL, "cfcfcfcf", "{\"measurement-value\":\"" ID32("01")
		  "\",\"signer-id\":\"" ID32("02")
			       "\",\"hash-algo-id\":\"sha-512\"},"
			       SECOND),
		  "component 0 (BL) has another hash", 2399 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(t); i++) {
		new_refvalues();
		add_refvalues(t[i].json);
		verify();
		expect_fault("vvvvvvx--", TSM_STEP_PLATFORM_REFVALUES, t[i].label,
			     TSM_TOKEN_PLATFORM, t[i].words);
	}
	/* of several, the one that fits furthest is the one to tell of */
	new_refvalues();
	for (i = 0; i < ARRAY_SIZE(t); i++)
		add_refvalues(t[i].json);
	verify();
	expect_fault("vvvvvvx--", TSM_STEP_PLATFORM_REFVALUES, 2399, TSM_TOKEN_PLATFORM,
		     "it has fewer software components");
	/* and one that fits is enough; what it does not say may be anything */
	add_refvalues(PLATFORM_REF(IMPL, "CFCFCFCF",
				   "{\"measurement-value\":\""
				   ID32("01") "\",\"signer-id\":\"" ID32("02") "\"}," SECOND));
	verify();
	expect("vvvvvvv--", TSM_VERDICT_VALID);
}

static void lifecycle_has_to_be_secured(void **state)
{
	static const char *const t[] = { "00",
	"19 2fff",
	"19 3000", "19 30ff", "19 3100", "19 4003",
					 "19 ffff" };
	size_t i;

	(void)state;
	add_refvalues(PLATFORM_REF(IMPL, "cfcfcfcf", FIRST "," SECOND));
	for (i = 0; i < ARRAY_SIZE(t); i++) {
		claim_set_hex(&m.part[PLATFORM].claims, 2395, t[i]);
		verify();
		if (i == 2 || i == 3)
			expect("vvvvvvv--", TSM_VERDICT_VALID);
		else
			expect_fault("vvvvvvx--", TSM_STEP_PLATFORM_REFVALUES, 2395,
				     TSM_TOKEN_PLATFORM, "not secured");
	}
	/* nor is it waived with reference values */
	new_refvalues();
	verify();
	expect_fault("vvvvvvx--", TSM_STEP_PLATFORM_REFVALUES, 2395, TSM_TOKEN_PLATFORM,
		     "not secured");
	opts.waive = 0;
	verify();
	expect("vvvvvvx??", TSM_VERDICT_INVALID);
}

static void realm_reference_values(void **state)
{
	static const struct {
		uint8_t rim, rem, rpv;
		const char *rak_hash;
		int64_t label;
		const char *words;
	} t[] = {
		{ 0x87, 0xe0, 0xbb, "sha-256", 44238, "its RIM is in no entry" },
		{ 0x88, 0xe0, 0xbb, "sha-512", 44240, "the hash of its RAK is not sha512" },
		{ 0x88, 0xe0, 0xba, "sha-256", 44235, "its RPV is another" },
		{ 0x88, 0xe1, 0xbb, "sha-256", 44239, "its rem0 is another" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		new_refvalues();
		add_refvalues(realm_ref("sha-256", t[i].rim, t[i].rem, t[i].rpv, t[i].rak_hash));
		verify();
		expect_fault("vvvvvv-x-", TSM_STEP_REALM_REFVALUES, t[i].label, TSM_TOKEN_REALM,
			     t[i].words);
	}
	/* each of the four, to the last digit */
	for (i = 0; i < 4; i++) {
		char json[2048], digits[5], words[24];

		snprintf(json, sizeof(json), "%s", realm_ref("sha-256", 0x88, 0xe0, 0xbb, "sha-256"));
		snprintf(digits, sizeof(digits), "%02zx\"", 0xe0 + i);
		*strstr(json, digits) = 'f';
		snprintf(words, sizeof(words), "its rem%zu is another", i);
		new_refvalues();
		add_refvalues(json);
		verify();
		expect_fault("vvvvvv-x-", TSM_STEP_REALM_REFVALUES, 44239, TSM_TOKEN_REALM, words);
	}
	/* several RIMs, and several sets of REMs for one: the nearest is told of */
	new_refvalues();
	for (i = 0; i < 4; i++)
		add_refvalues(realm_ref("sha-256", t[i].rim, t[i].rem, t[i].rpv, t[i].rak_hash));
	verify();
	expect_fault("vvvvvv-x-", TSM_STEP_REALM_REFVALUES, 44239, TSM_TOKEN_REALM,
		     "its rem0 is another");
	add_refvalues(realm_ref("sha-256", 0x88, 0xe0, 0xbb, "sha-256"));
	verify();
	expect("vvvvvv-v-", TSM_VERDICT_VALID);
	assert_non_null(strstr(tsm_verify_step_reason(v, TSM_STEP_REALM_REFVALUES), "entry 4"));
}

/* --- event logs --- */

static void logs_and_tokens(void **state)
{
	static struct log firmware;

	(void)state;
	log_begin(&l, SHA256, 0);
	log_aael(&l, 1, "example.org op content");
	encode_rems();
	log_aael(&l, 1, "example.org later content");
	give_log();
	verify();
	expect("vvvvvv--v", TSM_VERDICT_VALID);
	assert_int_equal(tsm_verify_records(v), 1);

	log_unlogged(&l, 3);
	encode_rems();
	verify();
	expect_fault("vvvvvv--x", TSM_STEP_EVENT_LOG, 44239, TSM_TOKEN_REALM, "rem2: no prefix");
	assert_int_equal(tsm_verify_records(v), 0);

	log_begin(&l, SHA256, 0);
	log_init(&l, 2, "sha256", 0x77);
	encode_rems();
	give_log();
	verify();
	expect("vvvvvv--?", TSM_VERDICT_UNKNOWN);

	logs[0].len = 20;
	verify();
	expect_fault("vvvvvv--x", TSM_STEP_EVENT_LOG, 0, TSM_TOKEN_REALM,
		     "event log: it does not begin");
	logs[0].len = 0;
	verify();
	expect_fault("vvvvvv--x", TSM_STEP_EVENT_LOG, 0, TSM_TOKEN_REALM, "it is empty");

	/* two, in the order in which they were written */
	log_begin(&firmware, SHA256, 0);
	log_aael(&firmware, 2, "fw op content");
	log_begin(&l, SHA256, 0);
	memcpy(l.rem, firmware.rem, sizeof(l.rem));
	log_aael(&l, 2, "example.org op content");
	encode_rems();
	logs[0] = (struct tsm_verify_log){ firmware.bytes.data, firmware.bytes.len };
	logs[1] = (struct tsm_verify_log){ l.bytes.data, l.bytes.len };
	opts.n_logs = 2;
	verify();
	expect("vvvvvv--v", TSM_VERDICT_VALID);
	assert_int_equal(tsm_verify_records(v), 2);
	logs[1].len = 5;
	verify();
	expect_fault("vvvvvv--x", TSM_STEP_EVENT_LOG, 0, TSM_TOKEN_REALM, "event log: it does not");
	logs[1] = logs[0];
	verify();
	expect_fault("vvvvvv--x", TSM_STEP_EVENT_LOG, 44239, TSM_TOKEN_REALM, "rem1: no prefix");
}

/* --- failures of memory and of OpenSSL are no verdicts --- */

static void every_failure(void **state)
{
	unsigned int n;
	bool failed;
	int rc;

	(void)state;
	log_begin(&l, SHA256, 0);
	log_aael(&l, 1, "example.org op content");
	encode_rems();
	give_log();
	add_refvalues(PLATFORM_REF(IMPL, "cfcfcfcf", FIRST "," SECOND));
	add_refvalues("{\"realm\":[]}");
	mint_token(&m, &token);
	for (n = 1;; n++) {
		struct tsm_verify *out = NULL;

		faults_at(n);
		rc = tsm_verify_new(ctx, token.data, token.len, &opts, &out);
		failed = faults_end();
		if (!failed)
			v = out;
		if (!failed)
			break;
		if (rc != -ENOMEM || !strstr(tsm_error(ctx), "out of memory"))
			fail_msg("call %u: %d, %s", n, rc, tsm_error(ctx));
		assert_null(out);
	}
	assert_int_equal(rc, 0);
	expect("vvvvvvvxv", TSM_VERDICT_INVALID);
	assert_true(n > 60);
}

/* A library that fails once has no say: -EIO, or what is true. */
static void every_failure_of_openssl(void **state)
{
	unsigned int n, errors = 0;
	bool failed = true;
	int rc;

	(void)state;
	log_begin(&l, SHA256, 0);
	log_aael(&l, 1, "example.org op content");
	encode_rems();
	give_log();
	mint_token(&m, &token);
	for (n = 1; failed; n++) {
		tsm_verify_free(&v);
		faults_openssl_at(n);
		rc = tsm_verify_new(ctx, token.data, token.len, &opts, &v);
		failed = faults_end();
		if (!rc) {
			expect("vvvvvv--v", TSM_VERDICT_VALID);
			continue;
		}
		assert_int_equal(rc, -EIO);
		assert_null(v);
		assert_string_equal(tsm_error(ctx), "verify: the cryptographic library failed");
		errors++;
	}
	assert_true(errors > 20);
}

/* --- tokens of others --- */

static size_t load(const char *name, uint8_t *data, size_t size)
{
	char path[512];
	size_t len;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", VECTORS, name);
	f = fopen(path, "rb");
	if (!f) {
		print_message("skipped: no %s\n", path);
		skip();
	}
	len = fread(data, 1, size, f);
	fclose(f);
	return len;
}

static const char *const vectors[] = {
	"trustee/cca-example-token.cbor",
	"rust-ccatoken/cca-token-01.cbor",
	"ccatoken/realm/tf-rmm/cca_token.cbor",
	"rust-ccatoken/cca-token-draft-ffm-00.cbor",
	"tf-m-tools/cca_example_token.cbor",
	"tf-m-tools/cca_example_token_legacy.cbor",
};

#define VECTORS_N	(ARRAY_SIZE(vectors))

static void anchors_from(const char *name)
{
	static uint8_t data[8192];

	new_anchors();
	assert_int_equal(tsm_anchors_add(ctx, anchors, data, load(name, data, sizeof(data))), 0);
}

static void expect_challenge(const uint8_t *data, size_t len)
{
	struct tsm_token *t;
	size_t n;

	assert_int_equal(tsm_token_new(ctx, data, len, &t), 0);
	memcpy(challenge, tsm_token_challenge(t, &n), sizeof(challenge));
	tsm_token_free(&t);
}

static void token_of_others(void **state)
{
	static uint8_t data[8192], json[8192];
	const char *name = *state;
	size_t len = load(name, data, sizeof(data)), n;

	expect_challenge(data, len);
	anchors_from("trustee/tastore.json");
	verify_bytes(data, len);
	expect("vvvvvv---", TSM_VERDICT_VALID);
	anchors_from("rust-ccatoken/ta-tfa.json");
	verify_bytes(data, len);
	expect("vvvvvv---", TSM_VERDICT_VALID);
	anchors_from("ccatoken/realm/tf-rmm/cca_platform.pub");
	verify_bytes(data, len);
	expect("vvvvvv---", TSM_VERDICT_VALID);

	anchors_from("rust-ccatoken/ta.json");
	verify_bytes(data, len);
	expect_fault("v?xvvv---", TSM_STEP_TRUST_ANCHOR, 256, TSM_TOKEN_PLATFORM, "none of 1");
	anchors_from("rust-ccatoken/pkey.json");
	verify_bytes(data, len);
	expect_fault("vxvvvv---", TSM_STEP_PLATFORM_SIGNATURE, 0, TSM_TOKEN_PLATFORM, "curve");

	anchors_from("trustee/tastore.json");
	challenge[63] ^= 1;
	verify_bytes(data, len);
	expect_fault("vvvvvx---", TSM_STEP_CHALLENGE, 10, TSM_TOKEN_REALM, "not the one expected");
	challenge[63] ^= 1;

	n = load("trustee/rvstore.json", json, sizeof(json));
	assert_int_equal(tsm_refvalues_add(ctx, refvalues, json, n), 0);
	verify_bytes(data, len);
	if (name == vectors[0])
		expect("vvvvvvvv-", TSM_VERDICT_VALID);
	else
		assert_int_equal(tsm_verify_step_claim(v, TSM_STEP_REALM_REFVALUES, NULL), 44238);
	new_refvalues();

	/* a key by itself, or other ids would be a cross at the trust anchor already */
	anchors_from("ccatoken/realm/tf-rmm/cca_platform.pub");
	flip_every_byte(data, len, getenv("ALL_BITS") ? 8 : 1);
	for (n = 1; n < len; n++) {
		verify_bytes(data, n);
		expect("x????????", TSM_VERDICT_INVALID);
	}
	data[len] = 0;
	verify_bytes(data, len + 1);
	expect("x????????", TSM_VERDICT_INVALID);
}

/* Missing and repeated mandatory claims, and the RAK of another. */
static void claims_of_others(void **state)
{
	static const int labels[2][9] = {
		[REALM] = { 10, 44235, 44236, 44237, 44238, 44239, 44240 },
		[PLATFORM] = { 10, 256, 265, 2395, 2396, 2399, 2401, 2402 },
	};
	static uint8_t data[8192], other[8192];
	static struct taken right, t, from;
	size_t len, i, which, k;
	char label[16];

	(void)state;
	anchors_from("trustee/tastore.json");
	for (i = 0; i < VECTORS_N; i++) {
		len = load(vectors[i], data, sizeof(data));
		expect_challenge(data, len);
		take_token(data, &right);
		taken_encode(&right, &token);
		verify_bytes(token.data, token.len);
		expect("vvvvvv---", TSM_VERDICT_VALID);
		for (which = REALM; which <= PLATFORM; which++) {
			enum tsm_token_part of = which == REALM ? TSM_TOKEN_REALM :
				TSM_TOKEN_PLATFORM;

			for (k = 0; labels[which][k]; k++) {
				t = right;
				claim_drop(&t.part[which].claims, labels[which][k]);
				taken_encode(&t, &token);
				verify_bytes(token.data, token.len);
				expect_fault("x????????", TSM_STEP_FORM, labels[which][k], of,
					     "is missing");
				t = right;
				sprintf(label, labels[which][k] < 24 ? "%02x" : "19%04x",
					labels[which][k]);
				claim_add_hex(&t.part[which].claims, label, "40");
				taken_encode(&t, &token);
				verify_bytes(token.data, token.len);
				expect_fault("x????????", TSM_STEP_FORM, 0, of, "repeated");
			}
		}
		/* of each other token that has one; where it is the same, all is well */
		for (k = 0; k < VECTORS_N; k++) {
			load(vectors[k], other, sizeof(other));
			take_token(other, &from);
			t = right;
			if (!claim_copy(&t.part[REALM].claims, &from.part[REALM].claims, 44237))
				continue;
			taken_encode(&t, &token);
			verify_bytes(token.data, token.len);
			expect("vvvxxv---", TSM_VERDICT_INVALID);
		}
	}
}

/* The platform token of one and the realm token of another, each with its own signature. */
static void parts_of_two_tokens(void **state)
{
	static uint8_t a[8192], b[8192];
	static struct taken one, two;

	(void)state;
	load(vectors[0], a, sizeof(a));
	load(vectors[3], b, sizeof(b));
	take_token(a, &one);
	take_token(b, &two);
	one.part[REALM] = two.part[REALM];
	taken_encode(&one, &token);
	expect_challenge(token.data, token.len);
	anchors_from("trustee/tastore.json");
	verify_bytes(token.data, token.len);
	expect_fault("vvvxvv---", TSM_STEP_BINDING, 10, TSM_TOKEN_PLATFORM,
		     "do not belong together");
}

int main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)
	struct CMUnitTest tests[] = {
		T(every_combination), T(every_byte_of_the_challenge),
		T(short_challenges_are_padded), T(rak_hash_of_any_length), T(whole_binding),
		T(unknown_claims_count_for_nothing), T(without_inputs), T(wrong_arguments),
		T(wrong_form), T(cut_or_lengthened), T(flipped_bits), T(other_trust_anchors),
		T(tokens_that_do_not_belong_together), T(wrong_algorithms),
		T(keys_of_smaller_curves), T(wrong_signatures),
		T(signatures_of_another_length), T(signatures_at_infinity),
		T(platform_reference_values), T(lifecycle_has_to_be_secured),
		T(realm_reference_values), T(logs_and_tokens), T(every_failure),
		T(every_failure_of_openssl),
		T(parts_of_two_tokens), T(claims_of_others), T(token_of_others), T(token_of_others),
		T(token_of_others), T(token_of_others), T(token_of_others), T(token_of_others),
	};
	size_t i, n = ARRAY_SIZE(tests);

	for (i = 0; i < VECTORS_N; i++) {
		tests[n - VECTORS_N + i].name = vectors[i];
		tests[n - VECTORS_N + i].initial_state = (void *)(uintptr_t)vectors[i];
	}
	return cmocka_run_group_tests_name("verify", tests, NULL, NULL);
}
