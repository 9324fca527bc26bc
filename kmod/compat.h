/* SPDX-License-Identifier: GPL-2.0-only */
/* Differences between the kernels that this builds for, each behind a name. */
#ifndef REALM_TSM_COMPAT_H
#define REALM_TSM_COMPAT_H

#include <linux/sysfs.h>

/* struct bin_attribute *, as groups and handlers take it: const since 6.17 */
#define bin_attribute_ptr typeof(*((struct attribute_group *)NULL)->bin_attrs)

#endif /* REALM_TSM_COMPAT_H */
