// SPDX-License-Identifier: GPL-2.0-only
/* How does a test have its logs read and replayed? */
#include <stdarg.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "replayed_log.h"

struct tsm_ctx *ctx;
struct log l, l2;

int setup(void **state)
{
	(void)state;
	log_begin(&l, SHA256, 0);
	log_begin(&l2, SHA256, 0);
	return tsm_ctx_new(NULL, &ctx);
}

int teardown(void **state)
{
	(void)state;
	tsm_ctx_free(&ctx);
	return 0;
}

struct tsm_eventlog *read_log(const struct log *log)
{
	struct tsm_eventlog *e = NULL;
	/* exactly as long, so that a read past the end is seen */
	void *copy = malloc(log->bytes.len);
	int rc;

	memcpy(copy, log->bytes.data, log->bytes.len);
	rc = tsm_eventlog_new(ctx, copy, log->bytes.len, &e);
	free(copy);
	if (rc)
		fail_msg("refused: %s", tsm_error(ctx));
	return e;
}

static enum tsm_hash hash_of(int alg)
{
	return alg == SHA384 ? TSM_HASH_SHA384 : alg == SHA512 ? TSM_HASH_SHA512 : TSM_HASH_SHA256;
}

struct tsm_replay *replay(const struct log *first, const struct log *next,
			  const struct log *registers)
{
	const uint8_t *rems[4] = { registers->rem[1], registers->rem[2], registers->rem[3],
				   registers->rem[4] };
	struct tsm_eventlog *e = read_log(first), *e2;
	struct tsm_replay *r = NULL;

	if (next) {
		e2 = read_log(next);
		assert_int_equal(tsm_eventlog_join(ctx, e, e2), 0);
		tsm_eventlog_free(&e2);
	}
	assert_int_equal(tsm_replay_new(ctx, e, hash_of(first->alg), rems, &r), 0);
	tsm_eventlog_free(&e);
	return r;
}

void expect(struct tsm_replay *r, enum tsm_verdict verdict, size_t count, size_t fault,
	    const char *words)
{
	if (tsm_replay_verdict(r) != verdict || tsm_replay_count(r) != count ||
	    tsm_replay_fault(r) != fault || !strstr(tsm_replay_reason(r), words))
		fail_msg("%s after %zu, fault %zu, or no '%s' in: %s",
			 tsm_verdict_name(tsm_replay_verdict(r)), tsm_replay_count(r),
			 tsm_replay_fault(r), words, tsm_replay_reason(r));
	tsm_replay_free(&r);
	assert_null(r);
}
