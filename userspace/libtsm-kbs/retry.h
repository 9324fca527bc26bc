/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * When to try again. Exponential backoff with full jitter: of a time that doubles, a
 * random part, so that clients that failed together do not come back together.
 */
#ifndef LIBTSM_KBS_RETRY_H
#define LIBTSM_KBS_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include <tsm/tsm.h>

#define RETRY_FIRST_MS	250
#define RETRY_MOST_MS	8000

struct retry {
	int64_t begin;
	int64_t deadline;
	unsigned int failures;
	int (*cancel)(void *data);
	void *cancel_data;
};

void retry_begin(struct retry *r, unsigned int timeout_ms, int (*cancel)(void *data),
		 void *cancel_data);

/* Milliseconds until the deadline, not below 0. */
unsigned int retry_left(const struct retry *r);

bool retry_cancelled(const struct retry *r);

/*
 * After a failure with this errno: 0 to try again, having waited, at least @least_ms;
 * else @err, or -EINTR, with the text that goes with it.
 */
int retry_wait(struct tsm_ctx *ctx, struct retry *r, int err, unsigned int least_ms);

#endif
