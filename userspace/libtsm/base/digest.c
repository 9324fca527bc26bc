// SPDX-License-Identifier: LGPL-2.1-or-later
/* Names and sizes of the hashes that realms measure with. */
#include <string.h>

#include "base/ctx.h"
#include "base/digest.h"

static const struct {
	const char *kernel;
	const char *token;	/* IANA named information registry, as in tokens */
	size_t size;
} hashes[] = {
	[TSM_HASH_SHA256] = { "sha256", "sha-256", 32 },
	[TSM_HASH_SHA384] = { "sha384", "sha-384", 48 },
	[TSM_HASH_SHA512] = { "sha512", "sha-512", 64 },
};

const char *tsm_hash_name(enum tsm_hash hash)
{
	return (size_t)hash < ARRAY_SIZE(hashes) ? hashes[hash].kernel : NULL;
}

size_t tsm_hash_size(enum tsm_hash hash)
{
	return (size_t)hash < ARRAY_SIZE(hashes) ? hashes[hash].size : 0;
}

enum tsm_hash digest_from_name(const char *name)
{
	size_t i;

	for (i = TSM_HASH_SHA256; name && i < ARRAY_SIZE(hashes); i++)
		if (!strcmp(name, hashes[i].kernel) || !strcmp(name, hashes[i].token))
			return (enum tsm_hash)i;
	return TSM_HASH_NONE;
}
