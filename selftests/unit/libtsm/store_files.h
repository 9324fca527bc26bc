/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef STORE_FILES_H
#define STORE_FILES_H

#include <stddef.h>

/* What do files of trust anchors and reference values say? Those of stores/, right and wrong. */

/* Such a file, without the newline at its end, until the next call. */
const char *store_file(const char *name, size_t *len);

#endif
