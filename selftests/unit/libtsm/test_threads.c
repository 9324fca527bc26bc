// SPDX-License-Identifier: GPL-2.0-only
/*
 * <tsm/tsm.h>: threads use a ctx each, and objects that nobody changes may be read
 * by several. Every thread does all that needs no realm, on shared objects and on
 * its own; what it sees is what one thread alone would. ThreadSanitizer watches in
 * the build named tsan.
 */
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>
#include <string.h>

#include <cmocka.h>

#include <tsm/verify.h>

#include "logs.h"
#include "mint.h"
#include "touch_token.h"

#define THREADS	4
#define ROUNDS	25

static const char refs[] =
	"{\"realm\":[{\"rak-hash-algorithm\":\"sha-256\",\"initial-measurement\":"
	"\"8888888888888888888888888888888888888888888888888888888888888888\"}]}";

static struct enc token, anchor;
static struct log l;
static uint8_t challenge[64];
static pthread_barrier_t barrier;

/* What no thread changes. */
static struct tsm_anchors *anchors;
static struct tsm_refvalues *refvalues;
static struct tsm_eventlog *eventlog;
static struct tsm_token *decoded;

static void encode_anchor(void)
{
	uint8_t x[66], y[66];
	size_t size = mint_public(-7, PLATFORM, x, y);

	enc_hex(&anchor, "a4 0102 2001 21");
	enc_bytes(&anchor, x, size);
	enc_hex(&anchor, "22");
	enc_bytes(&anchor, y, size);
}

static int setup(void **state)
{
	struct enc rems = { .len = 0 };
	struct tsm_ctx *ctx;
	static struct mint m;
	int i;

	(void)state;
	mint_init(&m, 907, 2023, 2023, "sha-256", -7);
	log_begin(&l, SHA256, 0);
	log_aael(&l, 1, "example.org op content");
	log_bare(&l, 4, 0x22);
	enc_head(&rems, 4, 4);
	for (i = 1; i <= 4; i++)
		enc_bytes(&rems, l.rem[i], 32);
	claim_set(&m.part[REALM].claims, 44239, &rems);
	mint_token(&m, &token);
	memset(challenge, 0xcc, sizeof(challenge));
	encode_anchor();

	assert_int_equal(tsm_ctx_new(NULL, &ctx), 0);
	assert_int_equal(tsm_anchors_new(ctx, &anchors), 0);
	assert_int_equal(tsm_anchors_add(ctx, anchors, anchor.data, anchor.len), 0);
	assert_int_equal(tsm_refvalues_new(ctx, &refvalues), 0);
	assert_int_equal(tsm_refvalues_add(ctx, refvalues, refs, strlen(refs)), 0);
	assert_int_equal(tsm_eventlog_new(ctx, l.bytes.data, l.bytes.len, &eventlog), 0);
	assert_int_equal(tsm_token_new(ctx, token.data, token.len, &decoded), 0);
	tsm_ctx_free(&ctx);	/* objects outlive it */
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tsm_anchors_free(&anchors);
	tsm_refvalues_free(&refvalues);
	tsm_eventlog_free(&eventlog);
	tsm_token_free(&decoded);
	return 0;
}

/* What a thread found wrong first, as cmocka's own are for one thread alone. */
static _Thread_local const char *failed;

static void note(const char *what)
{
	if (!failed)
		failed = what;
}

#define need(x)	((x) ? (void)0 : note(#x))

/* On shared objects; @valid: with the challenge that the token has. */
static void verify(struct tsm_ctx *ctx, bool valid)
{
	static const uint8_t another[64] = { 1 };
	const struct tsm_verify_log log = { l.bytes.data, l.bytes.len };
	const struct tsm_verify_opts opts = {
		.size = sizeof(opts), .anchors = anchors, .refvalues = refvalues, .logs = &log,
		.challenge = valid ? challenge : another, .challenge_len = 64, .n_logs = 1,
		.waive = 1u << TSM_STEP_PLATFORM_REFVALUES,
	};
	struct tsm_verify *v = NULL;

	need(!tsm_verify_new(ctx, token.data, token.len, &opts, &v));
	need(tsm_verify_verdict(v) == (valid ? TSM_VERDICT_VALID : TSM_VERDICT_INVALID));
	need(tsm_verify_records(v) == 2);
	tsm_verify_free(&v);
}

static void replay(struct tsm_ctx *ctx)
{
	const uint8_t *rems[TSM_REMS];
	struct tsm_replay *r = NULL;
	unsigned int i;
	size_t len;

	for (i = 0; i < TSM_REMS; i++)
		rems[i] = tsm_token_rem(decoded, i, &len);
	need(!tsm_replay_new(ctx, eventlog, TSM_HASH_SHA256, rems, &r));
	need(tsm_replay_verdict(r) == TSM_VERDICT_VALID);
	tsm_replay_free(&r);
}

/* Objects of the thread's own, and errors whose texts are its own. */
static void alone(struct tsm_ctx *ctx, size_t cut)
{
	struct tsm_refvalues *r = NULL;
	struct tsm_anchors *a = NULL;
	struct tsm_token *t = NULL;

	need(!tsm_anchors_new(ctx, &a) && !tsm_refvalues_new(ctx, &r));
	need(!tsm_anchors_add(ctx, a, anchor.data, anchor.len));
	need(!tsm_refvalues_add(ctx, r, refs, strlen(refs)));
	tsm_anchors_free(&a);
	tsm_refvalues_free(&r);
	need(walk_bytes(ctx, token.data, token.len));
	need(tsm_token_new(ctx, token.data, cut, &t) == -EBADMSG);
	need(strstr(tsm_error(ctx), "it ends too early"));
}

static void *thread(void *arg)
{
	const size_t me = (size_t)arg;
	struct tsm_ctx *ctx = NULL;
	int i;

	need(!tsm_ctx_new(NULL, &ctx));
	pthread_barrier_wait(&barrier);
	for (i = 0; i < ROUNDS && !failed; i++) {
		verify(ctx, (me + (size_t)i) % 2);
		replay(ctx);
		alone(ctx, 10 + me);
		walk_token(decoded);
	}
	tsm_ctx_free(&ctx);
	return (void *)(uintptr_t)failed;
}

static void a_ctx_in_each_thread(void **state)
{
	pthread_t threads[THREADS];
	void *found;
	size_t i;

	(void)state;
	assert_int_equal(pthread_barrier_init(&barrier, NULL, THREADS), 0);
	for (i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, thread, (void *)i), 0);
	for (i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(threads[i], &found), 0);
		if (found)
			fail_msg("thread %zu: %s", i, (char *)found);
	}
	pthread_barrier_destroy(&barrier);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_ctx_in_each_thread, setup, teardown),
	};

	return cmocka_run_group_tests_name("threads", tests, NULL, NULL);
}
