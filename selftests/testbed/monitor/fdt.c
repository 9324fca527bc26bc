// SPDX-License-Identifier: GPL-2.0-only
/* The device tree that QEMU hands over (Devicetree Specification, chapter 5). */
#include "fdt.h"

#include <string.h>

#define FDT_MAGIC		0xd00dfeed
#define FDT_OFF_TOTALSIZE	4
#define FDT_OFF_STRUCT		8
#define FDT_OFF_STRINGS		12

enum token { BEGIN_NODE = 1, END_NODE = 2, PROP = 3, NOP = 4 };

u64 fdt_number(const void *p, size_t size)
{
	const u8 *bytes = p;
	u64 value = 0;

	while (size--)
		value = value << 8 | *bytes++;

	return value;
}

void fdt_set_u64(void *p, u64 value)
{
	u8 *bytes = p;

	for (int i = 7; i >= 0; i--, value >>= 8)
		bytes[i] = value;
}

size_t fdt_size(const void *fdt)
{
	const u8 *header = fdt;

	return fdt_number(header, 4) == FDT_MAGIC ? fdt_number(header + FDT_OFF_TOTALSIZE, 4) : 0;
}

static bool node_is(const char *name, const char *wanted)
{
	size_t size = strlen(wanted);

	return !strncmp(name, wanted, size) && (name[size] == '\0' || name[size] == '@');
}

static size_t aligned(size_t size)
{
	return (size + 3) & ~3UL;
}

void *fdt_property(void *fdt, const char *node, const char *property, size_t *size)
{
	u8 *base = fdt, *p = base + fdt_number(base + FDT_OFF_STRUCT, 4);
	const char *strings = (char *)base + fdt_number(base + FDT_OFF_STRINGS, 4);
	const u8 *end = base + fdt_size(fdt);
	unsigned int depth = 0;
	bool inside = false;

	while (p + 12 <= end) {
		switch (fdt_number(p, 4)) {
		case BEGIN_NODE:
			p += 4;
			if (++depth == 2)
				inside = node_is((char *)p, node);
			p += aligned(strlen((char *)p) + 1);
			break;
		case END_NODE:
			p += 4;
			if (depth-- == 2)
				inside = false;
			break;
		case PROP:
			*size = fdt_number(p + 4, 4);
			if (inside && depth == 2 &&
			    !strcmp(strings + fdt_number(p + 8, 4), property))
				return p + 12;
			p += 12 + aligned(*size);
			break;
		case NOP:
			p += 4;
			break;
		default:
			return NULL;
		}
	}

	return NULL;
}
