// SPDX-License-Identifier: GPL-2.0-only
/* <tsm/eventlog.h>: are the logs that firmware in the field writes read, and replayed? */
#include <errno.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <tsm/eventlog.h>

#include "array_size.h"
#include "firmware_log.h"

static struct tsm_ctx *ctx;
static struct firmware_log f;

static int setup(void **state)
{
	firmware_log(&f, *(const enum firmware *)*state);
	return tsm_ctx_new(NULL, &ctx);
}

static int teardown(void **state)
{
	(void)state;
	tsm_ctx_free(&ctx);
	return 0;
}

/* The log with @more bytes of its area after it. */
static int read_area(size_t more, struct tsm_eventlog **e)
{
	size_t len = f.log.bytes.len + more;
	uint8_t *area = malloc(len);
	int rc;

	memset(area, f.fill, len);
	memcpy(area, f.log.bytes.data, f.log.bytes.len);
	rc = tsm_eventlog_new(ctx, area, len, e);
	free(area);
	if (rc)
		print_message("%s\n", tsm_error(ctx));
	return rc;
}

static void compare_record(const struct tsm_record *record, const struct firmware_record *want)
{
	const uint8_t *data;
	size_t len;

	assert_int_equal(tsm_record_register(record), want->reg);
	assert_string_equal(tsm_record_type_name(record), want->type);
	data = tsm_record_digest(record, TSM_HASH_SHA384, &len);
	assert_int_equal(len, 48);
	assert_memory_equal(data, want->digest, 48);
	assert_null(tsm_record_digest(record, TSM_HASH_SHA256, &len));
	data = tsm_record_event(record, &len);
	assert_int_equal(len, want->len);
	assert_memory_equal(data, want->event, len);
	data = (const uint8_t *)tsm_record_text(record, &len);
	assert_int_equal(len, want->text ? strlen(want->text) : 0);
	if (want->text)
		assert_memory_equal(data, want->text, len);
	else
		assert_null(data);
}

static void every_record(void **state)
{
	struct tsm_eventlog *e = NULL;
	size_t i, len;

	(void)state;
	assert_int_equal(read_area(f.area - f.log.bytes.len, &e), 0);
	assert_int_equal(tsm_eventlog_count(e), f.n);
	for (i = 0; i < f.n; i++)
		compare_record(tsm_eventlog_record(e, i + 1), &f.record[i]);
	assert_null(tsm_eventlog_record(e, f.n + 1));
	/* what the area goes on with is no part of the log */
	assert_memory_equal(tsm_eventlog_data(e, &len), f.log.bytes.data, f.log.bytes.len);
	assert_int_equal(len, f.log.bytes.len);
	tsm_eventlog_free(&e);
}

/* Without register values, with those that it leads to, and with others. */
static void replays(void **state)
{
	const uint8_t *rems[4] = { f.log.rem[1], f.log.rem[2], f.log.rem[3], f.log.rem[4] };
	struct tsm_eventlog *e = NULL;
	struct tsm_replay *r = NULL;
	uint32_t reg;
	size_t len;

	(void)state;
	assert_int_equal(read_area(f.area - f.log.bytes.len, &e), 0);
	assert_int_equal(tsm_replay_new(ctx, e, TSM_HASH_SHA384, NULL, &r), 0);
	assert_int_equal(tsm_replay_verdict(r), TSM_VERDICT_UNKNOWN);
	assert_int_equal(tsm_replay_count(r), f.n);
	assert_int_equal(tsm_replay_fault(r), 0);
	assert_non_null(strstr(tsm_replay_reason(r), "nothing to compare with"));
	for (reg = 1; reg <= 4; reg++) {
		assert_memory_equal(tsm_replay_value(r, reg, &len), f.log.rem[reg], 48);
		assert_int_equal(len, 48);
	}
	tsm_replay_free(&r);

	assert_int_equal(tsm_replay_new(ctx, e, TSM_HASH_SHA384, rems, &r), 0);
	assert_int_equal(tsm_replay_verdict(r), TSM_VERDICT_VALID);
	assert_int_equal(tsm_replay_count(r), f.n);
	tsm_replay_free(&r);

	f.log.rem[1][47] ^= 1;
	assert_int_equal(tsm_replay_new(ctx, e, TSM_HASH_SHA384, rems, &r), 0);
	assert_int_equal(tsm_replay_verdict(r), TSM_VERDICT_INVALID);
	assert_int_equal(tsm_replay_register(r, 1), TSM_VERDICT_INVALID);
	tsm_replay_free(&r);
	tsm_eventlog_free(&e);
}

/* Whatever it is cut to: the records before, or that it is cut. */
static void cut_anywhere(void **state)
{
	const uint8_t *end = f.record[0].event + f.record[0].len;
	struct tsm_eventlog *e = NULL;
	size_t i = 0, len;

	(void)state;
	len = (size_t)(end - f.log.bytes.data);
	for (; len <= f.log.bytes.len; len++) {
		void *copy = malloc(len);
		int rc;

		end = f.record[i].event + f.record[i].len;
		memcpy(copy, f.log.bytes.data, len);
		rc = tsm_eventlog_new(ctx, copy, len, &e);
		free(copy);
		assert_int_equal(rc, f.log.bytes.data + len == end ? 0 : -EBADMSG);
		if (rc)
			continue;
		assert_int_equal(tsm_eventlog_count(e), ++i);
		tsm_eventlog_free(&e);
	}
	assert_int_equal(i, f.n);
}

int main(void)
{
	static const struct { const char *name; CMUnitTestFunction function; } of[] = {
		{ "every_record", every_record }, { "replays", replays },
		{ "cut_anywhere", cut_anywhere },
	};
	static enum firmware which[FIRMWARES];
	static char names[ARRAY_SIZE(of) * FIRMWARES][40];
	struct CMUnitTest tests[ARRAY_SIZE(of) * FIRMWARES];
	size_t i, k, n = 0;

	for (i = 0; i < ARRAY_SIZE(of); i++) {
		for (k = 0; k < FIRMWARES; k++, n++) {
			which[k] = (enum firmware)k;
			snprintf(names[n], sizeof(names[n]), "%s, %s", of[i].name,
				 firmware_name(which[k]));
			tests[n] = (struct CMUnitTest){ names[n], of[i].function, setup, teardown,
							&which[k] };
		}
	}
	return cmocka_run_group_tests_name("firmware logs", tests, NULL, NULL);
}
