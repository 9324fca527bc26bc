/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RUN_MAIN_H
#define RUN_MAIN_H

#include <stdbool.h>
#include <stddef.h>

/*
 * For a test that is linked with a program and --wrap=main: the program's main() as often
 * as it takes, in a folder of the test's own.
 */

int __real_main(int argc, char **argv);
int __wrap_main(int argc, char **argv);	/* the test's */

/* Goes to a new folder; and back from it, which goes. */
int run_begin(void);
int run_end(void);

void run_write(const char *name, const void *data, size_t len);

/* Ends it with a NUL; how many bytes are before, 0 if there is no such file. */
size_t run_read(const char *name, char *text, size_t size);

/*
 * Words with blanks between; stdin is "in", stdout and stderr go into "out" and "err".
 * @fault(@n), of ./faults.h, chooses what fails; returns the exit status, and whether
 * something did.
 */
int run_main(const char *line, unsigned int n, void (*fault)(unsigned int n), bool *failed);

#endif
