/* SPDX-License-Identifier: GPL-2.0-only */
/* Events in configfs: /sys/kernel/config/tsm-measurements/remN/<event>. */
#ifndef REALM_TSM_MR_EVENT_H
#define REALM_TSM_MR_EVENT_H

struct config_item;

struct config_item *mr_event_new(const char *name, unsigned int index);

#endif /* REALM_TSM_MR_EVENT_H */
