/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SUPERVISE_H
#define SUPERVISE_H

#include <stdint.h>

/*
 * One thread makes system calls, another one answers for the kernel: a filter (seccomp)
 * hands it each of them, and it has the call made, or fails it. Left alone is what gives
 * back (close, munmap), and memory, whose failures selftests/unit has.
 */

struct supervised {
	int listener;
	int nth;	/* the call that fails, from 1; 0: none does */
	int err;	/* by which; 0: by one that this call may meet */
	int calls;	/* made since the last pause */
	int failed;	/* its number, or -1 */
	int failed_by;
	int failed_fd;	/* its first argument */
};

/* This thread from now on, and those that it begins. What to listen to, or -1. */
int supervise_me(void);

/* In the supervised thread: stops here until it is let go on. */
void supervise_pause(long result);

/* In the other one: the N-th call from now on fails; and again, at a pause. */
void supervise_begin(struct supervised *s, int listener, int nth, int err);
void supervise_again(struct supervised *s, int nth, int err);

/* In the other one: lets go on, answers, and returns the result of the next pause. */
long supervise_until_pause(struct supervised *s);

/* One call: 1 for a pause, which is left unanswered; 0; -1 when nobody is left. */
int supervise_answer(struct supervised *s);

/* "openat", or its number. */
const char *supervise_name(int call);

#endif
