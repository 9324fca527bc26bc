// SPDX-License-Identifier: GPL-2.0-only
/* Wrong on purpose: sparse, coccinelle and kernel-doc have to see it. */
#include <linux/module.h>
#include <linux/slab.h>

static void *planted;

/**
 * planted_init() - takes what its comment does not say that it returns
 */
static int __init planted_init(void)
{
	__le32 little = 1;

	planted = kmalloc(little, GFP_KERNEL);
	return 0;
}
module_init(planted_init);

static void __exit planted_exit(void)
{
	if (planted)
		kfree(planted);
}
module_exit(planted_exit);

MODULE_DESCRIPTION("What a checker has to see");
MODULE_LICENSE("GPL");
