// SPDX-License-Identifier: GPL-2.0-only
/* What does the RMM say about this realm, and is all of it sound? */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/array_size.h>
#include <linux/build_bug.h>
#include <linux/cache.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <crypto/sha2.h>

#include "realm.h"
#include "rsi.h"

/* the RMM writes one byte of this field; the rest is not specified */
#define REALM_HASH_MASK	0xff

/* RmiHashAlgorithm */
static const struct {
	const char *name;
	u16 tcg_algorithm;
	u16 digest_size;
} realm_hashes[] = {
	[0] = { "sha256", 0x000b, SHA256_DIGEST_SIZE },
	[1] = { "sha512", 0x000d, SHA512_DIGEST_SIZE },
	[2] = { "sha384", 0x000c, SHA384_DIGEST_SIZE },
};

/* written by realm_init() alone */
struct realm realm __ro_after_init;

static int __init realm_take_config(const struct realm_config *config)
{
	unsigned int hash = config->hash_algo & REALM_HASH_MASK;

	/* a guess would let measurements be read as something they are not */
	if (hash >= ARRAY_SIZE(realm_hashes)) {
		pr_err("the realm's hash algorithm %u is not known to this module\n",
		       hash);
		return -EOPNOTSUPP;
	}
	realm.hash = realm_hashes[hash].name;
	realm.tcg_algorithm = realm_hashes[hash].tcg_algorithm;
	realm.digest_size = realm_hashes[hash].digest_size;
	static_assert(sizeof(config->rpv) == sizeof(realm.rpv));
	memcpy(realm.rpv, config->rpv, sizeof(realm.rpv));
	return 0;
}

/**
 * realm_init() - read what &struct realm holds
 *
 * Context: Process context, may sleep.
 * Return: 0, -ENOMEM, -EOPNOTSUPP where the measurements' hash is unknown, or
 *	   the errno of an RSI call.
 */
int __init realm_init(void)
{
	struct realm_config *config;
	u32 version;
	int ret;

	static_assert(sizeof(*config) == RSI_GRANULE_SIZE &&
		      PAGE_SIZE >= RSI_GRANULE_SIZE);

	ret = rsi_version(&version);
	if (ret)
		return ret;
	realm.rsi_major = RSI_ABI_VERSION_GET_MAJOR(version);
	realm.rsi_minor = RSI_ABI_VERSION_GET_MINOR(version);

	config = (struct realm_config *)get_zeroed_page(GFP_KERNEL);
	if (!config)
		return -ENOMEM;
	ret = rsi_realm_config(config);
	if (!ret)
		ret = realm_take_config(config);
	free_page((unsigned long)config);
	return ret;
}
