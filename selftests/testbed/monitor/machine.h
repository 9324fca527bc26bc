/* SPDX-License-Identifier: GPL-2.0-only */
/* What the RSI handlers need of the machine. A test on the host brings its own. */
#ifndef MACHINE_H
#define MACHINE_H

#include "rsi.h"
#include "types.h"

/**
 * granule_map() - get at a granule of the realm.
 * @ipa: aligned to GRANULE_SIZE
 *
 * Return: the granule's contents, or NULL if its RIPAS is not RAM. RIPAS cannot change
 * before granule_unmap(), which has to follow soon: other vCPUs may wait.
 */
void *granule_map(u64 ipa);
void granule_unmap(void);

/**
 * ripas_get() - RIPAS of the granule at base.
 * @top: in: end of the range of interest; out: end of the run that has the same RIPAS
 */
enum ripas ripas_get(u64 base, u64 *top);

/**
 * ripas_set() - change RIPAS from base on.
 * @top: in: end of the range; out: how far it came, at least one granule on success
 *
 * Return: false if there is no memory behind base, or for the tables that it takes.
 */
bool ripas_set(u64 base, u64 *top, enum ripas ripas);

/* Between these the SIMD registers may be used: what the guest has in them is kept. */
void simd_begin(void);
void simd_end(void);

void delay(u64 seconds);

#endif
