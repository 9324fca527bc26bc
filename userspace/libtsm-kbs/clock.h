/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The clock of all timeouts. */
#ifndef LIBTSM_KBS_CLOCK_H
#define LIBTSM_KBS_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Milliseconds of the monotonic clock: a realm's host may turn the other one. */
static inline int64_t clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

#endif
