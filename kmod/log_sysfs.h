/* SPDX-License-Identifier: GPL-2.0-only */
/* The event log as a file, /sys/devices/virtual/misc/<device>/eventlog. */
#ifndef REALM_TSM_LOG_SYSFS_H
#define REALM_TSM_LOG_SYSFS_H

#include <linux/sysfs.h>

extern const struct attribute_group log_sysfs_group;

#endif /* REALM_TSM_LOG_SYSFS_H */
