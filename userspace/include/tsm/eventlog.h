/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef TSM_EVENTLOG_H
#define TSM_EVENTLOG_H

#include <tsm/tsm.h>

/*
 * Read event logs, the kernel's and the firmware's (CCEL), and hold them against
 * measurement registers. Works on any machine.
 *
 * The format is TCG2 "crypto agile" (TCG PC Client Platform Firmware Profile,
 * section 10); the register of a record is its UEFI CC measurement register: 0 is
 * the RIM, 1 to 4 are REM0 to REM3. Records count from 1; the header is none.
 *
 * A log proves nothing by itself. What its digests of the realm's hash say is proven
 * when a prefix of it replays to the registers of a token that was verified, or of
 * this realm. What its texts say is proven for AAEL records alone: a replay refuses
 * those whose digest is not that of the text. Other types may measure what is not in
 * the log, and an EV_NO_ACTION record is not measured at all.
 *
 * Rules for reading:
 *
 * - the header, a "Spec ID Event03", declares at least one hash; SHA-1, SHA-256,
 *   SHA-384, SHA-512 and SM3 with their right lengths;
 * - the log ends with its data or, as a CCEL fills its area, where a record would
 *   begin with 8 bytes of 0xff or of 0x00. What follows those is not looked at;
 * - a record that is cut, has a hash that is not declared or one hash twice:
 *   refused. So is an AAEL record with a length that is not its text's, with a
 *   control character, or without the three words;
 * - at most TSM_EVENTLOG_MAX bytes.
 *
 * Rules for replaying:
 *
 * - registers begin with zeros, or with the value of an INIT record (EV_NO_ACTION
 *   without digest, text "INIT/<hash> <hex>", with or without AAEL's tag): nothing in
 *   the log says what led to that value, unless an earlier log replays to just this;
 * - other EV_NO_ACTION records do not count, whatever digest they carry;
 * - each record else extends its register with its digest of the realm's hash.
 *   One for the RIM, which nothing can extend, for a register that does not exist,
 *   or without such a digest ends the replay.
 *
 * Errors of tsm_eventlog_new(), tsm_eventlog_join() and tsm_replay_new():
 *
 *   -EBADMSG	malformed; tsm_error() names the record or the byte
 *   -EMSGSIZE	longer than TSM_EVENTLOG_MAX
 *   -EINVAL	the arguments
 *   -ENOMEM	out of memory
 *   -EIO	the cryptographic library failed
 */

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

#define TSM_EVENTLOG_MAX	(64 * 1024 * 1024)	/* bytes */

/* What a check found. Never an errno: a failed read is no verdict. */
enum tsm_verdict {
	TSM_VERDICT_UNKNOWN = 0,	/* cannot tell */
	TSM_VERDICT_VALID = 1,
	TSM_VERDICT_INVALID = 2,
	TSM_VERDICT_WAIVED = 3,		/* not checked, as the caller decided */
};

/* "cannot tell", "valid", "not valid", "not checked". */
const char *tsm_verdict_name(enum tsm_verdict verdict);

/* Registers, by the number that records have. */
#define TSM_REGISTER_RIM	0
#define TSM_REGISTER_REM0	1
#define TSM_REGISTER_REM3	4
#define TSM_REMS		4

/* "rim", "rem0" to "rem3"; NULL for other numbers. */
const char *tsm_register_name(uint32_t number);

struct tsm_eventlog;
struct tsm_record;
struct tsm_replay;

/**
 * tsm_eventlog_new() - read an event log
 * @ctx: the context
 * @data: the log, as the kernel, a report's auxblob, or a CCEL gave it
 * @len: its length in bytes
 * @out: receives the log, which keeps a copy of @data
 *
 * Return: 0 or an error of the list above.
 */
int tsm_eventlog_new(struct tsm_ctx *ctx, const void *data, size_t len,
		     struct tsm_eventlog **out);

void tsm_eventlog_free(struct tsm_eventlog **log);

/**
 * tsm_eventlog_join() - append another log
 * @ctx: the context
 * @log: the earlier log (a firmware's), which grows; unchanged on failure
 * @next: the log that was written after it (a kernel's), copied
 *
 * Pointers that were borrowed from @log are no longer valid.
 *
 * Return: 0 or an error of the list above.
 */
int tsm_eventlog_join(struct tsm_ctx *ctx, struct tsm_eventlog *log,
		      const struct tsm_eventlog *next);

/*
 * The log's bytes, to be sent to a verifier: a header, and all records. Of joined
 * logs, the first one's header: it has to declare the hashes of the others, too.
 */
const uint8_t *tsm_eventlog_data(const struct tsm_eventlog *log, size_t *len);

/* The number of records. */
size_t tsm_eventlog_count(const struct tsm_eventlog *log);

/* Record @n, from 1 to the count; NULL outside. */
const struct tsm_record *tsm_eventlog_record(const struct tsm_eventlog *log, size_t n);

/* The register's number; TSM_REGISTER_RIM to TSM_REGISTER_REM3, if it exists. */
uint32_t tsm_record_register(const struct tsm_record *record);

/* The TCG's event type: a number, and its name ("EV_EVENT_TAG"), NULL if unknown. */
uint32_t tsm_record_type(const struct tsm_record *record);
const char *tsm_record_type_name(const struct tsm_record *record);

/* The record's digest of this hash, NULL if there is none. */
const uint8_t *tsm_record_digest(const struct tsm_record *record, enum tsm_hash hash,
				 size_t *len);

/* The event, as it stands in the log; may be empty. */
const uint8_t *tsm_record_event(const struct tsm_record *record, size_t *len);

/*
 * The text of an AAEL record (Confidential Containers): three words, "<domain>
 * <operation> <content>", or of a REM's INIT record, "INIT/<hash> <hex>". NULL for
 * others, so for EV_NO_ACTION else. Not terminated; no control characters, but maybe
 * bytes above 0x7e.
 */
const char *tsm_record_text(const struct tsm_record *record, size_t *len);

/**
 * tsm_replay_new() - replay a log, and find its prefix that fits registers
 * @ctx: the context
 * @log: the log
 * @hash: the hash that the realm is measured with
 * @rems: values of REM0 to REM3, tsm_hash_size(@hash) bytes each, of one moment (a
 *        token's); NULL to only replay
 * @out: receives the result, independent of @log
 *
 * Return: 0, whatever the verdict, or an error of the list above.
 */
int tsm_replay_new(struct tsm_ctx *ctx, const struct tsm_eventlog *log, enum tsm_hash hash,
		   const uint8_t *const rems[TSM_REMS], struct tsm_replay **out);

void tsm_replay_free(struct tsm_replay **replay);

/*
 * Valid: a prefix of the log replays to all four registers, from zeros. Not valid:
 * none does, or what is in that prefix is not true. Cannot tell: there was nothing
 * to compare with, or a register begins with a value that no record explains.
 */
enum tsm_verdict tsm_replay_verdict(const struct tsm_replay *replay);

/* Why, one line for people; it names the record or register at fault. */
const char *tsm_replay_reason(const struct tsm_replay *replay);

/* The verdict on one register, TSM_REGISTER_REM0 to TSM_REGISTER_REM3. */
enum tsm_verdict tsm_replay_register(const struct tsm_replay *replay, uint32_t number);

/*
 * How many records were replayed: the prefix that fits, or, where none does, the
 * one that fits most registers; without registers, all up to a fault.
 */
size_t tsm_replay_count(const struct tsm_replay *replay);

/* The register's value after these records. */
const uint8_t *tsm_replay_value(const struct tsm_replay *replay, uint32_t number, size_t *len);

/* The record that is at fault, 0 if none is. */
size_t tsm_replay_fault(const struct tsm_replay *replay);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
