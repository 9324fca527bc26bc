// SPDX-License-Identifier: GPL-2.0-only
/* <tsm/eventlog.h>: which records say where a register began, and which of them are believed? */
#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <tsm/eventlog.h>

#include "array_size.h"
#include "replayed_log.h"

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

int main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(starting_values), T(wrong_starting_values), T(bare_starting_values),
		T(texts_that_are_not_measured), T(joined_logs),
	};

	return cmocka_run_group_tests_name("replay start", tests, NULL, NULL);
}
