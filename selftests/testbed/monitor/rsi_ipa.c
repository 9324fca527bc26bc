// SPDX-License-Identifier: GPL-2.0-only
/* RSI_IPA_STATE_SET and RSI_IPA_STATE_GET */
#include "machine.h"
#include "rsi.h"

enum response { ACCEPT, REJECT };

static bool range_is_valid(u64 base, u64 top)
{
	return granule_aligned(base) && granule_aligned(top) && base < top &&
	       ipa_is_protected(top - 1);
}

/*
 * in[1]   base of the range
 * in[2]   top of the range
 * in[3]   RIPAS: EMPTY or RAM
 * in[4]   flags: whether RIPAS DESTROYED may change too, which nothing has here
 * out[0]  RSI_SUCCESS, or RSI_ERROR_INPUT
 * out[1]  where the changed range ends: the call may stop short, and be repeated from there
 * out[2]  the host's response. It rejects RAM where it has no memory.
 */
void rsi_ipa_state_set(struct rec *rec, const u64 *in, u64 *out)
{
	u64 base = in[1], top = in[2], ripas = in[3];

	if (ripas > RIPAS_RAM || !range_is_valid(base, top)) {
		out[0] = RSI_ERROR_INPUT;
		return;
	}

	out[0] = RSI_SUCCESS;
	if (ripas_set(base, &top, ripas)) {
		out[1] = top;
		out[2] = ACCEPT;
	} else {
		out[1] = base;
		out[2] = REJECT;
	}
}

/*
 * in[1]   base of the range
 * in[2]   top of the range
 * out[0]  RSI_SUCCESS, or RSI_ERROR_INPUT
 * out[1]  where the part of the range ends that has the same RIPAS as its base
 * out[2]  that RIPAS
 */
void rsi_ipa_state_get(struct rec *rec, const u64 *in, u64 *out)
{
	u64 base = in[1], top = in[2];

	if (!range_is_valid(base, top)) {
		out[0] = RSI_ERROR_INPUT;
		return;
	}

	out[0] = RSI_SUCCESS;
	out[2] = ripas_get(base, &top);
	out[1] = top;
}
