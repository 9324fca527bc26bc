/* SPDX-License-Identifier: GPL-2.0-only */
/* Calls that misbehave because a test asked for it. The grammar is in README.md. */
#ifndef FAULT_H
#define FAULT_H

#include "rsi.h"
#include "types.h"

enum effect {
	EFFECT_NONE,
	EFFECT_ERROR,
	EFFECT_STALL,
	EFFECT_LENGTH,
	EFFECT_BOUND,
	EFFECT_ENDLESS,
	EFFECT_PAD,
	EFFECT_DELAY,
	EFFECT_LOSE,
};

struct fault {
	enum rsi_id call;
	enum effect effect;
	u64 value;
	u64 since;		/* calls made before it was armed */
	u64 first, count;	/* occurrences after that, 1-based */
};

/* Arm a fault. The SPEC ends with NUL or newline; false if it is none, or there are too many. */
bool fault_arm(const char *spec);

/* Forget all faults, and begin to count anew. */
void fault_clear(void);

/* How often a call was made. */
u64 fault_count(enum rsi_id call);

/* Count a call, and find the fault that it is to have: EFFECT_NONE as a rule. */
struct fault fault_take(enum rsi_id call);

/* Before the call: true if the fault has answered it. */
bool fault_instead(const struct fault *fault, struct rec *rec, u64 *out);

/* After the call. */
void fault_after(const struct fault *fault, struct rec *rec, u64 *out);

#endif
