/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TOKEN_KINDS_H
#define TOKEN_KINDS_H

#include "mint.h"

/*
 * Which kinds of tokens does the field have? Firmware and monitors of each profile,
 * wrapper, algorithm and hash, with the software of a whole platform in them.
 */

struct token_kind {
	const char *name;
	int wrapper;
	int realm, platform;	/* profiles, as mint_init() has them */
	const char *hash;	/* of the registers */
	int alg;
	bool rems;		/* other than zero */
	const char *binding;	/* the hash of the RAK */
	uint8_t rim;		/* every byte of it */
};

#define TOKEN_KINDS	9

extern const struct token_kind token_kinds[TOKEN_KINDS];

void mint_kind(struct mint *m, const struct token_kind *kind);

/* A platform's software, which every kind has. */
#define KIND_COMPONENTS	13

const char *kind_component(int n);	/* the type of one; 0x10 + n its digest, 0x60 its signer */

#endif
