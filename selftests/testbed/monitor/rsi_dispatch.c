// SPDX-License-Identifier: GPL-2.0-only
/* From a function id to its handler, with the faults that a test asked for between. */
#include "fault.h"
#include "machine.h"
#include "rsi.h"

#include <string.h>

#define SMC_SVE_HINT	BIT(16)		/* SMCCC 1.3: no part of the function's identity */

static const struct rsi_call calls[] = {
	[RSI_VERSION]			 = { "version", rsi_version },
	[RSI_FEATURES]			 = { "features", rsi_features },
	[RSI_MEASUREMENT_READ]		 = { "read", rsi_measurement_read },
	[RSI_MEASUREMENT_EXTEND]	 = { "extend", rsi_measurement_extend, .simd = true },
	[RSI_ATTESTATION_TOKEN_INIT]	 = { "init", rsi_attestation_token_init },
	[RSI_ATTESTATION_TOKEN_CONTINUE] = { "continue", rsi_attestation_token_continue,
					     .simd = true },
	[RSI_REALM_CONFIG]		 = { "config", rsi_realm_config },
	[RSI_IPA_STATE_SET]		 = { "ipa-set", rsi_ipa_state_set },
	[RSI_IPA_STATE_GET]		 = { "ipa-get", rsi_ipa_state_get },
	[RSI_HOST_CALL]			 = { "host-call", rsi_host_call },
};

static_assert(ARRAY_SIZE(calls) == RSI_CALLS && RSI_CALLS == 10,
	      "every function of RSI 1.0 has its handler");

/* X0 holds a 32-bit function id; the upper half means nothing (SMCCC). */
const struct rsi_call *rsi_find(u64 x0, enum rsi_id *id)
{
	u32 fid = x0 & ~SMC_SVE_HINT;

	if (fid < RSI_FID_BASE || fid - RSI_FID_BASE >= RSI_CALLS)
		return NULL;
	*id = fid - RSI_FID_BASE;

	return &calls[*id];
}

bool rsi_find_name(const char *name, size_t size, enum rsi_id *id)
{
	for (*id = 0; *id < RSI_CALLS; ++*id) {
		const char *this = calls[*id].name;

		if (strlen(this) == size && !memcmp(this, name, size))
			return true;
	}

	return false;
}

static void handle(const struct rsi_call *call, struct rec *rec, const u64 *in, u64 *out)
{
	if (call->simd)
		simd_begin();
	call->handler(rec, in, out);
	if (call->simd)
		simd_end();
}

void rsi_dispatch(struct rec *rec, u64 x[SMC_REGISTERS])
{
	u64 out[SMC_REGISTERS] = {};
	const struct rsi_call *call;
	struct fault fault;
	enum rsi_id id;

	memcpy(out + 4, x + 4, sizeof(out) - 4 * sizeof(*out));

	call = rsi_find(x[0], &id);
	if (!call) {
		out[0] = SMC_UNKNOWN;
	} else {
		fault = fault_take(id);
		if (!fault_instead(&fault, rec, out))
			handle(call, rec, x, out);
		fault_after(&fault, rec, out);
	}

	memcpy(x, out, sizeof(out));
}
