/* SPDX-License-Identifier: GPL-2.0-only */
/* The machine that the monitor's handlers find in a test. */
#ifndef TEST_MACHINE_H
#define TEST_MACHINE_H

#include "machine.h"

#define RAM		0x40000000ULL
#define GRANULES	4
#define IPA(n)		(RAM + (n) * GRANULE_SIZE)
#define UNPROTECTED	BIT(IPA_BITS - 1)

struct test_machine {
	u8 ram[GRANULES][GRANULE_SIZE] __aligned(GRANULE_SIZE);
	struct lock lock;	/* guards ripas, and granules that are mapped */
	enum ripas ripas[GRANULES];
	bool no_signature;	/* sign_es384() shall fail */
};

extern struct test_machine machine;

/* A thread is a vCPU. */
struct test_cpu {
	bool mapped;
	bool simd;
	u64 delayed;
};

extern _Thread_local struct test_cpu cpu;

/* All RAM, filled with 0xa5. */
void machine_reset(void);

#endif
