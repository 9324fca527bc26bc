// SPDX-License-Identifier: GPL-2.0-only
/* The registers as directories. */
#include <linux/configfs.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sysfs.h>

#include "measurement.h"
#include "mr_configfs.h"
#include "mr_event.h"
#include "realm.h"

/* the registers' directories, there from registration to its end */
static struct config_group register_groups[MEASUREMENT_REGISTERS];

static unsigned int group_index(struct config_item *item)
{
	return to_config_group(item) - register_groups;
}

static struct config_item *register_make_item(struct config_group *group, const char *name)
{
	return mr_event_new(name, group_index(&group->cg_item));
}

static ssize_t register_index_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%u\n", group_index(item));
}
CONFIGFS_ATTR_RO(register_, index);

static ssize_t register_digest_show(struct config_item *item, char *page)
{
	u8 value[MEASUREMENT_SIZE_MAX];
	int ret;

	ret = measurement_read(group_index(item), value);
	if (ret)
		return ret;
	return sysfs_emit(page, "%*phN\n", realm.digest_size, value);
}
CONFIGFS_ATTR_RO(register_, digest);

static ssize_t register_baseline_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%*phN\n", realm.digest_size,
			  measurement_baseline(group_index(item)));
}
CONFIGFS_ATTR_RO(register_, baseline);

/* Reads the register: it may have been extended since anybody looked. */
static ssize_t register_state_show(struct config_item *item, char *page)
{
	unsigned int index = group_index(item);
	u8 value[MEASUREMENT_SIZE_MAX];
	int ret;

	ret = measurement_read(index, value);
	if (ret)
		return ret;
	return sysfs_emit(page, "%s\n",
			  measurement_diverged(index) ? "diverged" : "consistent");
}
CONFIGFS_ATTR_RO(register_, state);

static struct configfs_attribute *rim_attrs[] = {
	&register_attr_index,
	&register_attr_digest,
	NULL
};

static struct configfs_attribute *rem_attrs[] = {
	&register_attr_index,
	&register_attr_digest,
	&register_attr_baseline,
	&register_attr_state,
	NULL
};

static const struct config_item_type rim_type = {
	.ct_owner = THIS_MODULE,
	.ct_attrs = rim_attrs,
};

static struct configfs_group_operations rem_group_ops = {
	.make_item = register_make_item,
};

static const struct config_item_type rem_type = {
	.ct_owner = THIS_MODULE,
	.ct_attrs = rem_attrs,
	.ct_group_ops = &rem_group_ops,
};

static ssize_t root_hash_algorithm_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%s\n", realm.hash);
}
CONFIGFS_ATTR_RO(root_, hash_algorithm);

static struct configfs_attribute *root_attrs[] = {
	&root_attr_hash_algorithm,
	NULL
};

static const struct config_item_type root_type = {
	.ct_owner = THIS_MODULE,
	.ct_attrs = root_attrs,
};

static struct configfs_subsystem mr_subsystem = {
	.su_group = {
		.cg_item = {
			.ci_namebuf = "tsm-measurements",
			.ci_type = &root_type,
		},
	},
	.su_mutex = __MUTEX_INITIALIZER(mr_subsystem.su_mutex),
};

/**
 * mr_configfs_register() - show the registers in configfs
 *
 * Context: Process context, may sleep.
 * Return: 0 or the errno of configfs_register_subsystem().
 */
int __init mr_configfs_register(void)
{
	struct config_group *root = &mr_subsystem.su_group;
	unsigned int index;

	config_group_init(root);
	for (index = 0; index < MEASUREMENT_REGISTERS; index++) {
		config_group_init_type_name(&register_groups[index], measurement_names[index],
					    index == MEASUREMENT_RIM ? &rim_type : &rem_type);
		configfs_add_default_group(&register_groups[index], root);
	}
	return configfs_register_subsystem(&mr_subsystem);
}

/**
 * mr_configfs_unregister() - the reverse of mr_configfs_register()
 *
 * Context: Process context, may sleep.
 */
void mr_configfs_unregister(void)
{
	configfs_unregister_subsystem(&mr_subsystem);
}
