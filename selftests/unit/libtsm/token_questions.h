/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TOKEN_QUESTIONS_H
#define TOKEN_QUESTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "anchor_files.h"

/*
 * What is asked of tokens of the field, whoever made them: of those that the mint makes
 * in every clone, and of those that other projects published.
 */

struct field_token {
	const char *name;
	/* as those who made it say */
	int wrapper, alg;
	const char *platform, *realm;	/* profiles; NULL: none */
	const char *hash;
	bool cose_key, rems;		/* RAK's form; are REMs other than zero? */
	uint8_t data[8192];
	size_t len;
};

/* Documents that go with it. */
struct field_files {
	struct text right[3];		/* trust anchors with its platform's key; the last no store */
	struct text other_platform;
	struct text other_curve;
	struct text refvalues;
	bool fit;			/* do these, or is its RIM in none? */
};

/* Is all read, and nothing that is not the whole? */
void ask_reading(const struct field_token *t);

/* Its verdict with each of the documents, cut, and with flipped bits. */
void ask_appraisal(struct field_token *t, const struct field_files *files, size_t stride);

/* Missing and repeated mandatory claims, and the RAK of each other one. */
void ask_claims(const struct field_token *t, size_t n, size_t which, const struct field_files *files);

/* The platform token of one and the realm token of another, each with its own signature. */
void ask_parts_of_two(const struct field_token *one, const struct field_token *two,
		      const struct field_files *files);

/* What is a part or another thing alone is no token. */
void ask_no_token(const void *data, size_t len);

#endif
