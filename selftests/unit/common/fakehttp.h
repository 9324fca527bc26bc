/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FAKEHTTP_H
#define FAKEHTTP_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Instead of libtsm-kbs/http.c: each request gets the next of the answers that were
 * pushed, and -EHOSTUNREACH when there are no more. Session keys (link with
 * $(FAKEHTTP_LINK)) are those of selftests/robustness/fuzz/inputs.h, which the resources there
 * are encrypted to.
 */

void fakehttp_begin(void);

/* @body is not copied. */
void fakehttp_push(long status, bool cookie, const void *body, size_t len);

/* Begins, and pushes what a session and one resource take: bytes 0 to 31, to a P-256 key. */
void fakehttp_trip(void);

#endif
