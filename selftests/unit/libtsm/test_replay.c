// SPDX-License-Identifier: GPL-2.0-only
/* <tsm/eventlog.h>: does a log explain the registers, and which record is blamed if not? */
#include <errno.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <tsm/eventlog.h>

#include "faults.h"
#include "replayed_log.h"

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
		T(every_prefix_fits_its_registers), T(records_that_do_not_count), T(replay_alone),
		T(unlogged_extends_are_blamed), T(registers_of_different_moments),
		T(changed_texts_are_blamed), T(records_that_cannot_be_replayed), T(every_failure),
		T(every_failure_of_openssl),
	};

	return cmocka_run_group_tests_name("replay", tests, NULL, NULL);
}
