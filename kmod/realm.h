/* SPDX-License-Identifier: GPL-2.0-only */
/* What never changes while a realm runs, read once when the module is loaded. */
#ifndef REALM_TSM_REALM_H
#define REALM_TSM_REALM_H

#include <linux/init.h>
#include <linux/types.h>

#define REALM_RPV_SIZE	64

/**
 * struct realm - the realm as its RMM describes it
 * @rsi_major: major number of the RSI revision in use
 * @rsi_minor: minor number of it
 * @hash: name of the algorithm of all measurements, as the kernel spells it
 * @tcg_algorithm: the same as the TCG Algorithm Registry numbers it
 * @digest_size: size of its digests in bytes
 * @rpv: Realm Personalization Value, set by whoever launched the realm
 */
struct realm {
	u16 rsi_major;
	u16 rsi_minor;
	const char *hash;
	u16 tcg_algorithm;
	u16 digest_size;
	u8 rpv[REALM_RPV_SIZE];
};

extern struct realm realm;

int __init realm_init(void);

#endif /* REALM_TSM_REALM_H */
