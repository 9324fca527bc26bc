/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Trust anchors, by the platform that they are for. */
#ifndef LIBTSM_ANCHORS_H
#define LIBTSM_ANCHORS_H

#include <stdbool.h>

#include <tsm/verify.h>

#include "base/crypto.h"

struct anchor {
	struct anchor *next;
	bool any;		/* a bare key: for every platform */
	uint8_t instance[33];
	uint8_t implementation[32];
	struct crypto_key *key;
};

/*
 * The first (@after is NULL) or next anchor for a platform. Several may have the
 * same ids, when a key is about to change.
 */
const struct anchor *anchors_find(const struct tsm_anchors *anchors, const struct anchor *after,
				  struct bytes instance, struct bytes implementation);

#endif
