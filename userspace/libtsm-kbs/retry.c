// SPDX-License-Identifier: LGPL-2.1-or-later
/* May a failure pass, and how long to wait before the next attempt? */
#include <errno.h>
#include <stdio.h>
#include <sys/random.h>
#include <time.h>

#include "clock.h"
#include "fail.h"
#include "retry.h"

#define SLICE_MS	50	/* how long a cancellation may wait here */

void retry_begin(struct retry *r, unsigned int timeout_ms, int (*cancel)(void *data),
		 void *cancel_data)
{
	*r = (struct retry){ .cancel = cancel, .cancel_data = cancel_data };
	r->begin = clock_ms();
	r->deadline = r->begin + timeout_ms;
}

unsigned int retry_left(const struct retry *r)
{
	int64_t left = r->deadline - clock_ms();

	return left > 0 ? (unsigned int)left : 0;
}

bool retry_cancelled(const struct retry *r)
{
	return r->cancel && r->cancel(r->cancel_data);
}

static bool may_pass(int err)
{
	return err == -EHOSTUNREACH || err == -EAGAIN || err == -ETIMEDOUT;
}

/* 0 to @most, both included; no random bytes is a case of its own: then all of it. */
static unsigned int random_part(unsigned int most)
{
	uint32_t r;

	if (getrandom(&r, sizeof(r), GRND_NONBLOCK) != sizeof(r))
		return most;
	return (unsigned int)(((uint64_t)r * (most + 1)) >> 32);
}

static unsigned int backoff(const struct retry *r)
{
	unsigned int most = RETRY_FIRST_MS, i;

	for (i = 1; i < r->failures && most < RETRY_MOST_MS; i++)
		most *= 2;
	return random_part(most < RETRY_MOST_MS ? most : RETRY_MOST_MS);
}

static int sleep_until(const struct retry *r, int64_t end)
{
	int64_t left;

	while ((left = end - clock_ms()) > 0) {
		struct timespec slice = {
			.tv_nsec = (left < SLICE_MS ? left : SLICE_MS) * 1000000,
		};

		if (retry_cancelled(r))
			return -EINTR;
		nanosleep(&slice, NULL);
	}
	return 0;
}

int retry_wait(struct tsm_ctx *ctx, struct retry *r, int err, unsigned int least_ms)
{
	unsigned int left = retry_left(r), most, wait;
	char reason[512];

	if (!may_pass(err))
		return err;
	r->failures++;
	snprintf(reason, sizeof(reason), "%s", tsm_error(ctx));
	if (left <= RETRY_FIRST_MS || least_ms >= left - RETRY_FIRST_MS)
		return kbs_fail(ctx, err,
				"%s; gave up at try %u, after %.1f s", reason, r->failures,
				(double)(clock_ms() - r->begin) / 1000);
	most = left - RETRY_FIRST_MS - least_ms;	/* the last try needs some time, too */
	wait = backoff(r);
	wait = least_ms + (wait < most ? wait : most);
	kbs_say(ctx, r->failures == 1 ? TSM_LOG_WARNING : TSM_LOG_DEBUG,
		"%s; trying again in %u ms, for up to %u s", reason, wait, left / 1000);
	if (sleep_until(r, clock_ms() + wait))
		return kbs_fail(ctx, -EINTR, "KBS: cancelled while waiting to try again");
	return 0;
}
