/* SPDX-License-Identifier: GPL-2.0-only */
/* How a record is shown. */
#ifndef TSMCTL_LOG_H
#define TSMCTL_LOG_H

#include <tsm/eventlog.h>

/* The hash of the record's digest: the kernel's records have one, a firmware's may have more. */
enum tsm_hash log_hash(const struct tsm_record *record);

/* What the record measured, in words for people; never its text as it stands. */
void log_print_event(const struct tsm_record *record);

/* The records below their registers, each with its parts on lines of their own. */
void log_print_tree(const struct tsm_eventlog *log);

#endif
