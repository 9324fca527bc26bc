/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef REPLAYED_LOG_H
#define REPLAYED_LOG_H

#include <tsm/eventlog.h>

#include "logs.h"

/* Two logs that a test writes, and what the library makes of them. */
extern struct tsm_ctx *ctx;
extern struct log l, l2;

/* Both logs begin, for SHA-256. */
int setup(void **state);
int teardown(void **state);

struct tsm_eventlog *read_log(const struct log *log);

/* The logs, joined, against the registers of the last one given. */
struct tsm_replay *replay(const struct log *first, const struct log *next,
			  const struct log *registers);
/* Compare the result, and free it. */
void expect(struct tsm_replay *r, enum tsm_verdict verdict, size_t count, size_t fault,
	    const char *words);

#endif
