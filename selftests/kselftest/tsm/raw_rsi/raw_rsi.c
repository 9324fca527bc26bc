// SPDX-License-Identifier: GPL-2.0-only
/*
 * Raw Realm Services Interface calls for the tests, which are to see what the
 * RMM answers to a wrong call too: it checks nothing and hides nothing.
 *
 * debugfs/raw_rsi/
 *   call      write x0..x17: issues the SMC on the CPU that the writer is
 *             pinned to; read: x0..x17 as they came back to this open file
 *   ram       IPA of two granules of protected memory, one after the other
 *   granules  what these two hold, readable and writable
 *   empty     IPA of a granule whose RIPAS is EMPTY
 */

#include <linux/arm-smccc.h>
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/set_memory.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <asm/rsi.h>

#define RAM_SIZE	(2 * RSI_GRANULE_SIZE)

static struct dentry *dir;
static struct debugfs_blob_wrapper granules = { .size = RAM_SIZE };
static u64 ram_ipa;
static u64 empty_ipa;
static unsigned long empty_page;

static int call_open(struct inode *inode, struct file *file)
{
	struct arm_smccc_1_2_regs *regs = kzalloc_obj(*regs);

	file->private_data = regs;

	return regs ? 0 : -ENOMEM;
}

static ssize_t call_write(struct file *file, const char __user *buf, size_t count, loff_t *ppos)
{
	struct arm_smccc_1_2_regs *regs = file->private_data;

	/* Token state is per CPU: a writer that may be moved has lost its way. */
	if (current->nr_cpus_allowed != 1)
		return -EXDEV;
	if (count != sizeof(*regs))
		return -EINVAL;
	if (copy_from_user(regs, buf, count))
		return -EFAULT;

	arm_smccc_1_2_smc(regs, regs);

	return count;
}

static ssize_t call_read(struct file *file, char __user *buf, size_t count, loff_t *ppos)
{
	return simple_read_from_buffer(buf, count, ppos, file->private_data,
				       sizeof(struct arm_smccc_1_2_regs));
}

static int call_release(struct inode *inode, struct file *file)
{
	kfree(file->private_data);

	return 0;
}

static const struct file_operations call_fops = {
	.owner = THIS_MODULE,
	.open = call_open,
	.read = call_read,
	.write = call_write,
	.llseek = default_llseek,
	.release = call_release,
};

static int __init raw_rsi_init(void)
{
	int ret = -ENOMEM;

	if (!is_realm_world())
		return -ENODEV;

	granules.data = alloc_pages_exact(RAM_SIZE, GFP_KERNEL | __GFP_ZERO);
	if (!granules.data)
		return -ENOMEM;
	ram_ipa = virt_to_phys(granules.data);

	empty_page = get_zeroed_page(GFP_KERNEL);
	if (!empty_page)
		goto err_granules;
	empty_ipa = virt_to_phys((void *)empty_page);

	/* A failure may leave some of the page shared: it is then lost. */
	ret = set_memory_decrypted(empty_page, 1);
	if (ret)
		goto err_granules;

	dir = debugfs_create_dir("raw_rsi", NULL);
	debugfs_create_file("call", 0600, dir, NULL, &call_fops);
	debugfs_create_x64("ram", 0400, dir, &ram_ipa);
	debugfs_create_blob("granules", 0600, dir, &granules);
	debugfs_create_x64("empty", 0400, dir, &empty_ipa);

	return 0;

err_granules:
	free_pages_exact(granules.data, RAM_SIZE);

	return ret;
}
module_init(raw_rsi_init);

static void __exit raw_rsi_exit(void)
{
	debugfs_remove(dir);
	if (!set_memory_encrypted(empty_page, 1))
		free_page(empty_page);
	free_pages_exact(granules.data, RAM_SIZE);
}
module_exit(raw_rsi_exit);

MODULE_DESCRIPTION("Raw Realm Services Interface calls for kselftest");
MODULE_LICENSE("GPL");
