// SPDX-License-Identifier: GPL-2.0-only
/*
 * Storage and format of the event log.
 *
 * The log is pages that never move: growing copies nothing, whatever its size.
 * A record is written behind the log's published end, where nobody looks, and
 * becomes part of the log by one store; until then there is nothing to undo.
 */
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <linux/unaligned.h>
#include <linux/xarray.h>

#include "eventlog.h"
#include "measurement_lock.h"
#include "realm.h"

/* what TCG_EfiSpecIdEvent calls the class of machine: a server */
#define PLATFORM_CLASS	1
/* of the PC Client Platform Firmware Profile, which has the format */
#define SPEC_MINOR	0
#define SPEC_MAJOR	2
#define SPEC_ERRATA	0
/* in units of 32 bits */
#define UINTN_SIZE	2

/* TCG_PCR_EVENT with a TCG_EfiSpecIdEvent of one algorithm */
struct log_header {
	__le32 index;
	__le32 type;
	u8 digest[20];
	__le32 event_len;
	char signature[16];
	__le32 platform_class;
	u8 spec_minor;
	u8 spec_major;
	u8 spec_errata;
	u8 uintn_size;
	__le32 algorithms;
	__le16 algorithm;
	__le16 digest_size;
	u8 vendor_len;
} __packed;

/* the beginning of a TCG_PCR_EVENT2 */
struct log_record {
	__le32 index;
	__le32 type;
	__le32 digests;
} __packed;

/* an offset in the log fits in 32 bits, many times over */
#define LIMIT_MAX	SZ_256M

static unsigned int log_limit = SZ_16M;

static int log_limit_set(const char *val, const struct kernel_param *kp)
{
	return param_set_uint_minmax(val, kp, 0, LIMIT_MAX);
}

static const struct kernel_param_ops log_limit_ops = {
	.set = log_limit_set,
	.get = param_get_uint,
};

module_param_cb(log_limit, &log_limit_ops, &log_limit, 0644);
MODULE_PARM_DESC(log_limit,
		 "bytes above which the event log does not grow, 0 to 268435456 (default 16777216)");

/* pages of the log */
static DEFINE_XARRAY(log_bytes);
/* pages of u32: where each record ends */
static DEFINE_XARRAY(log_ends);
/* the last record that is published */
static u32 log_last;
/* where the prepared record ends; under measurement_lock */
static u32 log_prepared;

static int pages_reserve(struct xarray *pages, size_t at, size_t len)
{
	unsigned long page;
	void *new;
	int ret;

	for (page = at / PAGE_SIZE; page <= (at + len - 1) / PAGE_SIZE; page++) {
		if (xa_load(pages, page))
			continue;
		new = (void *)__get_free_page(GFP_KERNEL);
		if (!new)
			return -ENOMEM;
		ret = xa_err(xa_store(pages, page, new, GFP_KERNEL));
		if (ret) {
			free_page((unsigned long)new);
			return ret;
		}
	}
	return 0;
}

/* Of what has been reserved: neither can fail. */
static void pages_write(struct xarray *pages, size_t at, const void *data, size_t len)
{
	while (len) {
		size_t part = min(len, PAGE_SIZE - offset_in_page(at));

		memcpy(xa_load(pages, at / PAGE_SIZE) + offset_in_page(at), data, part);
		data += part;
		at += part;
		len -= part;
	}
}

static void pages_read(struct xarray *pages, size_t at, void *data, size_t len)
{
	while (len) {
		size_t part = min(len, PAGE_SIZE - offset_in_page(at));

		memcpy(data, xa_load(pages, at / PAGE_SIZE) + offset_in_page(at), part);
		data += part;
		at += part;
		len -= part;
	}
}

static void pages_free(struct xarray *pages)
{
	unsigned long page;
	void *entry;

	xa_for_each(pages, page, entry)
		free_page((unsigned long)entry);
	xa_destroy(pages);
}

/**
 * eventlog_limit() - the limit of the log's growth
 *
 * Context: Any context.
 * Return: The number of bytes above which it does not grow.
 */
unsigned int eventlog_limit(void)
{
	return READ_ONCE(log_limit);
}

/**
 * eventlog_last() - the last record
 *
 * Context: Any context. Under measurement_lock, registers and log agree on it.
 * Return: Its number, 0 if there is none.
 */
u32 eventlog_last(void)
{
	/* pairs with eventlog_commit(): what the number stands for is there */
	return smp_load_acquire(&log_last);
}

/**
 * eventlog_end() - where a record ends
 * @record: its number, at most eventlog_last()
 *
 * Context: Any context.
 * Return: The size in bytes of the log up to it.
 */
size_t eventlog_end(u32 record)
{
	u32 end;

	pages_read(&log_ends, record * sizeof(end), &end, sizeof(end));
	return end;
}

/**
 * eventlog_copy() - copy some of the log
 * @buf: where to
 * @from: offset of the first byte
 * @len: number of bytes, none of them from eventlog_end(eventlog_last()) on
 *
 * Context: Any context.
 */
void eventlog_copy(void *buf, size_t from, size_t len)
{
	pages_read(&log_bytes, from, buf, len);
}

static size_t log_append(size_t at, const void *data, size_t len)
{
	pages_write(&log_bytes, at, data, len);
	return at + len;
}

static size_t record_size(const struct eventlog_record *record)
{
	size_t digest = record->digest ? sizeof(__le16) + realm.digest_size : 0;

	return sizeof(struct log_record) + digest + sizeof(__le32) + record->event_len;
}

static int record_write(const struct eventlog_record *record)
{
	struct log_record head = {
		.index = cpu_to_le32(record->index),
		.type = cpu_to_le32(record->type),
		.digests = cpu_to_le32(record->digest ? 1 : 0),
	};
	__le16 algorithm = cpu_to_le16(realm.tcg_algorithm);
	__le32 event_len = cpu_to_le32(record->event_len);
	size_t at = eventlog_end(log_last);
	int ret;

	lockdep_assert_held_write(&measurement_lock);

	ret = pages_reserve(&log_bytes, at, record_size(record));
	if (!ret)
		ret = pages_reserve(&log_ends, (log_last + 1) * sizeof(u32), sizeof(u32));
	if (ret)
		return ret;

	at = log_append(at, &head, sizeof(head));
	if (record->digest) {
		at = log_append(at, &algorithm, sizeof(algorithm));
		at = log_append(at, record->digest, realm.digest_size);
	}
	at = log_append(at, &event_len, sizeof(event_len));
	log_prepared = log_append(at, record->event, record->event_len);
	return 0;
}

/**
 * eventlog_prepare() - make a record ready for eventlog_commit()
 * @record: what it shall say; not needed any more afterwards
 *
 * A record that is prepared and not committed is gone with the next one.
 *
 * Context: Process context, may sleep; measurement_lock is held for writing.
 * Return: 0, -ENOSPC if the log would grow beyond its limit, or -ENOMEM.
 */
int eventlog_prepare(const struct eventlog_record *record)
{
	size_t end = eventlog_end(log_last), size = record_size(record);

	if (end + size > eventlog_limit())
		return -ENOSPC;
	return record_write(record);
}

/**
 * eventlog_commit() - publish the record that was prepared last
 *
 * Context: measurement_lock is held for writing since eventlog_prepare().
 * Return: The record's number.
 */
u32 eventlog_commit(void)
{
	u32 record = log_last + 1;

	lockdep_assert_held_write(&measurement_lock);

	pages_write(&log_ends, record * sizeof(log_prepared), &log_prepared,
		    sizeof(log_prepared));
	/* pairs with eventlog_last() */
	smp_store_release(&log_last, record);
	return record;
}

/**
 * eventlog_note() - record what is known at load; log_limit does not apply
 * @record: what the record shall say
 *
 * Context: Process context, may sleep; measurement_lock is held for writing.
 * Return: 0 or -ENOMEM.
 */
int __init eventlog_note(const struct eventlog_record *record)
{
	int ret = record_write(record);

	if (!ret)
		eventlog_commit();
	return ret;
}

/**
 * eventlog_init() - begin the log with its header
 *
 * Context: Process context, may sleep. After realm_init().
 * Return: 0 or -ENOMEM, then eventlog_exit() is still to be called.
 */
int __init eventlog_init(void)
{
	const struct log_header header = {
		.type = cpu_to_le32(EVENTLOG_NO_ACTION),
		.event_len = cpu_to_le32(sizeof(header) -
					 offsetof(struct log_header, signature)),
		.signature = "Spec ID Event03",
		.platform_class = cpu_to_le32(PLATFORM_CLASS),
		.spec_minor = SPEC_MINOR,
		.spec_major = SPEC_MAJOR,
		.spec_errata = SPEC_ERRATA,
		.uintn_size = UINTN_SIZE,
		.algorithms = cpu_to_le32(1),
		.algorithm = cpu_to_le16(realm.tcg_algorithm),
		.digest_size = cpu_to_le16(realm.digest_size),
	};
	u32 end = sizeof(header);
	int ret;

	ret = pages_reserve(&log_bytes, 0, sizeof(header));
	if (!ret)
		ret = pages_reserve(&log_ends, 0, sizeof(end));
	if (ret)
		return ret;
	pages_write(&log_bytes, 0, &header, sizeof(header));
	pages_write(&log_ends, 0, &end, sizeof(end));
	return 0;
}

/**
 * eventlog_exit() - free the log
 *
 * Context: Process context; no reader is left.
 */
void eventlog_exit(void)
{
	pages_free(&log_bytes);
	pages_free(&log_ends);
}
