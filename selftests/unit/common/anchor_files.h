/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ANCHOR_FILES_H
#define ANCHOR_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Writes the mint's keys as files of trust anchors, in the forms that tools of the
 * field write: JWK, stores of them, PEM, COSE_Key. Nothing of the library under test
 * takes part.
 */

struct text {
	char data[8192];
	size_t len;
};

/* A JWK; @more: further members with a comma behind, or "". */
void file_jwk(struct text *out, int alg, int part, const char *more);

/* One with the private number, too. */
void file_private_jwk(struct text *out, int alg, int part);

enum store_form {
	STORE_SPREAD,		/* many lines, hex in lower case, the key first */
	STORE_DENSE,		/* one line, hex in upper case, the key last */
};

/* A part's key for these ids, of which every byte is that; the instance's begins with 01. */
void file_store(struct text *out, enum store_form form, int alg, int part, uint8_t instance,
		uint8_t implementation);

void file_pem(struct text *out, int alg, int part);
void file_private_pem(struct text *out, int alg, int part);

/* The public key as a COSE_Key; returns its length, at most 256. */
size_t file_cose_key(uint8_t *out, int alg, int part);

#endif
