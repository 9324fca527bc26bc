// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registers and their log, which are to say the same.
 *
 * To extend is: prepare all that can fail, call the RMM, publish the record,
 * which cannot fail; all of it under one lock.  This file has the only call of
 * the RMM's extend.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/hex.h>
#include <linux/lockdep.h>
#include <linux/module.h>
#include <linux/string.h>
#include <crypto/hash.h>

#include "aael.h"
#include "event.h"
#include "eventlog.h"
#include "measurement.h"
#include "measurement_lock.h"
#include "realm.h"
#include "rsi.h"
#include "trace.h"

static_assert(MEASUREMENT_SIZE_MAX == RSI_MEASUREMENT_SIZE);

const char *const measurement_names[MEASUREMENT_REGISTERS] = {
	"rim", "rem0", "rem1", "rem2", "rem3",
};

/*
 * @baseline is constant after load, @value and @digest are under
 * measurement_lock: the first as it was when the log began, the second as the
 * log has it.
 */
static struct {
	u8 baseline[MEASUREMENT_SIZE_MAX];
	u8 value[MEASUREMENT_SIZE_MAX];
} registers[MEASUREMENT_REGISTERS];

/* a bit a register; set with the lock held for reading, too, and never cleared */
static unsigned long diverged;

static struct crypto_shash *hash;

/* A record that cannot be had again holds the module; under measurement_lock. */
static bool pinned;

/**
 * struct extension - what is to be extended, and what came of it
 * @index: the register
 * @digest: by what
 * @event: what the record says of it
 * @event_len: size of @event in bytes
 * @record: the record's number
 */
struct extension {
	unsigned int index;
	const u8 *digest;
	const void *event;
	u32 event_len;
	u32 record;
};

/*
 * Without its log a register explains nothing, so the module stays once the log
 * holds what cannot be read from the registers again.  An unload that has begun
 * waits for the door that called here: then it is the extension that has to go.
 */
static int log_pin(void)
{
	lockdep_assert_held_write(&measurement_lock);

	return pinned || try_module_get(THIS_MODULE) ? 0 : -ENODEV;
}

static void log_unpin(void)
{
	lockdep_assert_held_write(&measurement_lock);

	if (!pinned)
		module_put(THIS_MODULE);
}

/* The live value; one that the log does not lead to is noticed. */
static int register_read(unsigned int index, u8 *live)
{
	int ret;

	lockdep_assert_held(&measurement_lock);

	ret = rsi_measurement_read(index, live);
	if (ret)
		return ret;
	if (memcmp(live, registers[index].value, realm.digest_size) &&
	    !test_and_set_bit(index, &diverged))
		pr_warn("%s has been extended without a record: the event log does not lead to its value\n",
			measurement_names[index]);
	return 0;
}

/*
 * The RMM refused.  If the register is where the extension would have led, it
 * has been made all the same and needs its record.  If it cannot be read, or is
 * at a third value, the next one to read it learns whether it is still the
 * log's.
 */
static int extend_refused(const struct extension *ext, const u8 *next, int err)
{
	u8 live[MEASUREMENT_SIZE_MAX];

	if (!rsi_measurement_read(ext->index, live) &&
	    !memcmp(live, next, realm.digest_size))
		return 0;
	return err;
}

static int __extend(struct extension *ext)
{
	const struct eventlog_record record = {
		.index = ext->index,
		.type = EVENTLOG_EVENT_TAG,
		.digest = ext->digest,
		.event = ext->event,
		.event_len = ext->event_len,
	};
	u8 message[2 * MEASUREMENT_SIZE_MAX], next[MEASUREMENT_SIZE_MAX];
	u8 *value = registers[ext->index].value;
	const size_t size = realm.digest_size;
	int ret;

	lockdep_assert_held_write(&measurement_lock);

	ret = register_read(ext->index, message);
	if (ret)
		return ret;
	/* where it has diverged: what others add to it from now on is new */
	memcpy(value, message, size);

	memcpy(message + size, ext->digest, size);
	ret = crypto_shash_tfm_digest(hash, message, 2 * size, next);
	if (!ret)
		ret = eventlog_prepare(&record);
	if (!ret)
		ret = log_pin();
	if (ret)
		return ret;

	ret = rsi_measurement_extend(ext->index, ext->digest, size);
	if (ret)
		ret = extend_refused(ext, next, ret);
	if (ret) {
		log_unpin();
		return ret;
	}
	memcpy(value, next, size);
	ext->record = eventlog_commit();
	pinned = true;
	return 0;
}

static int extend(struct extension *ext)
{
	int ret;

	if (WARN_ON_ONCE(ext->index < MEASUREMENT_REM0 ||
			 ext->index >= MEASUREMENT_REGISTERS))
		return -EINVAL;

	if (down_write_killable(&measurement_lock))
		return -EINTR;
	ret = __extend(ext);
	/* tokens may go on; another extension would overtake the notification */
	downgrade_write(&measurement_lock);
	trace_realm_extend(ext->index, ext->record, ret);
	if (!ret)
		event_publish(ext->index, ext->record, ext->digest);
	up_read(&measurement_lock);
	return ret;
}

/**
 * measurement_extend() - extend a register by a digest of something unknown
 * @index: the register, REM0 to REM3
 * @digest: realm.digest_size bytes
 * @record: where to put the record's number, written on success
 *
 * On failure neither register nor log has changed.
 *
 * Context: Process context, sleeps.
 * Return:
 * * 0			- Done.
 * * -EINTR		- The caller has been killed before anything was done.
 * * -ENOSPC		- The log is full.
 * * -ENOMEM		- No memory for the record.
 * * -ENODEV		- The module is being unloaded.
 * * -EREMOTEIO, -ECANCELED, -EIO, -EOPNOTSUPP, -EPROTO - What the RMM answered
 *   to reading or extending the register, see rsi.c.
 */
int measurement_extend(unsigned int index, const u8 *digest, u32 *record)
{
	static const struct {
		__le32 tag;
		__le32 len;
	} event = { cpu_to_le32(REALM_TSM_TAG_DIGEST) };
	struct extension ext = {
		.index = index,
		.digest = digest,
		.event = &event,
		.event_len = sizeof(event),
	};
	int ret = extend(&ext);

	if (!ret)
		*record = ext.record;
	return ret;
}

/**
 * measurement_event() - extend a register by an event's digest
 * @index: the register, REM0 to REM3
 * @event: the event
 * @digest: where to put its digest, of at most %MEASUREMENT_SIZE_MAX bytes
 * @record: where to put the record's number, written on success
 *
 * Context: Process context, sleeps.
 * Return: As measurement_extend().
 */
int measurement_event(unsigned int index, const struct tagged_event *event,
		      u8 *digest, u32 *record)
{
	struct extension ext = {
		.index = index,
		.digest = digest,
		.event = event,
		.event_len = tagged_event_size(event),
	};
	int ret;

	ret = crypto_shash_tfm_digest(hash, (const u8 *)event, ext.event_len, digest);
	if (!ret)
		ret = extend(&ext);
	if (!ret)
		*record = ext.record;
	return ret;
}

/**
 * measurement_read() - read a register from the RMM
 * @index: the register
 * @value: where to put its value, room for %MEASUREMENT_SIZE_MAX bytes of which
 *	   realm.digest_size count
 *
 * Context: Process context, sleeps.
 * Return: 0, -EINTR if the caller has been killed, or the RMM's answer, see
 *	   rsi.c.
 */
int measurement_read(unsigned int index, u8 *value)
{
	int ret;

	if (down_read_killable(&measurement_lock))
		return -EINTR;
	ret = register_read(index, value);
	up_read(&measurement_lock);
	return ret;
}

/**
 * measurement_baseline() - a register's value when the log began
 * @index: the register
 *
 * Context: Any context.
 * Return: realm.digest_size bytes, which never change.
 */
const u8 *measurement_baseline(unsigned int index)
{
	return registers[index].baseline;
}

/**
 * measurement_diverged() - whether somebody extended a register past the log
 * @index: the register
 *
 * It is known from the measurement_read() or extension on that came after.
 *
 * Context: Any context.
 * Return: Whether it is so.
 */
bool measurement_diverged(unsigned int index)
{
	return test_bit(index, &diverged);
}

/*
 * Not an event that was measured, but where the register stood.  Replay of the
 * log begins there, hence no digest: some readers extend those of EV_NO_ACTION.
 */
static int __init baseline_note(unsigned int index)
{
	char text[sizeof("INIT/sha512 ") + 2 * MEASUREMENT_SIZE_MAX];
	struct eventlog_record record = {
		.index = index,
		.type = EVENTLOG_NO_ACTION,
		.event = text,
	};

	record.event_len = scnprintf(text, sizeof(text), "INIT/%s %*phN", realm.hash,
				     realm.digest_size, registers[index].baseline);
	return eventlog_note(&record);
}

static int __init baseline_read(void)
{
	unsigned int index;
	int ret;

	lockdep_assert_held_write(&measurement_lock);

	for (index = 0; index < MEASUREMENT_REGISTERS; index++) {
		u8 *baseline = registers[index].baseline;

		ret = rsi_measurement_read(index, baseline);
		if (ret)
			return ret;
		memcpy(registers[index].value, baseline, MEASUREMENT_SIZE_MAX);
		if (index != MEASUREMENT_RIM && memchr_inv(baseline, 0, realm.digest_size))
			ret = baseline_note(index);
		if (ret)
			return ret;
	}
	return 0;
}

/**
 * measurement_init() - read the registers and begin the log
 *
 * Context: Process context, may sleep. After realm_init().
 * Return: 0, -ENOMEM, the errno of an RSI call, or that of the crypto API where
 *	   the kernel does not have the realm's hash algorithm.
 */
int __init measurement_init(void)
{
	int ret;

	hash = crypto_alloc_shash(realm.hash, 0, 0);
	if (IS_ERR(hash))
		return PTR_ERR(hash);

	down_write(&measurement_lock);
	ret = eventlog_init();
	if (!ret)
		ret = baseline_read();
	up_write(&measurement_lock);
	if (ret)
		measurement_exit();
	return ret;
}

/**
 * measurement_exit() - the reverse of measurement_init()
 *
 * Context: Process context, may sleep; no door is open.
 */
void measurement_exit(void)
{
	eventlog_exit();
	crypto_free_shash(hash);
}
