/* SPDX-License-Identifier: GPL-2.0-only */
/* Who may look at registers and log, and who may change them? */
#ifndef REALM_TSM_MEASUREMENT_LOCK_H
#define REALM_TSM_MEASUREMENT_LOCK_H

#include <linux/rwsem.h>

/*
 * Guards the registers and the writing of the log: held for writing from before
 * a register is looked at until its record is published, and for reading by
 * whoever has to see registers and log in agreement.
 */
extern struct rw_semaphore measurement_lock;

#endif /* REALM_TSM_MEASUREMENT_LOCK_H */
