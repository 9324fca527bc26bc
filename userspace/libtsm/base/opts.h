/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How an option struct of an older or newer caller is read. */
#ifndef LIBTSM_OPTS_H
#define LIBTSM_OPTS_H

#include <stddef.h>

/*
 * Fill @ours from the caller's option struct: what the caller does not know stays
 * zero, what this library does not know must be zero. Both begin with the size.
 * A new field never goes where padding was: older callers left anything there.
 */
int opts_copy(void *ours, size_t ours_size, const void *theirs);

#endif
