// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest's physical address space, and RIPAS, which is what it maps.
 *
 * A granule of RAM is mapped once: in the protected half (RIPAS RAM) or in the
 * shared half (RIPAS EMPTY), at the same offset and always to the same physical
 * page. Changing RIPAS empties the page, as it does in a realm. MMIO is in the
 * shared half only.
 *
 * The protected half is mapped by granules from the start. Blocks would do, but QEMU
 * empties its TLB at the invalidation of any page of the guest's that a block at stage 2
 * maps, and at boot a kernel invalidates one for each function that it may trace. The
 * shared half has a table for 2 MiB only once part of them was changed.
 */
#include "cpu.h"
#include "machine.h"
#include "stage2.h"

#include <string.h>

#define ENTRIES		512
#define L2_SHIFT	21
#define L2_SIZE		BIT(L2_SHIFT)
#define GIB		BIT(30)
#define SHARED		BIT(IPA_BITS - 1)
#define L2_TABLES	(SHARED / GIB)	/* of a half */
#define POOL_TABLES	512

/* VTCR_EL2: RES1, 48-bit PA, inner shareable write-back walks, start at level 2, T0SZ */
#define VTCR		(BIT(31) | 5 << 16 | 3 << 12 | 1 << 10 | 1 << 8 | 0 << 6 | (64 - IPA_BITS))

#define DESC_VALID	BIT(0)
#define DESC_TABLE	BIT(1)		/* a page at level 3 */
#define DESC_ADDRESS	0x0000fffffffff000ULL
#define DESC_RW		(3 << 6)
#define DESC_AF		BIT(10)
#define DESC_XN		BIT(54)
#define DESC_NORMAL	(0xf << 2 | 3 << 8)	/* write-back, inner shareable */
#define DESC_DEVICE	BIT(2)			/* nGnRE */

#define MAP_PROTECTED	(DESC_VALID | DESC_RW | DESC_AF | DESC_NORMAL)
#define MAP_SHARED	(MAP_PROTECTED | DESC_XN)
#define MAP_MMIO	(DESC_VALID | DESC_RW | DESC_AF | DESC_DEVICE | DESC_XN)

typedef u64 table[ENTRIES] __aligned(GRANULE_SIZE);

static struct lock lock;	/* guards all tables, and RIPAS with them */
/* Protected, shared: a walk begins in one of them, without a level 1 above. */
static table level2[2][L2_TABLES] __aligned(2 * L2_TABLES * GRANULE_SIZE);
static table protected_tables[(L2_TABLES - 1) * ENTRIES];	/* no RAM in the first GiB */
static table shared_tables[POOL_TABLES];
static unsigned int shared_used;
static u64 ram_base, ram_top;

static bool in_ram(u64 ipa)
{
	return ipa >= ram_base && ipa < ram_top;
}

/* The CPU's walker reads entries at any time: written whole, once. */
static void set_entry(u64 *entry, u64 value)
{
	__atomic_store_n(entry, value, __ATOMIC_RELAXED);
}

static u64 *level2_entry(bool shared, u64 ipa)
{
	return &level2[shared][ipa / GIB][ipa >> L2_SHIFT & (ENTRIES - 1)];
}

/* The level 3 entry for ipa, an offset into either half, which has to have a table there. */
static u64 *level3_entry(bool shared, u64 ipa)
{
	u64 *entries = (u64 *)(*level2_entry(shared, ipa) & DESC_ADDRESS);

	return &entries[ipa / GRANULE_SIZE & (ENTRIES - 1)];
}

static bool has_shared_table(u64 ipa)
{
	return *level2_entry(true, ipa);
}

/* On all CPUs: walks that began before are over, and what they found is forgotten. */
static void invalidate(void)
{
	asm volatile("dsb ishst\n\t"
			 "tlbi vmalls12e1is\n\t"
			 "dsb ish\n\t"
			 "isb" : : : "memory");
}

static bool add_shared_table(u64 ipa)
{
	if (shared_used == POOL_TABLES)
		return false;
	set_entry(level2_entry(true, ipa),
		  (u64)shared_tables[shared_used++] | DESC_TABLE | DESC_VALID);

	return true;
}

void stage2_init(u64 base, u64 top)
{
	ram_base = base;
	ram_top = top;

	for (u64 ipa = 0; ipa < GIB; ipa += L2_SIZE)
		*level2_entry(true, ipa) = ipa | MAP_MMIO;
	for (u64 ipa = base & ~(L2_SIZE - 1); ipa < top; ipa += L2_SIZE)
		*level2_entry(false, ipa) = (u64)protected_tables[(ipa - GIB) >> L2_SHIFT] |
					    DESC_TABLE | DESC_VALID;
	for (u64 ipa = base; ipa < top; ipa += GRANULE_SIZE)
		*level3_entry(false, ipa) = ipa | MAP_PROTECTED | DESC_TABLE;
}

void stage2_enable(void)
{
	write_sysreg(VTCR, vtcr_el2);
	write_sysreg(level2, vttbr_el2);
	isb();
	invalidate();
}

static enum ripas ripas_of(u64 ipa)
{
	return in_ram(ipa) && *level3_entry(false, ipa) ? RIPAS_RAM : RIPAS_EMPTY;
}

/* Where the next granule is whose RIPAS is not known from that of this one. */
static u64 next_ripas(u64 ipa)
{
	if (ipa < ram_base)
		return ram_base;
	if (ipa >= ram_top)
		return SHARED;

	return has_shared_table(ipa) ? ipa + GRANULE_SIZE : (ipa | (L2_SIZE - 1)) + 1;
}

enum ripas ripas_get(u64 base, u64 *top)
{
	enum ripas ripas;
	u64 end;

	spin_lock(&lock);
	ripas = ripas_of(base);
	end = next_ripas(base);
	while (end < *top && ripas_of(end) == ripas)
		end = next_ripas(end);
	spin_unlock(&lock);

	*top = min(end, *top);

	return ripas;
}

/* Change granules within 2 MiB that the shared half has a table for. */
static void move_granules(u64 base, u64 top, bool shared)
{
	u64 attributes = (shared ? MAP_SHARED : MAP_PROTECTED) | DESC_TABLE;

	for (u64 ipa = base; ipa < top; ipa += GRANULE_SIZE)
		set_entry(level3_entry(!shared, ipa), 0);
	invalidate();
	for (u64 ipa = base; ipa < top; ipa += GRANULE_SIZE) {
		u64 *entry = level3_entry(shared, ipa);

		if (*entry)
			continue;
		memset((void *)ipa, 0, GRANULE_SIZE);
		set_entry(entry, ipa | attributes);
	}
	/* No invalidation: invalid entries are not cached. But walks must see these. */
	asm volatile("dsb ishst" : : : "memory");
}

bool ripas_set(u64 base, u64 *top, enum ripas ripas)
{
	bool done = true;

	if (!in_ram(base)) {
		if (ripas == RIPAS_EMPTY)
			*top = min(*top, next_ripas(base));
		return ripas == RIPAS_EMPTY;
	}

	/* No more than 2 MiB at once: the lock is not held long, and the guest is asked again. */
	*top = min(*top, min(ram_top, (base | (L2_SIZE - 1)) + 1));
	spin_lock(&lock);
	if (has_shared_table(base) || (ripas == RIPAS_EMPTY && add_shared_table(base)))
		move_granules(base, *top, ripas == RIPAS_EMPTY);
	else
		done = ripas == RIPAS_RAM;	/* as all of the 2 MiB are */
	spin_unlock(&lock);

	return done;
}

void *granule_map(u64 ipa)
{
	spin_lock(&lock);
	if (ripas_of(ipa) == RIPAS_RAM)
		return (void *)ipa;
	spin_unlock(&lock);

	return NULL;
}

void granule_unmap(void)
{
	spin_unlock(&lock);
}

bool stage2_is_mapped(u64 ipa)
{
	u64 offset = ipa & (SHARED - 1);
	bool mapped;

	if (ipa >= 2 * SHARED)
		return false;
	if (!in_ram(offset))
		return ipa >= SHARED && offset < GIB;

	spin_lock(&lock);
	mapped = (ripas_of(offset) == RIPAS_RAM) == (ipa < SHARED);
	spin_unlock(&lock);

	return mapped;
}
