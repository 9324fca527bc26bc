/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef REAL_MAIN_H
#define REAL_MAIN_H

/* The tested program's own, for a test that is linked with it and --wrap=main. */
int __real_main(int argc, char **argv);

/* The test's. */
int __wrap_main(int argc, char **argv);

#endif
