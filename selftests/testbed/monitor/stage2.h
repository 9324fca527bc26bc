/* SPDX-License-Identifier: GPL-2.0-only */
/* The guest's physical address space. */
#ifndef STAGE2_H
#define STAGE2_H

#include "types.h"

/* The guest's RAM: [base, top), all of it RIPAS RAM. */
void stage2_init(u64 base, u64 top);

/* Switch to these tables on this CPU. */
void stage2_enable(void);

/* Whether a guest's access to this IPA goes through now. */
bool stage2_is_mapped(u64 ipa);

#endif
