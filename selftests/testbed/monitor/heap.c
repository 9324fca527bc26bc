// SPDX-License-Identifier: GPL-2.0-only
/*
 * A heap for each CPU, so that signing on one waits for no other. First fit over a
 * list of blocks that fill the heap without gaps; free neighbours are joined when
 * one of them is looked at.
 */
#include "cpu.h"

#include <stdlib.h>
#include <string.h>

struct block {
	u32 size;		/* with this head; 0 in a heap never used */
	bool used;
	u8 data[] __aligned(16);
};

static struct block *next(struct block *block)
{
	return (struct block *)((u8 *)block + block->size);
}

/* Join the free blocks that follow this free one. */
static void join(struct block *block, const u8 *end)
{
	struct block *after;

	while (after = next(block), (u8 *)after < end && !after->used)
		block->size += after->size;
}

void *calloc(size_t count, size_t size)
{
	struct cpu *cpu = this_cpu();
	struct block *block = (struct block *)cpu->heap, *rest;
	const u8 *end = cpu->heap + HEAP_SIZE;
	size_t wanted;

	if (__builtin_mul_overflow(count, size, &wanted) || wanted > HEAP_SIZE)
		return NULL;
	wanted = (wanted + sizeof(*block) + 15) & ~15UL;

	if (!block->size)
		block->size = HEAP_SIZE;
	for (; (u8 *)block < end; block = next(block)) {
		if (block->used)
			continue;
		join(block, end);
		if (block->size < wanted)
			continue;
		if (block->size > wanted) {
			rest = (struct block *)((u8 *)block + wanted);
			*rest = (struct block){ .size = block->size - wanted };
			block->size = wanted;
		}
		block->used = true;
		return memset(block->data, 0, wanted - sizeof(*block));
	}

	return NULL;
}

void free(void *data)
{
	if (data)
		((struct block *)((u8 *)data - sizeof(struct block)))->used = false;
}
