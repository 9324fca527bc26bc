/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef LIBTSM_CTX_H
#define LIBTSM_CTX_H

#include <tsm/tsm.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

struct tsm_ctx {
	char *root;
	tsm_log_fn log;
	void *log_data;
	enum tsm_backend backend;
	char error[512];
	int64_t claim;		/* that the error is about; 0: none */
	int part;		/* of the token */
};

/*
 * Fill @ours from the caller's option struct: what the caller does not know stays
 * zero, what this library does not know must be zero. Both begin with the size.
 * A new field never goes where padding was: older callers left anything there.
 */
int opts_copy(void *ours, size_t ours_size, const void *theirs);

#endif
