// SPDX-License-Identifier: GPL-2.0-only
/* <tsm/verify.h>: which reference values fit, and which of those that do not is told of? */
#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "array_size.h"
#include "relying_party.h"

/* What mint_init() makes; @rem is the byte that every REM is filled with, plus its number. */
static const char *realm_ref(const char *hash, uint8_t rim, uint8_t rem, uint8_t rpv,
			     const char *rak_hash)
{
	static char json[2048];
	size_t size = hash_size(hash), i;
	char *at = json;

	at += sprintf(at, "{\"realm\":[{\"initial-measurement\":\"");
	at += put_fill(at, rim, size);
	at += sprintf(at,
		      "\",\"rak-hash-algorithm\":\"%s\",\"extensible-measurements\":[",
		      rak_hash);
	for (i = 0; i < 4; i++) {
		at += sprintf(at, "%s\"", i ? "," : "");
		at += put_fill(at, (uint8_t)(rem + i), size);
		at += sprintf(at, "\"");
	}
	at += sprintf(at, "],\"personalization-value\":\"");
	at += put_fill(at, rpv, 64);
	sprintf(at, "\"}]}");
	return json;
}

static void platform_reference_values(void **state)
{
	static const struct {
		const char *file, *words;
		int64_t label;
	} t[] = {
		{ "minted/other-implementation.json", "no entry is for this platform", 2396 },
		{ "minted/other-configuration.json", "its configuration is another", 2401 },
		{ "minted/shorter-configuration.json", "its configuration is another", 2401 },
		{ "minted/other-order.json", "component 0 (BL) has another signer id", 2399 },
		{ "minted/one-component.json", "it has more software components", 2399 },
		{ "minted/three-components.json", "it has fewer software components", 2399 },
		{ "minted/no-component.json", "it has more software components", 2399 },
		{ "minted/other-measurement.json",
		  "component 1 (no type) has another measurement", 2399 },
		{ "minted/version-of-none.json",
		  "component 1 (no type) has another version", 2399 },
		{ "minted/other-type.json", "component 0 (BL) has another type", 2399 },
		{ "minted/other-hash.json", "component 0 (BL) has another hash", 2399 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(t); i++) {
		new_refvalues();
		add_refvalues_file(t[i].file);
		verify();
		expect_fault("vvvvvvx--", TSM_STEP_PLATFORM_REFVALUES, t[i].label,
			     TSM_TOKEN_PLATFORM, t[i].words);
	}
	/* of several, the one that fits furthest is the one to tell of */
	new_refvalues();
	for (i = 0; i < ARRAY_SIZE(t); i++)
		add_refvalues_file(t[i].file);
	verify();
	expect_fault("vvvvvvx--", TSM_STEP_PLATFORM_REFVALUES, 2399, TSM_TOKEN_PLATFORM,
		     "it has fewer software components");
	/* and one that fits is enough; what it does not say may be anything */
	add_refvalues_file("minted/least.json");
	verify();
	expect("vvvvvvv--", TSM_VERDICT_VALID);
}

static void lifecycle_has_to_be_secured(void **state)
{
	static const char *const t[] = {
		"00", "19 2fff", "19 3000", "19 30ff", "19 3100", "19 4003", "19 ffff",
	};
	size_t i;

	(void)state;
	add_refvalues_file("minted/platform.json");
	for (i = 0; i < ARRAY_SIZE(t); i++) {
		claim_set_hex(&m.part[PLATFORM].claims, 2395, t[i]);
		verify();
		if (i == 2 || i == 3)
			expect("vvvvvvv--", TSM_VERDICT_VALID);
		else
			expect_fault("vvvvvvx--", TSM_STEP_PLATFORM_REFVALUES, 2395,
				     TSM_TOKEN_PLATFORM, "not secured");
	}
	/* nor is it waived with reference values */
	new_refvalues();
	verify();
	expect_fault("vvvvvvx--", TSM_STEP_PLATFORM_REFVALUES, 2395, TSM_TOKEN_PLATFORM,
		     "not secured");
	opts.waive = 0;
	verify();
	expect("vvvvvvx??", TSM_VERDICT_INVALID);
}

static void realm_reference_values(void **state)
{
	static const struct {
		uint8_t rim, rem, rpv;
		const char *rak_hash;
		int64_t label;
		const char *words;
	} t[] = {
		{ 0x87, 0xe0, 0xbb, "sha-256", 44238, "its RIM is in no entry" },
		{ 0x88, 0xe0, 0xbb, "sha-512", 44240, "the hash of its RAK is not sha512" },
		{ 0x88, 0xe0, 0xba, "sha-256", 44235, "its RPV is another" },
		{ 0x88, 0xe1, 0xbb, "sha-256", 44239, "its rem0 is another" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		new_refvalues();
		add_refvalues(realm_ref("sha-256", t[i].rim, t[i].rem, t[i].rpv, t[i].rak_hash));
		verify();
		expect_fault("vvvvvv-x-", TSM_STEP_REALM_REFVALUES, t[i].label, TSM_TOKEN_REALM,
			     t[i].words);
	}
	/* each of the four, to the last digit */
	for (i = 0; i < 4; i++) {
		char json[2048], digits[5], words[24];

		snprintf(json, sizeof(json), "%s", realm_ref("sha-256", 0x88, 0xe0, 0xbb, "sha-256"));
		snprintf(digits, sizeof(digits), "%02zx\"", 0xe0 + i);
		*strstr(json, digits) = 'f';
		snprintf(words, sizeof(words), "its rem%zu is another", i);
		new_refvalues();
		add_refvalues(json);
		verify();
		expect_fault("vvvvvv-x-", TSM_STEP_REALM_REFVALUES, 44239, TSM_TOKEN_REALM, words);
	}
	/* several RIMs, and several sets of REMs for one: the nearest is told of */
	new_refvalues();
	for (i = 0; i < 4; i++)
		add_refvalues(realm_ref("sha-256", t[i].rim, t[i].rem, t[i].rpv, t[i].rak_hash));
	verify();
	expect_fault("vvvvvv-x-", TSM_STEP_REALM_REFVALUES, 44239, TSM_TOKEN_REALM,
		     "its rem0 is another");
	add_refvalues(realm_ref("sha-256", 0x88, 0xe0, 0xbb, "sha-256"));
	verify();
	expect("vvvvvv-v-", TSM_VERDICT_VALID);
	assert_non_null(strstr(tsm_verify_step_reason(v, TSM_STEP_REALM_REFVALUES), "entry 4"));
}

int main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(platform_reference_values), T(lifecycle_has_to_be_secured),
		T(realm_reference_values),
	};

	return cmocka_run_group_tests_name("verify reference values", tests, NULL, NULL);
}
