/* SPDX-License-Identifier: GPL-2.0-only */
/* The machine that the monitor's handlers find in a test. */
#ifndef TEST_MACHINE_H
#define TEST_MACHINE_H

#include "../machine.h"

#define RAM		0x40000000ULL
#define GRANULES	4
#define IPA(n)		(RAM + (n) * GRANULE_SIZE)
#define UNPROTECTED	BIT(IPA_BITS - 1)

struct test_machine {
	u8 ram[GRANULES][GRANULE_SIZE];
	enum ripas ripas[GRANULES];
	bool mapped;
	bool simd;
	bool no_signature;	/* sign_es384() shall fail */
	u64 delayed;
};

extern struct test_machine machine;

/* All RAM, filled with 0xa5. */
void machine_reset(void);

#endif
