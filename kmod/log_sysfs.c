// SPDX-License-Identifier: GPL-2.0-only
/* How much of the event log does a reader of the file get? */
#include <linux/minmax.h>
#include <linux/stat.h>

#include "compat.h"
#include "eventlog.h"
#include "log_sysfs.h"

/* Ends with a whole record, whatever is recorded while it is read. */
static ssize_t eventlog_read(struct file *file, struct kobject *kobj,
			     bin_attribute_ptr attr, char *buf, loff_t off, size_t count)
{
	size_t end = eventlog_end(eventlog_last());

	if (off >= end)
		return 0;
	count = min_t(size_t, count, end - off);
	eventlog_copy(buf, off, count);
	return count;
}

/* of no size: it grows */
static BIN_ATTR(eventlog, 0440, eventlog_read, NULL, 0);

static bin_attribute_ptr log_attrs[] = {
	&bin_attr_eventlog,
	NULL
};

const struct attribute_group log_sysfs_group = {
	.bin_attrs = log_attrs,
};
