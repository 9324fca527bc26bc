// SPDX-License-Identifier: GPL-2.0-only
/* <tsm/eventlog.h>: what is read and refused, replayed, and blamed. */
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
#include "faults.h"
#include "logs.h"

static struct tsm_ctx *ctx;
static struct log l, l2;

static int setup(void **state)
{
	(void)state;
	log_begin(&l, SHA256, 0);
	log_begin(&l2, SHA256, 0);
	return tsm_ctx_new(NULL, &ctx);
}

static int teardown(void **state)
{
	(void)state;
	tsm_ctx_free(&ctx);
	return 0;
}

static struct tsm_eventlog *read_log(const struct log *log)
{
	struct tsm_eventlog *e = NULL;
	/* exactly as long, so that a read past the end is seen */
	void *copy = malloc(log->bytes.len);
	int rc;

	memcpy(copy, log->bytes.data, log->bytes.len);
	rc = tsm_eventlog_new(ctx, copy, log->bytes.len, &e);
	free(copy);
	if (rc)
		fail_msg("refused: %s", tsm_error(ctx));
	return e;
}

static void refuse(const struct log *log, int err, const char *words)
{
	struct tsm_eventlog *e = NULL;
	int rc = tsm_eventlog_new(ctx, log->bytes.data, log->bytes.len, &e);

	if (rc != -err || !strstr(tsm_error(ctx), words))
		fail_msg("%d instead of %d, or no '%s' in: %s", rc, -err, words, tsm_error(ctx));
	assert_null(e);
}

static enum tsm_hash hash_of(int alg)
{
	return alg == SHA384 ? TSM_HASH_SHA384 : alg == SHA512 ? TSM_HASH_SHA512 : TSM_HASH_SHA256;
}

/* The logs, joined, against the registers of the last one given. */
static struct tsm_replay *replay(const struct log *first, const struct log *next,
				 const struct log *registers)
{
	const uint8_t *rems[4] = { registers->rem[1], registers->rem[2], registers->rem[3],
				   registers->rem[4] };
	struct tsm_eventlog *e = read_log(first), *e2;
	struct tsm_replay *r = NULL;

	if (next) {
		e2 = read_log(next);
		assert_int_equal(tsm_eventlog_join(ctx, e, e2), 0);
		tsm_eventlog_free(&e2);
	}
	assert_int_equal(tsm_replay_new(ctx, e, hash_of(first->alg), rems, &r), 0);
	tsm_eventlog_free(&e);
	return r;
}

static void expect(struct tsm_replay *r, enum tsm_verdict verdict, size_t count, size_t fault,
		   const char *words)
{
	if (tsm_replay_verdict(r) != verdict || tsm_replay_count(r) != count ||
	    tsm_replay_fault(r) != fault || !strstr(tsm_replay_reason(r), words))
		fail_msg("%s after %zu, fault %zu, or no '%s' in: %s",
			 tsm_verdict_name(tsm_replay_verdict(r)), tsm_replay_count(r),
			 tsm_replay_fault(r), words, tsm_replay_reason(r));
	tsm_replay_free(&r);
	assert_null(r);
}

/* --- reading --- */

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

/* --- replaying --- */

static void every_prefix_fits_its_registers(void **state)
{
	static const int algs[] = { SHA256, SHA384, SHA512 };
	static struct log before[14];
	char words[64];
	size_t i, k;

	(void)state;
	for (k = 0; k < 3; k++) {
		log_begin(&l, algs[k], SHA1, 0);
		for (i = 0; i <= 12; i++) {
			before[i] = l;
			if (i % 3 == 2)
				log_bare(&l, 1 + i % 4, (uint8_t)i);
			else
				log_aael(&l, 1 + i % 4, "example.org op content");
		}
		for (i = 0; i <= 12; i++) {
			snprintf(words, sizeof(words), "%zu of 13 records replay", i);
			expect(replay(&l, NULL, &before[i]), TSM_VERDICT_VALID, i, 0, words);
		}
	}
}

static void records_that_do_not_count(void **state)
{
	static const uint8_t digest[64] = { 1 };
	struct tsm_replay *r;
	size_t len;

	(void)state;
	log_record(&l, 0, EV_NO_ACTION, digest, "SP800-155 Event3", 16);
	log_bare(&l, 3, 0x11);
	log_record(&l, 3, EV_NO_ACTION, digest, "", 0);
	log_record(&l, 0, EV_NO_ACTION, NULL, "", 0);
	r = replay(&l, NULL, &l);
	assert_int_equal(tsm_replay_register(r, TSM_REGISTER_RIM), TSM_VERDICT_UNKNOWN);
	assert_int_equal(tsm_replay_register(r, 3), TSM_VERDICT_VALID);
	assert_memory_equal(tsm_replay_value(r, 3, &len), l.rem[3], 32);
	assert_int_equal(len, 32);
	assert_null(tsm_replay_value(r, 0, &len));
	/* the longest prefix that fits */
	expect(r, TSM_VERDICT_VALID, 4, 0, "4 of 4 records");
}

static void replay_alone(void **state)
{
	struct tsm_eventlog *e;
	struct tsm_replay *r;

	(void)state;
	log_aael(&l, 2, "a b c");
	e = read_log(&l);
	assert_int_equal(tsm_replay_new(ctx, e, TSM_HASH_SHA256, NULL, &r), 0);
	assert_memory_equal(tsm_replay_value(r, 2, NULL), l.rem[2], 32);
	expect(r, TSM_VERDICT_UNKNOWN, 1, 0, "nothing to compare with");
	assert_int_equal(tsm_replay_new(ctx, e, TSM_HASH_SHA512, NULL, &r), 0);
	expect(r, TSM_VERDICT_INVALID, 0, 1, "record 1: it has no digest of the realm's hash");
	tsm_eventlog_free(&e);
}

static void unlogged_extends_are_blamed(void **state)
{
	static const char *const names[] = { "", "rem0: no", "rem1: no", "rem2: no", "rem3: no" };
	uint32_t reg;

	(void)state;
	for (reg = 1; reg <= 4; reg++) {
		log_begin(&l, SHA256, 0);
		log_aael(&l, 1, "a b c");
		log_aael(&l, 4, "a b c");
		l2 = l;
		log_unlogged(&l2, reg);		/* at the end */
		expect(replay(&l, NULL, &l2), TSM_VERDICT_INVALID, 2, 0, names[reg]);
		log_aael(&l2, reg, "a b d");	/* in the middle */
		expect(replay(&l2, NULL, &l2), TSM_VERDICT_INVALID, 3, 0, names[reg]);
	}
	log_unlogged(&l2, 1);
	expect(replay(&l2, NULL, &l2), TSM_VERDICT_INVALID, 3, 0, "rem0, rem3: no prefix");
}

static void registers_of_different_moments(void **state)
{
	struct tsm_replay *r;

	(void)state;
	log_aael(&l, 1, "a b c");
	l2 = l;
	log_aael(&l, 2, "a b c");
	log_aael(&l, 1, "a b d");
	memcpy(l2.rem[2], l.rem[2], 32);	/* rem1 later, rem0 earlier: both once true */
	log_aael(&l, 3, "a b c");
	memcpy(l2.rem[3], l.rem[3], 32);	/* rem2 after rem0 had gone on */
	r = replay(&l, NULL, &l2);
	assert_int_equal(tsm_replay_register(r, 1), TSM_VERDICT_INVALID);
	assert_int_equal(tsm_replay_register(r, 3), TSM_VERDICT_VALID);
	expect(r, TSM_VERDICT_INVALID, 4, 0,
	       "rem0: no prefix of the 4 records that replays to it replays to the others, too");
}

static void changed_texts_are_blamed(void **state)
{
	static struct log then;

	(void)state;
	log_aael(&l, 1, "a b c");
	log_aael(&l, 2, "a b good");
	then = l;
	log_aael(&l, 2, "a b d");
	l2 = l;
	memcpy(memmem(l2.bytes.data, l2.bytes.len, "good", 4), "evil", 4);
	expect(replay(&l2, NULL, &l2), TSM_VERDICT_INVALID, 3, 2,
	       "record 2: its digest is not that of its text");
	/* the last one of the prefix as well */
	l2 = l;
	*(char *)memmem(l2.bytes.data, l2.bytes.len, "a b d", 5) = 'x';
	expect(replay(&l2, NULL, &l2), TSM_VERDICT_INVALID, 3, 3, "record 3: its digest");
	/* beyond the prefix, nobody vouches for anything */
	l2 = l;
	*(char *)memmem(l2.bytes.data, l2.bytes.len, "a b d", 5) = 'x';
	expect(replay(&l2, NULL, &then), TSM_VERDICT_VALID, 2, 0, "2 of 3 records");
	/* other types measure what they want */
	log_begin(&l, SHA256, 0);
	log_record(&l, 1, 0x0d, l.rem[1], "grub_cmd: boot", 14);
	expect(replay(&l, NULL, &l), TSM_VERDICT_VALID, 1, 0, "1 of 1");
}

static void records_that_cannot_be_replayed(void **state)
{
	static const uint8_t digest[64] = { 9 };

	(void)state;
	log_aael(&l, 1, "a b c");
	l2 = l;
	log_record(&l2, 0, EV_EVENT_TAG, digest, "BARE\0\0\0\0", 8);
	log_aael(&l2, 1, "a b c");
	expect(replay(&l2, NULL, &l2), TSM_VERDICT_INVALID, 1, 2,
	       "record 2: it is for the RIM, which nothing can extend");
	expect(replay(&l2, NULL, &l), TSM_VERDICT_VALID, 1, 0, "1 of 3");

	l2 = l;
	log_record(&l2, 5, EV_EVENT_TAG, digest, "BARE\0\0\0\0", 8);
	log_aael(&l2, 1, "a b c");
	expect(replay(&l2, NULL, &l2), TSM_VERDICT_INVALID, 1, 2,
	       "record 2: it is for a register that does not exist");

	l2 = l;
	log_record(&l2, 1, EV_EVENT_TAG, NULL, "BARE\0\0\0\0", 8);
	log_aael(&l2, 1, "a b c");
	expect(replay(&l2, NULL, &l2), TSM_VERDICT_INVALID, 1, 2,
	       "record 2: it has no digest of the realm's hash");
}

/* --- where registers begin --- */

static void starting_values(void **state)
{
	static const char *const names[] = { "sha256", "sha-256" };
	struct tsm_replay *r;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		log_begin(&l, SHA256, 0);
		log_init(&l, 1, names[i], 0);
		log_init(&l, 3, names[i], 0xab);
		log_aael(&l, 3, "a b c");
		r = replay(&l, NULL, &l);
		assert_int_equal(tsm_replay_register(r, 1), TSM_VERDICT_VALID);
		assert_int_equal(tsm_replay_register(r, 3), TSM_VERDICT_UNKNOWN);
		expect(r, TSM_VERDICT_UNKNOWN, 3, 0,
		       "but rem2 began with a value that no record explains");
	}
	/* upper case is hex as well */
	for (i = 0; i < l.bytes.len; i++)
		if (l.bytes.data[i] == 'a' && l.bytes.data[i + 1] == 'b' && l.bytes.data[i + 2] !=
			' ')
			memcpy(l.bytes.data + i, "AB", 2);
	expect(replay(&l, NULL, &l), TSM_VERDICT_UNKNOWN, 3, 0, "but rem2 began");
	/* zeros are what every register begins with */
	log_begin(&l, SHA256, 0);
	log_init(&l, 1, "sha256", 0);
	log_aael(&l, 1, "a b c");
	expect(replay(&l, NULL, &l), TSM_VERDICT_VALID, 2, 0, "2 of 2");
}

#define NOT_ZERO \
	"INIT/sha256 0000000000000000000000000000000000000000000000000000000000000007"

/* As the kernel writes them, without AAEL's tag; what only looks like one is none. */
static void bare_starting_values(void **state)
{
	static const char zeros[] =
		"INIT/sha256 0000000000000000000000000000000000000000000000000000000000000000";
	static const struct {
		uint32_t reg;
		const char *event;
		enum tsm_verdict verdict;
		bool is_text;
	} t[] = {
		{ 1, zeros, TSM_VERDICT_VALID, true },
		{ 2, zeros, TSM_VERDICT_VALID, true },
		{ 0, zeros, TSM_VERDICT_VALID, false },
		{ 1, "INIT/sha384 00", TSM_VERDICT_INVALID, true },
		{ 1, "INIT/", TSM_VERDICT_VALID, false },
		{ 1, "INIT/sha256", TSM_VERDICT_VALID, false },
		{ 1, "INIT/sha256 00\n", TSM_VERDICT_VALID, false },
		{ 1, "INIT/sha256 0\xc3\xbc", TSM_VERDICT_VALID, false },
		{ 1, "INIT", TSM_VERDICT_VALID, false },
		{ 1, " INIT/sha256 00", TSM_VERDICT_VALID, false },
	};
	struct tsm_eventlog *e;
	size_t i, len;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(t); i++) {
		log_begin(&l, SHA256, 0);
		log_record(&l, t[i].reg, EV_NO_ACTION, NULL, t[i].event, strlen(t[i].event));
		log_aael(&l, 1, "a b c");
		e = read_log(&l);
		assert_int_equal(!!tsm_record_text(tsm_eventlog_record(e, 1), &len), t[i].is_text);
		assert_int_equal(len, t[i].is_text ? strlen(t[i].event) : 0);
		assert_memory_equal(tsm_eventlog_data(e, &len), l.bytes.data, l.bytes.len);
		assert_int_equal(len, l.bytes.len);
		tsm_eventlog_free(&e);
		if (t[i].verdict == TSM_VERDICT_VALID)
			expect(replay(&l, NULL, &l), TSM_VERDICT_VALID, 2, 0, "2 of 2");
		else
			expect(replay(&l, NULL, &l), TSM_VERDICT_INVALID, 0, 1, "not of the realm");
	}
	/* one that nothing explains, and one that hides what was measured before it */
	log_begin(&l, SHA256, 0);
	log_record(&l, 3, EV_NO_ACTION, NULL, NOT_ZERO, strlen(NOT_ZERO));
	memset(l.rem[3], 0, 32);
	l.rem[3][31] = 7;
	expect(replay(&l, NULL, &l), TSM_VERDICT_UNKNOWN, 1, 0, "but rem2 began");
	log_begin(&l, SHA256, 0);
	log_aael(&l, 1, "a b evil");
	log_record(&l, 1, EV_NO_ACTION, NULL, zeros, strlen(zeros));
	expect(replay(&l, NULL, &l), TSM_VERDICT_VALID, 1, 0, "1 of 2");
	log_aael(&l, 1, "a b good");
	expect(replay(&l, NULL, &l), TSM_VERDICT_INVALID, 1, 2, "record 2: its INIT");
}

static void wrong_starting_values(void **state)
{
	static const char *const words = "its INIT is not of the realm's hash";
	static const char *const texts[] = {
		"INIT/sha256 00",
		"INIT/sha384 0000000000000000000000000000000000000000000000000000000000000001",
		"INIT/ 0000000000000000000000000000000000000000000000000000000000000001",
		"INIT/sha256sha256sha256sha256 0000000000000000000000000000000000000000000000000000000000000001",
		"INIT/sha256 000000000000000000000000000000000000000000000000000000000000000g",
		"INIT/sha256 g000000000000000000000000000000000000000000000000000000000000000",
	};
	static struct enc event;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		log_begin(&l, SHA256, 0);
		aael(&event, texts[i]);
		log_record(&l, 1, EV_NO_ACTION, NULL, event.data, event.len);
		log_aael(&l, 1, "a b c");
		expect(replay(&l, NULL, &l), TSM_VERDICT_INVALID, 0, 1, words);
	}
	/* a register that begins again would forget what was measured */
	log_begin(&l, SHA256, 0);
	log_aael(&l, 1, "a b evil");
	log_init(&l, 1, "sha256", 0);
	log_aael(&l, 1, "a b good");
	expect(replay(&l, NULL, &l), TSM_VERDICT_INVALID, 1, 2,
	       "record 2: its INIT is not the value that the records before it lead to");
	/* one for the RIM says nothing */
	log_begin(&l, SHA256, 0);
	log_init(&l, 0, "sha256", 7);
	expect(replay(&l, NULL, &l), TSM_VERDICT_VALID, 1, 0, "");
}

/* No text of a record that a replay takes is one that nobody measured. */
static void texts_that_are_not_measured(void **state)
{
	static const struct {
		uint32_t reg, type;
		int digests;
		const char *text;
	} t[] = {
		{ 1, EV_NO_ACTION, 0, "example.org says lies" },
		{ 1, EV_NO_ACTION, 1, "example.org says lies" },
		{ 1, EV_NO_ACTION, 1, "INIT/sha256 00" },
		{ 0, EV_NO_ACTION, 0, "INIT/sha256 00" },
		{ 1, EV_NO_ACTION, 0, "no AAEL text at all" },
		{ 1, EV_NO_ACTION, 0, "INIT/" },
		{ 1, 0xd, 1, "example.org says lies" },	/* EV_IPL, of another form */
	};
	static const uint8_t digest[64] = { 1 };
	static struct enc event;
	struct tsm_eventlog *e;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(t); i++) {
		log_begin(&l, SHA256, 0);
		log_aael(&l, 1, "a b c");
		aael(&event, t[i].text);
		log_record(&l, t[i].reg, t[i].type, t[i].digests ? digest : NULL, event.data,
			   event.len);
		expect(replay(&l, NULL, &l), TSM_VERDICT_VALID, 2, 0, "2 of 2");
		e = read_log(&l);
		assert_non_null(tsm_record_text(tsm_eventlog_record(e, 1), NULL));
		assert_null(tsm_record_text(tsm_eventlog_record(e, 2), NULL));
		assert_non_null(tsm_record_event(tsm_eventlog_record(e, 2), NULL));
		tsm_eventlog_free(&e);
	}
}

/* A kernel's log after a firmware's: what it began with is then explained. */
static void joined_logs(void **state)
{
	static struct enc event;
	char text[80] = "INIT/sha256 ";
	size_t i, len = strlen(text);

	(void)state;
	log_aael(&l, 2, "fw measures this");
	log_aael(&l, 2, "fw measures that");
	enc_raw(&l.bytes, "\xff\xff\xff\xff\xff\xff\xff\xff", 8);

	log_begin(&l2, SHA256, SHA1, 0);
	memcpy(l2.rem, l.rem, sizeof(l.rem));
	for (i = 0; i < 32; i++, len += 2)
		snprintf(text + len, 3, "%02x", l.rem[2][i]);
	aael(&event, text);
	log_record(&l2, 2, EV_NO_ACTION, NULL, event.data, event.len);
	log_aael(&l2, 2, "a b c");
	log_aael(&l2, 1, "a b c");
	expect(replay(&l, &l2, &l2), TSM_VERDICT_VALID, 5, 0, "5 of 5");
	/* alone, nobody knows what came before */
	expect(replay(&l2, NULL, &l2), TSM_VERDICT_UNKNOWN, 3, 0, "but rem1 began");
	/* with another firmware log, it is a lie */
	memcpy(memmem(l.bytes.data, l.bytes.len, "that", 4), "thus", 4);
	expect(replay(&l, &l2, &l2), TSM_VERDICT_INVALID, 5, 2, "record 2: its digest");
	log_begin(&l, SHA256, 0);
	log_aael(&l, 2, "fw measures other");
	expect(replay(&l, &l2, &l2), TSM_VERDICT_INVALID, 1, 2,
	       "record 2: its INIT is not the value");
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

/* --- failures of memory and of OpenSSL --- */

static void every_failure(void **state)
{
	const uint8_t *rems[4];
	unsigned int n;
	int i;

	(void)state;
	for (i = 0; i < 70; i++)
		log_aael(&l, 1 + (uint32_t)i % 4, "a b c");
	for (i = 0; i < 4; i++)
		rems[i] = l.rem[1 + i];
	for (n = 1;; n++) {
		struct tsm_eventlog *a = NULL, *b = NULL;
		struct tsm_replay *r = NULL;
		int rc;

		faults_at(n);
		rc = tsm_eventlog_new(ctx, l.bytes.data, l.bytes.len, &a);
		if (!rc)
			rc = tsm_eventlog_new(ctx, l.bytes.data, l.bytes.len, &b);
		if (!rc)
			rc = tsm_eventlog_join(ctx, a, b);
		if (rc && a && b)
			assert_int_equal(tsm_eventlog_count(a), 70);
		if (!rc)
			rc = tsm_replay_new(ctx, a, TSM_HASH_SHA256, rems, &r);
		if (!faults_end()) {
			assert_int_equal(rc, 0);
			expect(r, TSM_VERDICT_VALID, 70, 0, "");
			tsm_eventlog_free(&a);
			tsm_eventlog_free(&b);
			break;
		}
		assert_int_equal(rc, -ENOMEM);
		assert_null(r);
		tsm_eventlog_free(&a);
		tsm_eventlog_free(&b);
	}
	assert_true(n > 200);
}

static void every_failure_of_openssl(void **state)
{
	struct tsm_replay *r = NULL;
	struct tsm_eventlog *e;
	unsigned int n;
	bool failed = true;
	int rc;

	(void)state;
	log_aael(&l, 1, "a b c");
	e = read_log(&l);
	for (n = 1; failed; n++) {
		faults_openssl_at(n);
		rc = tsm_replay_new(ctx, e, TSM_HASH_SHA256, NULL, &r);
		failed = faults_end();
		assert_int_equal(rc, failed ? -EIO : 0);
		if (failed)
			assert_string_equal(tsm_error(ctx),
					    "event log: the cryptographic library failed");
		assert_int_equal(!r, failed);
	}
	tsm_replay_free(&r);
	tsm_eventlog_free(&e);
}

int main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(all_getters), T(getters_take_null), T(wrong_arguments), T(ends_of_a_log),
		T(wrong_headers), T(wrong_records), T(wrong_aael_texts),
		T(every_prefix_fits_its_registers), T(records_that_do_not_count), T(replay_alone),
		T(unlogged_extends_are_blamed), T(registers_of_different_moments),
		T(changed_texts_are_blamed), T(records_that_cannot_be_replayed),
		T(starting_values), T(wrong_starting_values), T(bare_starting_values),
		T(texts_that_are_not_measured),
		T(joined_logs), T(joined_logs_can_be_sent), T(join_is_bounded),
		T(every_failure), T(every_failure_of_openssl),
	};

	return cmocka_run_group_tests_name("eventlog", tests, NULL, NULL);
}
