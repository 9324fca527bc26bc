/* SPDX-License-Identifier: GPL-2.0-only */
/* PSCI and SMCCC_VERSION, for the guest. */
#ifndef PSCI_H
#define PSCI_H

#include "types.h"

/* Answer a call, X0 to X17; false if it is none of these. */
bool psci_dispatch(u64 *x);

void __noreturn psci_power_off(void);

#endif
