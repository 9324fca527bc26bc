// SPDX-License-Identifier: GPL-2.0-only
/* RSI_REALM_CONFIG */
#include "machine.h"
#include "realm.h"
#include "rsi.h"

#include <string.h>

/* RsiRealmConfig. What is between the fields stays as it was: so does the reference RMM. */
struct realm_config {
	u64 ipa_bits;
	u8 hash;
	u8 padding[0x200 - 9];
	u8 rpv[RPV_SIZE];
};

static_assert(offsetof(struct realm_config, rpv) == 0x200, "RMM specification, RsiRealmConfig");

static const u8 hash_values[] = {
	[HASH_SHA256] = 0, [HASH_SHA512] = 1, [HASH_SHA384] = 2,
};

/*
 * in[1]   IPA of the granule to fill in
 * out[0]  RSI_SUCCESS, or RSI_ERROR_INPUT
 */
void rsi_realm_config(struct rec *rec, const u64 *in, u64 *out)
{
	struct realm_config *config;
	u64 ipa = in[1];

	out[0] = RSI_ERROR_INPUT;
	if (!granule_aligned(ipa) || !ipa_is_protected(ipa))
		return;
	config = granule_map(ipa);
	if (!config)
		return;

	config->ipa_bits = IPA_BITS;
	config->hash = hash_values[realm.hash];
	memcpy(config->rpv, realm.rpv, RPV_SIZE);
	granule_unmap();

	out[0] = RSI_SUCCESS;
}
