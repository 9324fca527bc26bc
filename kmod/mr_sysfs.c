// SPDX-License-Identifier: GPL-2.0-only
/* The misc device and its attributes: registers, RPV, RSI version, the log. */
#include <linux/array_size.h>
#include <linux/build_bug.h>
#include <linux/device.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "compat.h"
#include "log_sysfs.h"
#include "measurement.h"
#include "mr_sysfs.h"
#include "realm.h"

static ssize_t rsi_version_show(struct device *dev,
				struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u.%u\n", realm.rsi_major, realm.rsi_minor);
}
static DEVICE_ATTR_RO(rsi_version);

static ssize_t hash_algorithm_show(struct device *dev,
				   struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", realm.hash);
}
static DEVICE_ATTR_RO(hash_algorithm);

static struct attribute *realm_attrs[] = {
	&dev_attr_rsi_version.attr,
	&dev_attr_hash_algorithm.attr,
	NULL
};

static const struct attribute_group realm_group = {
	.attrs = realm_attrs,
};

static BIN_ATTR_SIMPLE_RO(rpv);

/* not constant: their names are known when the realm is */
static typeof(bin_attr_rpv) register_attrs[MEASUREMENT_REGISTERS];

static ssize_t register_read(struct file *file, struct kobject *kobj,
			     bin_attribute_ptr attr, char *buf, loff_t off, size_t count)
{
	u8 value[MEASUREMENT_SIZE_MAX];
	int ret;

	ret = measurement_read(attr - register_attrs, value);
	if (ret)
		return ret;
	return memory_read_from_buffer(buf, count, &off, value, realm.digest_size);
}

static ssize_t register_write(struct file *file, struct kobject *kobj,
			      bin_attribute_ptr attr, char *buf, loff_t off, size_t count)
{
	u32 record;
	int ret;

	if (off || count != realm.digest_size)
		return -EINVAL;
	ret = measurement_extend(attr - register_attrs, buf, &record);
	return ret ?: count;
}

static bin_attribute_ptr measurements_attrs[] = {
	&register_attrs[0],
	&register_attrs[1],
	&register_attrs[2],
	&register_attrs[3],
	&register_attrs[4],
	&bin_attr_rpv,
	NULL
};

static const struct attribute_group measurements_group = {
	.name = "measurements",
	.bin_attrs = measurements_attrs,
};

static const struct attribute_group *mr_groups[] = {
	&realm_group,
	&measurements_group,
	&log_sysfs_group,
	NULL
};

/* no file operations: the device is there for its attributes */
static struct miscdevice mr_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.groups = mr_groups,
};

/* A register's name and its hash, as the kernel's tsm-mr has them. */
static void __init register_attrs_init(void)
{
	static char names[MEASUREMENT_REGISTERS][sizeof("rem0:sha512")];
	unsigned int index;

	static_assert(ARRAY_SIZE(measurements_attrs) == MEASUREMENT_REGISTERS + 2);

	for (index = 0; index < MEASUREMENT_REGISTERS; index++) {
		typeof(bin_attr_rpv) *attr = &register_attrs[index];

		scnprintf(names[index], sizeof(names[index]), "%s:%s",
			  measurement_names[index], realm.hash);
		sysfs_bin_attr_init(attr);
		attr->attr.name = names[index];
		attr->attr.mode = 0444;
		attr->read = register_read;
		if (index == MEASUREMENT_RIM) {
			attr->size = realm.digest_size;
			continue;
		}
		/* of no size: of one, sysfs would cut a digest that is too long */
		attr->attr.mode |= 0200;
		attr->write = register_write;
	}
}

/**
 * mr_sysfs_register() - show the realm in sysfs
 * @device: the misc device's name
 *
 * Context: Process context, may sleep.
 * Return: 0 or the errno of misc_register().
 */
int __init mr_sysfs_register(const char *device)
{
	register_attrs_init();
	bin_attr_rpv.private = realm.rpv;
	bin_attr_rpv.size = sizeof(realm.rpv);
	mr_device.name = device;
	return misc_register(&mr_device);
}

/**
 * mr_sysfs_unregister() - the reverse of mr_sysfs_register()
 *
 * Context: Process context, may sleep.
 */
void mr_sysfs_unregister(void)
{
	misc_deregister(&mr_device);
}
