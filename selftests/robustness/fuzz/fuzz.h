/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "faults.h"

/*
 * An input begins with FUZZ_HEAD bytes that say how calls fail: a seed, and a rate
 * of one in so many, 0 for none. What is tested comes after it.
 */
#define FUZZ_HEAD	5

#define need(x) do { \
	if (!(x)) { \
		fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #x); \
		abort(); \
	} \
} while (0)

static inline void fuzz_faults(const uint8_t *head)
{
	faults_random(head[0] | (uint32_t)head[1] << 8 | (uint32_t)head[2] << 16 |
		      (uint32_t)head[3] << 24, head[4]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
