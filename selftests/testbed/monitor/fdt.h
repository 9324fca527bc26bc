/* SPDX-License-Identifier: GPL-2.0-only */
/* The device tree that QEMU hands over. */
#ifndef FDT_H
#define FDT_H

#include "types.h"

/* Its size in bytes, 0 if it is none. */
size_t fdt_size(const void *fdt);

/*
 * A property's value and its size; NULL if it is not there. node names a child of the
 * root, without unit address.
 */
void *fdt_property(void *fdt, const char *node, const char *property, size_t *size);

/* The big-endian number of size bytes (4 or 8) at p. */
u64 fdt_number(const void *p, size_t size);
void fdt_set_u64(void *p, u64 value);

#endif
