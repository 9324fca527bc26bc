// SPDX-License-Identifier: LGPL-2.1-or-later
/* Which event log fits the token, and up to which record? */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include <tsm/measurement.h>

#include "evidence_log.h"
#include "fail.h"

static const uint8_t log_end[8] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

static json_t *json_log(const uint8_t *log, size_t len)
{
	size_t whole = len + sizeof(log_end);
	uint8_t *bytes = whole < INT_MAX / 2 ? malloc(whole) : NULL;
	char *text = bytes ? malloc(whole / 3 * 4 + 5) : NULL;
	json_t *json = NULL;

	if (text) {
		memcpy(bytes, log, len);
		memcpy(bytes + len, log_end, sizeof(log_end));
		EVP_EncodeBlock((unsigned char *)text, bytes, (int)whole);
		json = json_string(text);
	}
	free(bytes);
	free(text);
	return json;
}

/* How long the log is up to this record, which is one of its. */
static size_t length_to(const struct tsm_eventlog *log, size_t record)
{
	const uint8_t *data = tsm_eventlog_data(log, NULL), *event;
	size_t len;

	event = tsm_record_event(tsm_eventlog_record(log, record), &len);
	return (size_t)(event - data) + len;
}

/*
 * Beside another provider of reports, as in Kata's guest kernel, the report has no log.
 * The kernel's may have grown since the token: what fits its REMs is its log.
 */
static int kernels_log(struct tsm_ctx *ctx, const struct tsm_token *token, json_t **out)
{
	const uint8_t *rems[TSM_REMS];
	struct tsm_eventlog *log = NULL;
	struct tsm_replay *replay = NULL;
	size_t count;
	unsigned int i;
	int rc;

	rc = tsm_measurement_log(ctx, &log);
	if (!rc) {
		for (i = 0; i < TSM_REMS; i++)
			rems[i] = tsm_token_rem(token, i, NULL);
		rc = tsm_replay_new(ctx, log, tsm_token_hash(token), rems, &replay);
	}
	if (rc && rc != -ENODEV)
		kbs_say(ctx, TSM_LOG_WARNING, "KBS: the event log is not sent along: %s",
			tsm_error(ctx));
	count = tsm_replay_count(replay);
	if (count && tsm_replay_verdict(replay) == TSM_VERDICT_INVALID)
		kbs_say(ctx, TSM_LOG_WARNING, "KBS: the event log does not explain the token: %s",
			tsm_replay_reason(replay));
	if (count) {
		*out = json_log(tsm_eventlog_data(log, NULL), length_to(log, count));
		rc = *out ? 0 : kbs_fail_memory(ctx);
	}
	tsm_replay_free(&replay);
	tsm_eventlog_free(&log);
	return rc == -ENOMEM ? rc : 0;
}

int evidence_log(struct tsm_ctx *ctx, const struct tsm_kbs_opts *opts,
		 const struct tsm_report *report, const struct tsm_token *token, json_t **out)
{
	const uint8_t *log = opts->eventlog;
	size_t len = opts->eventlog_len;
	int rc = 0;

	if (!log)
		rc = tsm_report_auxblob(report, &log, &len);
	if (rc == -ENODATA)
		return kernels_log(ctx, token, out);
	if (rc) {
		errno = -rc;	/* strerror() is not safe in threads */
		kbs_say(ctx, TSM_LOG_WARNING,
			"KBS: the event log cannot be read (%m) and is not sent along");
		return 0;
	}
	*out = json_log(log, len);
	return *out ? 0 : kbs_fail_memory(ctx);
}
