/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef VECTORS_OF_OTHERS_H
#define VECTORS_OF_OTHERS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Files that other projects made, in ../shared/vectors beside the tree, or in the
 * folder that the environment's VECTORS names. They are extra: what is asked of them
 * is asked of inputs of our own too.
 */

/* Is the folder there? If not, says in TAP that all of it is skipped, and why. */
bool have_vectors_of_others(void);

/* Reads a file; without it, the test fails. */
size_t load_of_others(const char *name, void *data, size_t size);

#endif
