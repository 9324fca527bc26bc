/* SPDX-License-Identifier: GPL-2.0-only */
/* The realm in sysfs: /sys/devices/virtual/misc/<device>. */
#ifndef REALM_TSM_MR_SYSFS_H
#define REALM_TSM_MR_SYSFS_H

#include <linux/init.h>

int __init mr_sysfs_register(const char *device);
void mr_sysfs_unregister(void);

#endif /* REALM_TSM_MR_SYSFS_H */
