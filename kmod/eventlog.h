/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The event log: TCG "crypto agile" records, append-only, in memory.
 *
 * Records are numbered from 1; number 0 is the header that tells the digests'
 * algorithm.  The log up to a record is the log's first eventlog_end() bytes,
 * for ever.  What has been published does not change, so readers take no lock.
 */
#ifndef REALM_TSM_EVENTLOG_H
#define REALM_TSM_EVENTLOG_H

#include <linux/init.h>
#include <linux/types.h>

/* TCG event types */
#define EVENTLOG_NO_ACTION	3
#define EVENTLOG_EVENT_TAG	6

/**
 * struct eventlog_record - what a record says
 * @index: the register, numbered as the RSI and the UEFI CC registers are
 * @type: TCG event type
 * @digest: what the register is extended by, or NULL where it is not
 * @event: content of the event field
 * @event_len: its size in bytes
 */
struct eventlog_record {
	unsigned int index;
	u32 type;
	const u8 *digest;
	const void *event;
	u32 event_len;
};

int __init eventlog_init(void);
void eventlog_exit(void);

int __init eventlog_note(const struct eventlog_record *record);
int eventlog_prepare(const struct eventlog_record *record);
u32 eventlog_commit(void);

unsigned int eventlog_limit(void);
u32 eventlog_last(void);
size_t eventlog_end(u32 record);
void eventlog_copy(void *buf, size_t from, size_t len);

#endif /* REALM_TSM_EVENTLOG_H */
