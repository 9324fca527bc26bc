/* SPDX-License-Identifier: GPL-2.0-only */
/* Registers and events in configfs: /sys/kernel/config/tsm-measurements. */
#ifndef REALM_TSM_MR_CONFIGFS_H
#define REALM_TSM_MR_CONFIGFS_H

#include <linux/init.h>

int __init mr_configfs_register(void);
void mr_configfs_unregister(void);

#endif /* REALM_TSM_MR_CONFIGFS_H */
