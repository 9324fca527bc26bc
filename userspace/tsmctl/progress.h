/* SPDX-License-Identifier: GPL-2.0-only */
/* What a person who waits is told. */
#ifndef TSMCTL_PROGRESS_H
#define TSMCTL_PROGRESS_H

/*
 * Between the two, who sits at a terminal is told, after a second has passed, what
 * is waited for and how long. On stderr, in one line that is gone at the end.
 */
void progress_begin(const char *what);
void progress_end(void);

#endif
