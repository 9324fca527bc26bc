// SPDX-License-Identifier: GPL-2.0-only
/* From QEMU's entry to the guest's: configure, measure, hide the monitor, go. */
#include "config.h"
#include "console.h"
#include "cpu.h"
#include "fdt.h"
#include "realm.h"
#include "stage2.h"

#include <string.h>

#define IMAGE_SIZE_OFFSET	16	/* in the header of an arm64 Image */

u8 cpus[MAX_CPUS][CPU_SIZE] __aligned(CPU_SIZE);

/* What the realm begins with, in the order of measuring. */
struct contents {
	struct bytes kernel, initramfs, command_line, device_tree;
};

static void configure(void)
{
	const char *text = (const char *)CONFIG_BASE, *line, *wrong;

	if (!memchr(text, '\0', CONFIG_SIZE))
		die("the configuration has no end", "");
	wrong = config_parse(text, &line);
	if (wrong)
		die(wrong, line);
}

static u8 *property(void *fdt, const char *node, const char *name, size_t *size)
{
	u8 *value = fdt_property(fdt, node, name, size);

	if (!value)
		die("not in the device tree: ", name);

	return value;
}

/* An address in /chosen: QEMU writes one or two cells, as the address needs. */
static u64 chosen_address(void *fdt, const char *name)
{
	size_t size;
	u8 *value = property(fdt, "chosen", name, &size);

	if (size != 4 && size != 8)
		die("no address in the device tree: ", name);

	return fdt_number(value, size);
}

static struct contents find_contents(void *fdt)
{
	u64 start = chosen_address(fdt, "linux,initrd-start");
	u64 end = chosen_address(fdt, "linux,initrd-end");
	struct contents found = {
		.kernel = { (void *)KERNEL_BASE, realm.kernel_size },
		.initramfs = { (void *)start, end - start },
		.device_tree = { fdt, fdt_size(fdt) },
	};

	found.command_line.data = property(fdt, "chosen", "bootargs", &found.command_line.size);
	found.command_line.size--;	/* NUL */

	return found;
}

/* The device tree's one range of memory; returns where it ends. */
static u64 memory_range(void *fdt, u8 **reg)
{
	size_t size;
	u64 base, length;

	*reg = property(fdt, "memory", "reg", &size);
	if (size != 16)
		die("the device tree has not one range of memory", "");
	base = fdt_number(*reg, 8);
	length = fdt_number(*reg + 8, 8);
	if (base != MONITOR_BASE || length > BIT(IPA_BITS - 1) - base ||
	    base + length <= KERNEL_BASE)
		die("memory is not where it should be, or too much, or too little", "");

	return base + length;
}

/* Nothing may lie outside of memory, or where the kernel is going to have its data. */
static void check_contents(const struct contents *contents, u64 top)
{
	u64 initramfs = (u64)contents->initramfs.data, tree = (u64)contents->device_tree.data;
	u64 image_size = *(const u64 *)(KERNEL_BASE + IMAGE_SIZE_OFFSET);
	u64 room = initramfs - KERNEL_BASE;

	if (initramfs < KERNEL_BASE || realm.kernel_size > room || image_size > room ||
	    tree < initramfs || contents->initramfs.size > tree - initramfs ||
	    tree > top || contents->device_tree.size > top - tree)
		die("the guest has too little memory", "");
}

static void measure(const struct contents *contents)
{
	const struct bytes components[] = {
		contents->kernel, contents->initramfs,
		contents->command_line, contents->device_tree,
	};
	u8 *rim = realm.measurements[0];
	size_t size = hash_size(realm.hash);
	u8 digest[HASH_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(components); i++) {
		hash(realm.hash, &components[i], 1, digest);
		hash(realm.hash, (struct bytes[]){ { rim, size }, { digest, size } }, 2, rim);
	}
}

/* From entry.S */
void __noreturn boot_primary(void *fdt)
{
	struct contents contents;
	u8 *reg;
	u64 top;

	el2_setup();
	if (!fdt_size(fdt))
		die("no device tree", "");
	configure();
	contents = find_contents(fdt);
	top = memory_range(fdt, &reg);
	check_contents(&contents, top);
	measure(&contents);

	/* Only now, since the tree is measured as QEMU made it. */
	fdt_set_u64(reg, MONITOR_END);
	fdt_set_u64(reg + 8, top - MONITOR_END);
	stage2_init(MONITOR_END, top);

	el2_start_guest(KERNEL_BASE, (u64)fdt);
}
