// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any event log, joined with itself or cut in two: reading is total, what was
 * replayed once fits again, and calls that fail change no verdict.
 */
#include <errno.h>
#include <string.h>

#include <tsm/eventlog.h>

#include "fuzz.h"

static struct tsm_ctx *ctx;
static volatile unsigned int sink;

static void touch(const void *data, size_t len)
{
	const unsigned char *p = data;

	while (len--)
		sink += *p++;
}

static void walk(const struct tsm_eventlog *log)
{
	size_t n, len;
	int hash;

	for (n = 1; n <= tsm_eventlog_count(log); n++) {
		const struct tsm_record *record = tsm_eventlog_record(log, n);
		const uint8_t *data;

		for (hash = TSM_HASH_SHA256; hash <= TSM_HASH_SHA512; hash++) {
			data = tsm_record_digest(record, (enum tsm_hash)hash, &len);
			need(!data || len == tsm_hash_size((enum tsm_hash)hash));
			touch(data, len);
		}
		data = tsm_record_event(record, &len);
		touch(data, len);
		touch(tsm_record_text(record, &len), len);
		sink += tsm_record_register(record) + tsm_record_type(record);
	}
	need(!tsm_eventlog_record(log, n));
}

/* With the values of a replay as registers, a replay has to find them. */
static void replay(const struct tsm_eventlog *log, enum tsm_hash hash, const uint8_t *head)
{
	struct tsm_replay *alone = NULL, *again = NULL, *faulty = NULL;
	const uint8_t *rems[TSM_REMS];
	int i, rc;

	need(!tsm_replay_new(ctx, log, hash, NULL, &alone));
	need(tsm_replay_verdict(alone) != TSM_VERDICT_VALID && *tsm_replay_reason(alone));
	for (i = 0; i < TSM_REMS; i++)
		rems[i] = tsm_replay_value(alone, (uint32_t)i + 1, NULL);
	need(!tsm_replay_new(ctx, log, hash, rems, &again));
	need(tsm_replay_count(again) >= tsm_replay_count(alone));
	if (tsm_replay_verdict(again) == TSM_VERDICT_INVALID)
		need(tsm_replay_fault(again) && tsm_replay_fault(again) <= tsm_replay_count(again));
	for (i = 0; i < TSM_REMS; i++)
		need(!memcmp(tsm_replay_value(again, (uint32_t)i + 1, NULL), rems[i],
			     tsm_hash_size(hash)));

	fuzz_faults(head);
	rc = tsm_replay_new(ctx, log, hash, rems, &faulty);
	need(rc == 0 || (rc == -ENOMEM && faults_end()));
	faults_end();
	if (!rc)
		need(tsm_replay_verdict(again) == tsm_replay_verdict(faulty) &&
		     tsm_replay_count(again) == tsm_replay_count(faulty));
	tsm_replay_free(&alone);
	tsm_replay_free(&again);
	tsm_replay_free(&faulty);
}

/* 0 with a log, or an errno that it may have. */
static int read_log(const uint8_t *data, size_t size, const uint8_t *head,
		    struct tsm_eventlog **log)
{
	int rc, faulty;

	rc = tsm_eventlog_new(ctx, data, size, log);
	need(rc == 0 || ((rc == -EBADMSG || rc == -EINVAL) && *tsm_error(ctx)));
	if (rc)
		return rc;
	tsm_eventlog_free(log);
	fuzz_faults(head);
	rc = tsm_eventlog_new(ctx, data, size, log);
	faulty = faults_end();
	need(rc == 0 || (rc == -ENOMEM && faulty));
	return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tsm_eventlog *log = NULL, *next = NULL;
	size_t before, cut;
	int rc;

	if (!ctx)
		need(!tsm_ctx_new(NULL, &ctx));
	if (size < FUZZ_HEAD + 1)
		return -1;
	if (read_log(data + FUZZ_HEAD, size - FUZZ_HEAD, data, &log))
		return 0;
	walk(log);
	replay(log, (enum tsm_hash)(TSM_HASH_SHA256 + data[0] % 3), data);

	/* a second log may follow in the same input, at a place that its head says */
	cut = size - FUZZ_HEAD > 1 ? (data[1] | (size_t)data[2] << 8) % (size - FUZZ_HEAD) : 0;
	if (!read_log(data + FUZZ_HEAD + cut, size - FUZZ_HEAD - cut, data, &next)) {
		before = tsm_eventlog_count(log);
		fuzz_faults(data);
		rc = tsm_eventlog_join(ctx, log, next);
		faults_end();
		need(rc == 0 || rc == -ENOMEM);
		need(tsm_eventlog_count(log) == before + (rc ? 0 : tsm_eventlog_count(next)));
		tsm_eventlog_free(&next);
		walk(log);
		replay(log, (enum tsm_hash)(TSM_HASH_SHA256 + data[0] % 3), data);
	}
	tsm_eventlog_free(&log);
	return 0;
}
