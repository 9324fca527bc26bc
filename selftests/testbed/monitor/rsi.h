/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The Realm Services Interface, version 1.0 (RMM specification, DEN0137, chapter B5),
 * and the handlers that answer it. Nothing here touches hardware: what the
 * handlers need of the machine is in machine.h.
 */
#ifndef RSI_H
#define RSI_H

#include "layout.h"
#include "token.h"
#include "types.h"

#define RSI_VERSION_1_0		0x10000

#define RSI_SUCCESS		0
#define RSI_ERROR_INPUT		1
#define RSI_ERROR_STATE		2
#define RSI_INCOMPLETE		3
#define RSI_ERROR_UNKNOWN	4
#define RSI_ERROR_DEVICE	5

#define RSI_FID_GROUP		0xc4000100
#define RSI_FID_BASE		(RSI_FID_GROUP | 0x90)

/* Function ids, from RSI_FID_BASE on. */
enum rsi_id {
	RSI_VERSION,
	RSI_FEATURES,
	RSI_MEASUREMENT_READ,
	RSI_MEASUREMENT_EXTEND,
	RSI_ATTESTATION_TOKEN_INIT,
	RSI_ATTESTATION_TOKEN_CONTINUE,
	RSI_REALM_CONFIG,
	RSI_IPA_STATE_SET,
	RSI_IPA_STATE_GET,
	RSI_HOST_CALL,
	RSI_CALLS,
};

enum ripas {
	RIPAS_EMPTY = 0,
	RIPAS_RAM = 1,
};

#define SMC_REGISTERS	18	/* X0 to X17: what SMCCC 1.2 lets a call use */
#define SMC_UNKNOWN	(~0ULL)

/* A virtual CPU of the realm, as far as RSI knows one. */
struct rec {
	struct token_operation token;
};

/*
 * Handlers read the call's registers from in, X0 to X17, and write results to out.
 * There they find X0 to X3 zero and the others as in has them, so what is no result
 * comes back as the reference RMM returns it, and X4 to X17 are preserved as SMCCC wants.
 */
struct rsi_call {
	const char *name;	/* in a fault's SPEC */
	void (*handler)(struct rec *rec, const u64 *in, u64 *out);
	bool simd;		/* it uses SIMD registers */
};

/* The function that X0 asks for, NULL if it is none of RSI 1.0. */
const struct rsi_call *rsi_find(u64 x0, enum rsi_id *id);
bool rsi_find_name(const char *name, size_t size, enum rsi_id *id);

/* Answer a call: X0 to X17 are arguments first, results afterwards. */
void rsi_dispatch(struct rec *rec, u64 x[SMC_REGISTERS]);

void rsi_version(struct rec *rec, const u64 *in, u64 *out);
void rsi_features(struct rec *rec, const u64 *in, u64 *out);
void rsi_measurement_read(struct rec *rec, const u64 *in, u64 *out);
void rsi_measurement_extend(struct rec *rec, const u64 *in, u64 *out);
void rsi_attestation_token_init(struct rec *rec, const u64 *in, u64 *out);
void rsi_attestation_token_continue(struct rec *rec, const u64 *in, u64 *out);
void rsi_realm_config(struct rec *rec, const u64 *in, u64 *out);
void rsi_ipa_state_set(struct rec *rec, const u64 *in, u64 *out);
void rsi_ipa_state_get(struct rec *rec, const u64 *in, u64 *out);
void rsi_host_call(struct rec *rec, const u64 *in, u64 *out);

/* Whether a granule is in the protected half of the realm's address space. */
static inline bool ipa_is_protected(u64 ipa)
{
	return ipa < BIT(IPA_BITS - 1);
}

static inline bool granule_aligned(u64 ipa)
{
	return !(ipa % GRANULE_SIZE);
}

#endif
