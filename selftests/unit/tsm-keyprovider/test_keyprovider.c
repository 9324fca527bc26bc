// SPDX-License-Identifier: GPL-2.0-only
/*
 * tsm-keyprovider with each allocation, and each call to OpenSSL, failing in turn: it
 * gives what it gives else, or status 1, one line of why and nothing. The KBS and the
 * kernel are faked.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "fakefs.h"
#include "faults.h"
#include "run_main.h"
#include "fakehttp.h"

#define TEXT_MAX	16384
#define SECRET		"the layer's"
#define PARAMETER	"keyid=kbs:///a/b/c::keypath=kek"
#define LINE		"tsm-keyprovider --url https://kbs.example"

static int setup(void **state)
{
	uint8_t kek[32];
	size_t i;

	(void)state;
	fake_begin("arm_cca_guest");
	setenv("FAKE_ROOT", fake_root, 1);
	if (run_begin())
		return -1;
	/* what the faked KBS's resource holds */
	for (i = 0; i < sizeof(kek); i++)
		kek[i] = (uint8_t)i;
	run_write("kek", kek, sizeof(kek));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	return run_end() || fake_end();
}

static const char *base64(const void *data, size_t len)
{
	static char text[2][TEXT_MAX];
	static int which;

	which = !which;
	EVP_EncodeBlock((uint8_t *)text[which], data, (int)len);
	return text[which];
}

static void ask_wrap(void)
{
	char text[1024];

	snprintf(text, sizeof(text),
		 "{\"op\":\"keywrap\",\"keywrapparams\":{\"optsdata\":\"%s\","
		 "\"ec\":{\"Parameters\":{\"attestation-agent\":[\"%s\"]}}}}",
		 base64(SECRET, strlen(SECRET)), base64(PARAMETER, strlen(PARAMETER)));
	run_write("in", text, strlen(text));
}

static void ask_unwrap(const uint8_t *annotation, size_t len)
{
	static char text[TEXT_MAX + 100];

	snprintf(text, sizeof(text),
		 "{\"op\":\"keyunwrap\",\"keyunwrapparams\":{\"annotation\":\"%s\"}}",
		 base64(annotation, len));
	run_write("in", text, strlen(text));
}

/* The bytes of an answer, which has only one array; they end with a NUL. */
static size_t result_of(const char *text, uint8_t *out)
{
	size_t len = 0;
	char *end;

	text = strchr(text, '[');
	assert_non_null(text);
	for (text++; *text != ']'; text = *end == ',' ? end + 1 : end)
		out[len++] = (uint8_t)strtoul(text, &end, 10);
	out[len] = '\0';
	return len;
}

static int run(unsigned int n, bool openssl, bool *failed)
{
	fakehttp_trip();
	return run_main(LINE, n, openssl ? faults_openssl_at : faults_at, failed);
}

/* How many of the calls were noticed; @right checks an answer. */
static unsigned int fail_each(bool openssl, void (*right)(const char *answer))
{
	static char text[TEXT_MAX], said[TEXT_MAX];
	unsigned int n, noticed = 0;
	bool failed = true;
	int status;

	for (n = 1; failed; n++) {
		status = run(n, openssl, &failed);
		run_read("out", text, sizeof(text));
		run_read("err", said, sizeof(said));
		if (!status) {
			right(text);
			continue;
		}
		noticed++;
		if (status != 1 || *text || !failed ||
		    !(strstr(said, "OpenSSL cannot") || (!openssl && strstr(said, "memory"))) ||
		    strchr(said, '\n') != said + strlen(said) - 1)
			fail_msg("call %u: status %d, %s, %s", n, status, said, text);
	}
	return noticed;
}

static void is_wrapped(const char *answer)
{
	uint8_t annotation[TEXT_MAX];

	result_of(answer, annotation);
	assert_non_null(strstr((char *)annotation, "\"kid\":\"kbs:///a/b/c\""));
}

static void is_unwrapped(const char *answer)
{
	uint8_t secret[TEXT_MAX];

	result_of(answer, secret);
	assert_string_equal((char *)secret, SECRET);
}

static void wrap(void **state)
{
	(void)state;
	ask_wrap();
	assert_in_range(fail_each(false, is_wrapped), 20, 1000);
	assert_in_range(fail_each(true, is_wrapped), 4, 100);
}

static void unwrap(void **state)
{
	static uint8_t annotation[TEXT_MAX];
	static char text[TEXT_MAX];
	bool failed;

	(void)state;
	ask_wrap();
	assert_int_equal(run(0, false, &failed), 0);
	run_read("out", text, sizeof(text));
	ask_unwrap(annotation, result_of(text, annotation));
	assert_in_range(fail_each(false, is_unwrapped), 15, 1000);
	assert_in_range(fail_each(true, is_unwrapped), 4, 100);
}

int __wrap_main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrap),
		cmocka_unit_test(unwrap),
	};

	(void)argc;
	(void)argv;
	return cmocka_run_group_tests_name("keyprovider", tests, setup, teardown);
}
