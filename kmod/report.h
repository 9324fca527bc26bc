/* SPDX-License-Identifier: GPL-2.0-only */
/* Tokens through configfs-tsm, /sys/kernel/config/tsm/report. */
#ifndef REALM_TSM_REPORT_H
#define REALM_TSM_REPORT_H

/*
 * Names the format of outblob, which agents look for; it is the in-tree
 * driver's, and so is the name.
 */
#define REPORT_PROVIDER	"arm_cca_guest"

int report_register(void);
void report_unregister(void);

#endif /* REALM_TSM_REPORT_H */
