/* SPDX-License-Identifier: GPL-2.0-only */
/* The one realm: its parameters and its measurements. */
#ifndef REALM_H
#define REALM_H

#include "crypto.h"
#include "types.h"

#define RPV_SIZE	64
#define REMS		4
#define MEASUREMENTS	(1 + REMS)	/* index 0: RIM, 1 to 4: REM0 to REM3 */

enum profile { PROFILE_LEGACY, PROFILE_2023 };

struct realm {
	/* from the configuration, before the realm runs */
	enum hash hash;
	enum profile profile;
	u64 wrapper;			/* CBOR tag: 399 or 907 */
	u64 kernel_size;
	u8 rpv[RPV_SIZE];

	bool sign;			/* may change at any time: atomic access */

	struct lock lock;		/* guards measurements */
	u8 measurements[MEASUREMENTS][HASH_MAX];	/* zeros beyond the hash's length */
};

extern struct realm realm;

#endif
