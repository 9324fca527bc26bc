/* SPDX-License-Identifier: GPL-2.0-only */
/* Telling others that a register has been extended. */
#ifndef REALM_TSM_EVENT_H
#define REALM_TSM_EVENT_H

#include <linux/types.h>

void event_publish(unsigned int index, u32 record, const u8 *digest);

#endif /* REALM_TSM_EVENT_H */
