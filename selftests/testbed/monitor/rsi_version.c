// SPDX-License-Identifier: GPL-2.0-only
/* RSI_VERSION and RSI_FEATURES */
#include "rsi.h"

/*
 * in[1]   requested revision
 * out[0]  RSI_SUCCESS, or RSI_ERROR_INPUT if it is not supported
 * out[1]  lower supported revision
 * out[2]  higher supported revision
 */
void rsi_version(struct rec *rec, const u64 *in, u64 *out)
{
	out[0] = in[1] == RSI_VERSION_1_0 ? RSI_SUCCESS : RSI_ERROR_INPUT;
	out[1] = RSI_VERSION_1_0;
	out[2] = RSI_VERSION_1_0;
}

/*
 * in[1]   feature register index
 * out[0]  RSI_SUCCESS
 * out[1]  its value: RSI 1.0 defines no feature, and reads others as zero
 */
void rsi_features(struct rec *rec, const u64 *in, u64 *out)
{
	out[0] = RSI_SUCCESS;
}
