/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FAKESYS_H
#define FAKESYS_H

#include <stddef.h>

/*
 * Files of sysfs and of configfs tsm-measurements below a temporary root: what is read
 * is there, what is written is noted and not carried out, an event's directory comes
 * with its attributes. The library's own system calls end here (ld --wrap).
 */

extern char fakesys_root[32];

void fakesys_begin(void);
int fakesys_end(void);

/* With its folders. */
void fakesys_write(const char *path, const void *data, size_t len);
void fakesys_write_text(const char *path, const char *text);
void fakesys_remove(const char *path);

/* What has been done: "NAME=VALUE;" for each write, "mkdir;", "rmdir;". */
extern char fakesys_trace[8192];

/*
 * "read NAME", "write NAME", "open NAME", "mkdir" fail with this errno, so many times;
 * with none, a write is cut short.
 */
void fakesys_fault(const char *at, int err, int times);

/* rem1 has another value each of so many times that it is read. */
extern int fakesys_moving;

#endif
