// SPDX-License-Identifier: GPL-2.0-only
/*
 * RSI_ATTESTATION_TOKEN_INIT and RSI_ATTESTATION_TOKEN_CONTINUE. The operation
 * belongs to a REC, that is, a vCPU: no lock, and vCPUs sign at the same time.
 */
#include "machine.h"
#include "realm.h"
#include "rsi.h"

#include <string.h>

/*
 * CONTINUE is made to look busy, as the reference RMM does when interrupts come in:
 * some answers without progress, then pieces that end nowhere in particular.
 */
#define IDLE_CALLS	3
static const u16 piece_sizes[] = { 613, 7, 1021 };

/*
 * in[1 to 8]  challenge
 * out[0]      RSI_SUCCESS
 * out[1]      upper bound of the token's size
 *
 * There is no argument to check. An operation in progress is aborted.
 */
void rsi_attestation_token_init(struct rec *rec, const u64 *in, u64 *out)
{
	struct token_operation *op = &rec->token;
	u8 challenge[CHALLENGE_SIZE];

	memcpy(challenge, in + 1, sizeof(challenge));
	op->sign = __atomic_load_n(&realm.sign, __ATOMIC_RELAXED);
	op->endless = false;
	op->pad = 0;
	op->calls = 0;
	token_claim(op, challenge);
	op->state = TOKEN_CLAIMED;

	out[0] = RSI_SUCCESS;
	out[1] = TOKEN_MAX;
}

/* How much this call is to deliver at most: a piece, or all that there is room for. */
static size_t piece_size(const struct token_operation *op, size_t size)
{
	if (op->endless || op->pad || !op->sign)
		return size;

	return min(size, piece_sizes[op->calls % ARRAY_SIZE(piece_sizes)]);
}

/* Deliver a piece to buffer, and say whether it was the last. */
static bool deliver(struct token_operation *op, u8 *buffer, size_t size, u64 *written)
{
	size = piece_size(op, size);
	if (op->endless) {
		memset(buffer, 0, size);
	} else if (op->pad) {
		size = min(size, op->pad);
		memset(buffer, 0, size);
		op->pad -= size;
	} else {
		size = min(size, op->size - op->sent);
		memcpy(buffer, op->token + op->sent, size);
		op->sent += size;
	}
	*written = size;

	return !op->endless && op->sent == op->size;
}

/*
 * in[1]   IPA of a granule
 * in[2]   offset of the buffer in it
 * in[3]   size of the buffer
 * out[0]  RSI_SUCCESS: the token is complete; RSI_INCOMPLETE: call again;
 *         RSI_ERROR_INPUT; RSI_ERROR_STATE: no INIT, or delivered already;
 *         RSI_ERROR_UNKNOWN: signing failed
 * out[1]  bytes written
 *
 * RIPAS is looked at when there is something to write, so after the state, as in the
 * reference RMM.
 */
void rsi_attestation_token_continue(struct rec *rec, const u64 *in, u64 *out)
{
	struct token_operation *op = &rec->token;
	u64 ipa = in[1], offset = in[2], size = in[3];
	u8 *granule;

	if (!granule_aligned(ipa) || !ipa_is_protected(ipa) ||
	    offset >= GRANULE_SIZE || size > GRANULE_SIZE - offset) {
		out[0] = RSI_ERROR_INPUT;
		return;
	}
	if (op->state == TOKEN_NONE) {
		out[0] = RSI_ERROR_STATE;
		return;
	}

	if (op->sign && op->calls++ < IDLE_CALLS) {
		out[0] = RSI_INCOMPLETE;
		return;
	}
	if (op->state == TOKEN_CLAIMED) {
		if (!token_sign(op)) {
			op->state = TOKEN_NONE;
			out[0] = RSI_ERROR_UNKNOWN;
			return;
		}
		op->state = TOKEN_READY;
	}

	granule = granule_map(ipa);
	if (!granule) {
		out[0] = RSI_ERROR_INPUT;
		return;
	}
	if (size && deliver(op, granule + offset, size, &out[1])) {
		op->state = TOKEN_NONE;
		out[0] = RSI_SUCCESS;
	} else {
		out[0] = RSI_INCOMPLETE;
	}
	granule_unmap();
}
