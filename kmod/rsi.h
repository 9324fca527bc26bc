/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Realm Services Interface (RSI), Arm DEN0137: one function per SMC.
 *
 * Nothing behind this header locks, allocates or prints, and the table from
 * RSI status to errno stands there only.  The numbers that come back are the
 * RMM's own words: whoever asked checks them.
 */
#ifndef REALM_TSM_RSI_H
#define REALM_TSM_RSI_H

#include <linux/types.h>
#include <asm/rsi.h>

#define RSI_CHALLENGE_SIZE	64
#define RSI_MEASUREMENT_SIZE	64

int rsi_version(u32 *version);
int rsi_realm_config(struct realm_config *config);
int rsi_token_init(const u8 challenge[RSI_CHALLENGE_SIZE], size_t *bound);
int rsi_token_continue(phys_addr_t granule, size_t offset, size_t size,
		       size_t *len);
int rsi_measurement_read(unsigned int index, u8 value[RSI_MEASUREMENT_SIZE]);
int rsi_measurement_extend(unsigned int index, const u8 *value, size_t size);

#endif /* REALM_TSM_RSI_H */
