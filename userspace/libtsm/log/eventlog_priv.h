/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of log/ share: a log taken apart, and its records. */
#ifndef LIBTSM_EVENTLOG_PRIV_H
#define LIBTSM_EVENTLOG_PRIV_H

#include <stdbool.h>

#include <tsm/eventlog.h>

#include "base/buf.h"

#define EV_NO_ACTION	3
#define EV_EVENT_TAG	6

#define AAEL_TEXT	8	/* where the text begins: after tag and length */
#define INIT		"INIT/"

struct tsm_eventlog {
	uint8_t *data;
	size_t len;
	size_t begin;		/* of the records, after the header */
	struct tsm_record *records;
	size_t count;
	size_t room;
};

struct tsm_record {
	const struct tsm_eventlog *log;
	uint32_t index;
	uint32_t type;
	uint32_t digests;	/* how many */
	uint32_t digests_at;	/* offsets into the log's data */
	uint32_t event_at;
	uint32_t event_len;
	bool is_aael;
	bool is_init;		/* of a register, without tag and length: the kernel's */
};

/* record.c: a hash of the TCG algorithm registry, NULL if we know no length for it. */
struct tcg_alg {
	uint16_t id;
	uint16_t size;
	enum tsm_hash hash;
};

const struct tcg_alg *tcg_alg(uint32_t id);

struct bytes record_event(const struct tsm_record *record);

#endif
