// SPDX-License-Identifier: LGPL-2.1-or-later
/* How a step's verdict and reason are recorded. */
#include <stdarg.h>
#include <stdio.h>

#include "appraisal/verdict.h"
#include "base/err.h"

void judge(struct judgement *j, enum tsm_verdict verdict, enum tsm_token_part part, int64_t claim,
	   const char *fmt, ...)
{
	va_list ap;

	j->verdict = verdict;
	j->part = part;
	j->claim = claim;
	va_start(ap, fmt);
	vsnprintf(j->reason, sizeof(j->reason), fmt, ap);
	va_end(ap);
	err_make_printable(j->reason);
}
