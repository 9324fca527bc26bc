/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What one step of a verification found. */
#ifndef LIBTSM_VERDICT_H
#define LIBTSM_VERDICT_H

#include <tsm/verify.h>

/* What a step found. */
struct judgement {
	enum tsm_verdict verdict;
	enum tsm_token_part part;
	int64_t claim;		/* at fault; 0: none */
	char reason[320];
};

/* Record a verdict. Bytes of the text that are not printable become '?'. */
void judge(struct judgement *j, enum tsm_verdict verdict, enum tsm_token_part part, int64_t claim,
	   const char *fmt, ...) __attribute__((format(printf, 5, 6)));

#endif
