/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TAKE_H
#define TAKE_H

#include "mint.h"

/*
 * Takes right tokens apart, to change what they say and leave their signatures as
 * they are. Just enough CBOR for that; nothing of the library under test takes part.
 */

struct slice {
	const uint8_t *data;
	size_t len;
};

struct taken {
	int wrapper;
	struct taken_part {
		struct slice type;	/* of its record in wrapper 907, encoded */
		bool untagged;
		struct slice protected, unprotected; /* that one encoded */
		struct slice payload, signature;
		struct claims claims;	/* what the payload holds */
	} part[2];
};

/* Borrows from @data. */
void take_token(const uint8_t *data, struct taken *taken);

/* A token of these claims and everything else as it was, the platform's part first. */
void taken_encode(const struct taken *taken, struct enc *token);

#endif
