// SPDX-License-Identifier: GPL-2.0-only
/* RSI_MEASUREMENT_READ and RSI_MEASUREMENT_EXTEND */
#include "realm.h"
#include "rsi.h"

#include <string.h>

#define EXTEND_MAX	64

/*
 * in[1]         0: RIM, 1 to 4: REM0 to REM3
 * out[0]        RSI_SUCCESS, or RSI_ERROR_INPUT
 * out[1 to 8]   the value, zeros beyond the hash's length
 */
void rsi_measurement_read(struct rec *rec, const u64 *in, u64 *out)
{
	u64 index = in[1];

	if (index >= MEASUREMENTS) {
		out[0] = RSI_ERROR_INPUT;
		return;
	}

	spin_lock(&realm.lock);
	memcpy(out + 1, realm.measurements[index], HASH_MAX);
	spin_unlock(&realm.lock);

	out[0] = RSI_SUCCESS;
}

/*
 * in[1]         1 to 4: REM0 to REM3
 * in[2]         size of the value in bytes, not tied to the hash's length, and 0 is one
 * in[3 to 10]   the value
 * out[0]        RSI_SUCCESS, or RSI_ERROR_INPUT
 */
void rsi_measurement_extend(struct rec *rec, const u64 *in, u64 *out)
{
	u64 index = in[1], size = in[2];
	struct bytes parts[2];
	u8 *rem;

	if (!index || index >= MEASUREMENTS || size > EXTEND_MAX) {
		out[0] = RSI_ERROR_INPUT;
		return;
	}

	rem = realm.measurements[index];
	parts[0] = (struct bytes){ rem, hash_size(realm.hash) };
	parts[1] = (struct bytes){ in + 3, size };
	spin_lock(&realm.lock);
	hash(realm.hash, parts, ARRAY_SIZE(parts), rem);
	spin_unlock(&realm.lock);

	out[0] = RSI_SUCCESS;
}
