// SPDX-License-Identifier: GPL-2.0-only
/*
 * tsmctl with each allocation failing in turn: it writes what it writes with enough
 * memory, or says that there was none and writes no file. Half a list of reference
 * values would accept what the whole one does not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tsmctl/base64.h"
#include "fakefs.h"
#include "faults.h"
#include "logs.h"
#include "mint.h"
#include "run_main.h"

enum { OK = 0, FAILED = 1, NOT_VALID = 10 };	/* exit statuses */

#define OUTPUTS	4	/* stdout and three files */
#define TEXT_MAX	65536
#define RIM	"7777777777777777777777777777777777777777777777777777777777777777"

static const char *const outputs[OUTPUTS] = { "out", "anchors", "values", "rvps" };

/* --- what it reads --- */

static void write_key(void)
{
	uint8_t x[66], y[66];
	size_t size = mint_public(-35, PLATFORM, x, y);
	char *x_text = base64url_encode(x, size), *y_text = base64url_encode(y, size), jwk[512];

	snprintf(jwk, sizeof(jwk), "{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"%s\",\"y\":\"%s\"}",
		 x_text, y_text);
	run_write("key", jwk, strlen(jwk));
	free(x_text);
	free(y_text);
}

static int setup(void **state)
{
	static struct enc token;
	static struct mint m;
	static struct log log;
	uint8_t challenge[64];

	(void)state;
	fake_begin("arm_cca_guest");
	setenv("FAKE_ROOT", fake_root, 1);
	fake_write("/sys/devices/virtual/misc/realm_tsm/rsi_version", "1.0\n", 4);
	fake_write("/sys/devices/virtual/misc/realm_tsm/hash_algorithm", "sha256\n", 7);
	fake_write("/sys/devices/virtual/misc/realm_tsm/measurements/rim:sha256", RIM, 32);
	fake_write("/sys/devices/virtual/misc/realm_tsm/measurements/rpv", RIM, 64);
	if (run_begin())
		return -1;
	mint_init(&m, 399, 2024, 2023, "sha-256", -35);
	claim_add_hex(&m.part[REALM].claims, "19 9999", "82 01 a1 20 42 beef");
	claim_add_hex(&m.part[REALM].claims, "63 666f6f", "63 626172");
	mint_token(&m, &token);
	run_write("token", token.data, token.len);
	log_begin(&log, SHA256, 0);
	log_aael(&log, 1, "example.org op content");
	log_bare(&log, 4, 0x22);
	fake_write("/sys/devices/virtual/misc/realm_tsm/eventlog", log.bytes.data, log.bytes.len);
	write_key();
	memset(challenge, 0xcc, sizeof(challenge));
	run_write("challenge", challenge, sizeof(challenge));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	return run_end() || fake_end();
}

/* Its status when call @n fails, and no file of a run before. */
static int run(const char *line, unsigned int n, bool *failed)
{
	size_t i;

	for (i = 0; i < OUTPUTS; i++)
		unlink(outputs[i]);
	return run_main(line, n, faults_at, failed);
}

/* It gets @least calls to fail, and each of them is noticed. */
static void fail_each(const char *line, int right_status, unsigned int least)
{
	static char right[OUTPUTS][TEXT_MAX], text[TEXT_MAX];
	unsigned int n, noticed = 0;
	bool failed;
	int status;
	size_t i;

	status = run(line, 0, &failed);
	run_read("err", text, TEXT_MAX);
	if (status != right_status || *text)
		fail_msg("status %d: %s", status, text);
	for (i = 0; i < OUTPUTS; i++)
		run_read(outputs[i], right[i], TEXT_MAX);

	for (n = 1; ; n++) {
		status = run(line, n, &failed);
		if (!failed)
			break;
		run_read("err", text, TEXT_MAX);
		if (status != right_status && (status != FAILED || !strstr(text, "memory")))
			fail_msg("call %u: status %d: %s", n, status, text);
		noticed += status != right_status;
		/* stdout may have begun before memory ended, or say so; files are whole, or not there */
		for (i = status == right_status ? 0 : 1; i < OUTPUTS; i++)
			if ((run_read(outputs[i], text, TEXT_MAX) || status == right_status) &&
			    strcmp(text, right[i]) && (i || !strstr(text, "memory")))
				fail_msg("call %u: %s is not what it is with memory: %s", n, outputs[i],
					 text);
	}
	assert_in_range(noticed, least, n);
}

#define EXPORT	"tsmctl trustee export --cpak key --reference-values values --rvps rvps"

static void trustee_export(void **state)
{
	(void)state;
	fail_each(EXPORT " --trust-anchors anchors token", OK, 200);
	fail_each(EXPORT " --rim " RIM " --rim " RIM " token", OK, 200);
}

static void token_show(void **state)
{
	(void)state;
	fail_each("tsmctl token show --json token", OK, 100);
}

static void token_verify(void **state)
{
	(void)state;
	fail_each("tsmctl token verify --json --trust-anchors key --challenge @challenge token",
		  OK, 100);
	/* a claim is to blame */
	fail_each("tsmctl token verify --json --trust-anchors key --challenge 00 token",
		  NOT_VALID, 100);
}

static void log_show(void **state)
{
	(void)state;
	fail_each("tsmctl log show --json", OK, 20);
}

static void info_show(void **state)
{
	(void)state;
	fail_each("tsmctl info --json", OK, 5);
}

int __wrap_main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trustee_export),
		cmocka_unit_test(token_show),
		cmocka_unit_test(token_verify),
		cmocka_unit_test(log_show),
		cmocka_unit_test(info_show),
	};

	(void)argc;
	(void)argv;
	return cmocka_run_group_tests_name("tsmctl_memory", tests, setup, teardown);
}
