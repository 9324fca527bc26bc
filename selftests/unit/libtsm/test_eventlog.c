// SPDX-License-Identifier: GPL-2.0-only
/* <tsm/eventlog.h>: which logs are read, joined and refused, and what do the getters give? */
#include <errno.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <tsm/eventlog.h>

#include "array_size.h"
#include "expect_error.h"
#include "replayed_log.h"

static void refuse(const struct log *log, int err, const char *words)
{
	struct tsm_eventlog *e = NULL;
	int rc = tsm_eventlog_new(ctx, log->bytes.data, log->bytes.len, &e);

	expect_error(ctx, rc, err, words);
	assert_null(e);
}

static void all_getters(void **state)
{
	const struct tsm_record *record;
	struct tsm_eventlog *e;
	const uint8_t *data;
	size_t len;

	(void)state;
	log_begin(&l, SHA384, SHA256, SHA1, SM3, SHA512, 0);
	put_le(&l.bytes, 2, 4);		/* a record with two digests */
	put_le(&l.bytes, 0x80000007, 4);
	put_le(&l.bytes, 2, 4);
	put_le(&l.bytes, SHA1, 2);
	enc_raw(&l.bytes, "aaaaaaaaaaaaaaaaaaaa", 20);
	put_le(&l.bytes, SHA384, 2);
	enc_raw(&l.bytes, "cccccccccccccccccccccccccccccccccccccccccccccccc", 48);
	put_le(&l.bytes, 3, 4);
	enc_raw(&l.bytes, "eve", 3);
	log_aael(&l, 4, "example.org op some content");
	log_record(&l, 77, 0x12345678, NULL, "", 0);
	e = read_log(&l);

	assert_int_equal(tsm_eventlog_count(e), 3);
	assert_null(tsm_eventlog_record(e, 0));
	assert_null(tsm_eventlog_record(e, 4));
	record = tsm_eventlog_record(e, 1);
	assert_int_equal(tsm_record_register(record), 2);
	assert_string_equal(tsm_register_name(tsm_record_register(record)), "rem1");
	assert_int_equal(tsm_record_type(record), 0x80000007);
	assert_string_equal(tsm_record_type_name(record), "EV_EFI_ACTION");
	data = tsm_record_digest(record, TSM_HASH_SHA384, &len);
	assert_int_equal(len, 48);
	assert_int_equal(data[47], 'c');
	assert_null(tsm_record_digest(record, TSM_HASH_SHA256, &len));
	assert_int_equal(len, 0);
	assert_null(tsm_record_digest(record, TSM_HASH_NONE, NULL));
	data = tsm_record_event(record, &len);
	assert_int_equal(len, 3);
	assert_memory_equal(data, "eve", 3);
	assert_null(tsm_record_text(record, &len));

	record = tsm_eventlog_record(e, 2);
	assert_string_equal(tsm_record_type_name(record), "EV_EVENT_TAG");
	data = (const uint8_t *)tsm_record_text(record, &len);
	assert_int_equal(len, 27);
	assert_memory_equal(data, "example.org op some content", 27);
	record = tsm_eventlog_record(e, 3);
	assert_null(tsm_record_type_name(record));
	assert_null(tsm_register_name(tsm_record_register(record)));
	tsm_record_event(record, &len);
	assert_int_equal(len, 0);
	tsm_eventlog_free(&e);
	assert_null(e);
}

static void getters_take_null(void **state)
{
	struct tsm_replay *none = NULL;
	size_t len = 1;

	(void)state;
	tsm_eventlog_free(NULL);
	tsm_replay_free(NULL);
	tsm_replay_free(&none);
	assert_int_equal(tsm_eventlog_count(NULL), 0);
	assert_null(tsm_eventlog_record(NULL, 1));
	assert_int_equal(tsm_record_register(NULL), 0);
	assert_int_equal(tsm_record_type(NULL), 0);
	assert_null(tsm_record_type_name(NULL));
	assert_null(tsm_record_digest(NULL, TSM_HASH_SHA256, &len));
	assert_null(tsm_record_event(NULL, &len));
	assert_int_equal(len, 0);
	assert_null(tsm_record_event(NULL, NULL));
	assert_null(tsm_record_text(NULL, NULL));
	assert_null(tsm_eventlog_data(NULL, &len));
	assert_int_equal(len, 0);
	assert_int_equal(tsm_replay_verdict(NULL), TSM_VERDICT_UNKNOWN);
	assert_int_equal(tsm_replay_register(NULL, 1), TSM_VERDICT_UNKNOWN);
	assert_string_equal(tsm_replay_reason(NULL), "");
	assert_int_equal(tsm_replay_count(NULL), 0);
	assert_int_equal(tsm_replay_fault(NULL), 0);
	assert_null(tsm_replay_value(NULL, 1, &len));
	assert_null(tsm_verdict_name((enum tsm_verdict)9));
}

static void wrong_arguments(void **state)
{
	struct tsm_eventlog *e = read_log(&l);
	const uint8_t *rems[4] = { l.rem[1], l.rem[2], NULL, l.rem[4] };
	struct tsm_replay *r = NULL;
	void *big;

	(void)state;
	assert_int_equal(tsm_eventlog_new(NULL, "", 1, &e), -EINVAL);
	assert_int_equal(tsm_eventlog_new(ctx, NULL, 1, &e), -EINVAL);
	assert_int_equal(tsm_eventlog_new(ctx, "", 0, &e), -EINVAL);
	assert_int_equal(tsm_eventlog_new(ctx, l.bytes.data, TSM_EVENTLOG_MAX + 1, &e), -EMSGSIZE);
	big = calloc(1, TSM_EVENTLOG_MAX);
	assert_non_null(big);
	assert_int_equal(tsm_eventlog_new(ctx, big, TSM_EVENTLOG_MAX, &e), -EBADMSG);
	free(big);
	assert_int_equal(tsm_eventlog_join(NULL, e, e), -EINVAL);
	assert_int_equal(tsm_eventlog_join(ctx, e, e), -EINVAL);
	assert_int_equal(tsm_eventlog_join(ctx, e, NULL), -EINVAL);
	assert_int_equal(tsm_replay_new(NULL, e, TSM_HASH_SHA256, NULL, &r), -EINVAL);
	assert_int_equal(tsm_replay_new(ctx, NULL, TSM_HASH_SHA256, NULL, &r), -EINVAL);
	assert_int_equal(tsm_replay_new(ctx, e, TSM_HASH_NONE, NULL, &r), -EINVAL);
	assert_int_equal(tsm_replay_new(ctx, e, TSM_HASH_SHA256, rems, &r), -EINVAL);
	tsm_eventlog_free(&e);
}

/* A log's area goes on with a fill; whatever that is followed by does not count. */
static void ends_of_a_log(void **state)
{
	struct tsm_eventlog *e;

	(void)state;
	log_bare(&l, 1, 0x11);
	enc_raw(&l.bytes, "\xff\xff\xff\xff\xff\xff\xff\xff\x72\x65st", 12);
	e = read_log(&l);
	assert_int_equal(tsm_eventlog_count(e), 1);
	tsm_eventlog_free(&e);

	log_bare(&l2, 1, 0x11);
	enc_raw(&l2.bytes, "\0\0\0\0\0\0\0\0", 8);
	e = read_log(&l2);
	assert_int_equal(tsm_eventlog_count(e), 1);
	tsm_eventlog_free(&e);

	log_begin(&l, SHA256, 0);
	enc_raw(&l.bytes, "\xff\xff\xff\xff\xff\xff\xff", 7);
	refuse(&l, EBADMSG, "record 1, at byte 65: it is cut");
}

static void wrong_headers(void **state)
{
	static const struct {
		size_t at;
		uint8_t value;
		const char *words;
	} t[] = {
		{ 4, 4, "it does not begin with" },		/* type */
		{ 8, 1, "it does not begin with" },		/* digest */
		{ 28, 32, "its header is not as long as it says" },
		{ 28, 34, "its header is not as long as it says" },
		{ 32, 's', "it does not begin with" },
		{ 46, '2', "it does not begin with" },
		{ 47, 1, "it does not begin with" },
		{ 56, 0, "declares 0 hashes" },
		{ 56, 9, "declares 9 hashes" },
		{ 59, 1, "declares 16777217 hashes" },
		{ 56, 2, "declares hash 0x" },
		{ 60, 0x0e, "declares hash 0x000e of 32 bytes, which" },
		{ 62, 20, "declares hash 0x000b of 20 bytes, which" },
		{ 64, 1, "its header is not as long as it says" },
	};
	size_t i, len;

	(void)state;
	log_bare(&l, 1, 0x11);
	for (i = 0; i < ARRAY_SIZE(t); i++) {
		l2 = l;
		l2.bytes.data[t[i].at] = t[i].value;
		refuse(&l2, EBADMSG, t[i].words);
	}
	/* firmware in the field has 1 as the index there */
	l.bytes.data[0] = 1;
	for (len = 1; len < l.bytes.len; len++) {
		l2 = l;
		l2.bytes.len = len;
		if (len == 65) {
			struct tsm_eventlog *e = read_log(&l2);

			assert_int_equal(tsm_eventlog_count(e), 0);
			tsm_eventlog_free(&e);
		} else {
			refuse(&l2, EBADMSG, "event log: ");
		}
	}
}

static void wrong_records(void **state)
{
	static const uint8_t digest[64];
	static struct log t;
	static struct enc e;

	(void)state;
	t = l;
	put_le(&t.bytes, 1, 4);
	put_le(&t.bytes, 6, 4);
	put_le(&t.bytes, 2, 4);
	refuse(&t, EBADMSG,
	       "record 1, at byte 65: it has more digests than the header declares hashes");

	t = l;
	put_le(&t.bytes, 1, 4);
	put_le(&t.bytes, 6, 4);
	put_le(&t.bytes, 1, 4);
	put_le(&t.bytes, 0, 2);
	refuse(&t, EBADMSG, "it has a digest of a hash that the header does not declare");

	log_begin(&t, SHA256, SHA384, 0);
	put_le(&t.bytes, 1, 4);
	put_le(&t.bytes, 6, 4);
	put_le(&t.bytes, 2, 4);
	put_le(&t.bytes, SHA256, 2);
	enc_raw(&t.bytes, digest, 32);
	l2 = t;
	put_le(&t.bytes, SHA256, 2);
	enc_raw(&t.bytes, digest, 36);
	refuse(&t, EBADMSG, "it has two digests of one hash");
	put_le(&l2.bytes, SHA512, 2);
	enc_raw(&l2.bytes, digest, 64);
	put_le(&l2.bytes, 0, 4);
	refuse(&l2, EBADMSG, "it has a digest of a hash that the header does not declare");

	t = l;
	put_le(&t.bytes, 1, 4);
	put_le(&t.bytes, 6, 4);
	put_le(&t.bytes, 0, 4);
	put_le(&t.bytes, 0xffffffff, 4);
	refuse(&t, EBADMSG, "it is cut");

	aael(&e, "a b c");
	e.data[4]++;
	t = l;
	log_record(&t, 1, EV_EVENT_TAG, digest, e.data, e.len);
	refuse(&t, EBADMSG, "the length in its AAEL event");
}

static void wrong_aael_texts(void **state)
{
	static const struct {
		const char *text, *words;	/* NULL: right */
	} t[] = {
		{ "a b c", NULL },
		{ "a b c d  e ", NULL },
		{ "a b \xc3\xbc", NULL },
		{ "a b ", NULL },
		{ "INIT/x y", NULL },
		{ "", "is not \"<domain>" },
		{ "a", "is not \"<domain>" },
		{ "a b", "is not \"<domain>" },
		{ " a b c", "is not \"<domain>" },
		{ "a  c", "is not \"<domain>" },
		{ "INIT/x", "is not \"<domain>" },
		{ "a b c\nd", "control character" },
		{ "a b c\x7f", "control character" },
		{ "a\tb c d", "control character" },
	};
	struct tsm_eventlog *e;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(t); i++) {
		log_begin(&l, SHA256, 0);
		log_aael(&l, 1, t[i].text);
		if (t[i].words) {
			refuse(&l, EBADMSG, t[i].words);
		} else {
			e = read_log(&l);
			tsm_eventlog_free(&e);
		}
	}
}

/* One log, that anybody can read: the second one's header is not in it. */
static void joined_logs_can_be_sent(void **state)
{
	struct tsm_eventlog *a, *b, *sent;
	const uint8_t *data;
	size_t len, n;

	(void)state;
	log_aael(&l, 1, "fw measures this");
	enc_raw(&l.bytes, "\xff\xff\xff\xff\xff\xff\xff\xff", 8);
	log_begin(&l2, SHA256, SHA1, SHA512, 0);
	log_aael(&l2, 2, "a b c");
	log_bare(&l2, 3, 0x22);
	a = read_log(&l);
	b = read_log(&l2);
	assert_int_equal(tsm_eventlog_join(ctx, a, b), 0);
	data = tsm_eventlog_data(a, &len);
	assert_int_equal(tsm_eventlog_new(ctx, data, len, &sent), 0);
	assert_int_equal(tsm_eventlog_count(sent), 3);
	for (n = 1; n <= 3; n++) {
		const struct tsm_record *one = tsm_eventlog_record(a, n);
		const struct tsm_record *other = tsm_eventlog_record(sent, n);
		size_t size;

		assert_int_equal(tsm_record_register(one), n);
		assert_int_equal(tsm_record_register(other), n);
		assert_memory_equal(tsm_record_digest(one, TSM_HASH_SHA256, NULL),
				    tsm_record_digest(other, TSM_HASH_SHA256, NULL), 32);
		data = tsm_record_event(one, &size);
		assert_memory_equal(data, tsm_record_event(other, NULL), size);
	}
	tsm_eventlog_free(&sent);
	tsm_eventlog_free(&b);
	tsm_eventlog_free(&a);
}

static void join_is_bounded(void **state)
{
	size_t len = TSM_EVENTLOG_MAX / 2 + 100, i;
	static struct enc size;
	struct tsm_eventlog *a, *b;
	uint8_t *big = calloc(1, len);

	(void)state;
	/* one record whose event fills it all */
	memcpy(big, l.bytes.data, l.bytes.len);
	i = l.bytes.len;
	big[i] = 1;
	big[i + 4] = 13;
	len -= i + 16;
	size.len = 0;
	put_le(&size, (uint32_t)len, 4);
	memcpy(big + i + 12, size.data, 4);
	assert_int_equal(tsm_eventlog_new(ctx, big, len + i + 16, &a), 0);
	assert_int_equal(tsm_eventlog_new(ctx, big, len + i + 16, &b), 0);
	assert_int_equal(tsm_eventlog_join(ctx, a, b), -EMSGSIZE);
	assert_int_equal(tsm_eventlog_count(a), 1);
	tsm_eventlog_free(&a);
	tsm_eventlog_free(&b);
	free(big);
}

int main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(all_getters), T(getters_take_null), T(wrong_arguments), T(ends_of_a_log),
		T(wrong_headers), T(wrong_records), T(wrong_aael_texts),
		T(joined_logs_can_be_sent), T(join_is_bounded),
	};

	return cmocka_run_group_tests_name("eventlog", tests, NULL, NULL);
}
