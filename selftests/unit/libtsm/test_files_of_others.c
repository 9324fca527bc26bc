// SPDX-License-Identifier: GPL-2.0-only
/* Extra: are the stores and event logs that other projects publish read as they say? */
#include <errno.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>
#include <openssl/evp.h>

#include <tsm/eventlog.h>
#include <tsm/verify.h>

#include "array_size.h"
#include "vectors_of_others.h"

static struct tsm_ctx *ctx;

static int setup(void **state)
{
	(void)state;
	return tsm_ctx_new(NULL, &ctx);
}

static int teardown(void **state)
{
	(void)state;
	tsm_ctx_free(&ctx);
	return 0;
}

static void compare_record(const struct tsm_record *record, const json_t *want)
{
	const char *type = tsm_record_type_name(record), *text, *hex;
	static unsigned char base64[1 << 17];
	const uint8_t *digest, *event;
	size_t len, i;

	assert_int_equal(tsm_record_register(record), json_integer_value(json_object_get(want,
											 "index"
											 )));
	assert_string_equal(type, json_string_value(json_object_get(want, "type_name")));
	event = tsm_record_event(record, &len);
	EVP_EncodeBlock(base64, event, (int)len);
	assert_string_equal((char *)base64, json_string_value(json_object_get(want, "event")));
	digest = tsm_record_digest(record, TSM_HASH_SHA384, &len);
	assert_int_equal(json_array_size(json_object_get(want, "digests")), 1);
	hex = json_string_value(json_object_get(json_array_get(json_object_get(want, "digests"), 0),
						"digest"));
	assert_int_equal(strlen(hex), 2 * len);
	for (i = 0; i < len; i++) {
		char byte[3];

		snprintf(byte, sizeof(byte), "%02x", digest[i]);
		assert_memory_equal(hex + 2 * i, byte, 2);
	}
	text = json_string_value(json_object_get(json_object_get(want, "details"), "unicode_name"));
	if (text && !strcmp(text, "AAEL")) {
		text = json_string_value(json_object_get(json_object_get(want,
									 "details"
									 ), "string"));
		assert_memory_equal(tsm_record_text(record, &len), text, strlen(text));
		assert_int_equal(len, strlen(text));
	}
}

static void firmware_logs_of_others(void **state)
{
	static const char *const names[] = { "CCEL_data", "CCEL_data_grub", "CCEL_data_grub_gke",
					     "CCEL_AAEL_alibabacloud" };
	static uint8_t data[2 << 20];
	struct tsm_eventlog *e;
	struct tsm_replay *r;
	json_t *root, *list;
	char name[64];
	size_t i, k, len;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(name, sizeof(name), "trustee/eventlog/%s", names[i]);
		len = load_of_others(name, data, sizeof(data));
		assert_int_equal(tsm_eventlog_new(ctx, data, len, &e), 0);
		snprintf(name, sizeof(name), "trustee/eventlog/%s_out.json", names[i]);
		len = load_of_others(name, data, sizeof(data));
		root = json_loadb((char *)data, len, 0, NULL);
		list = json_object_get(root, "uefi_event_logs");
		assert_int_equal(json_array_size(list), tsm_eventlog_count(e));
		for (k = 1; k <= tsm_eventlog_count(e); k++)
			compare_record(tsm_eventlog_record(e, k), json_array_get(list, k - 1));
		/* no register values came with them, but they have to replay */
		assert_int_equal(tsm_replay_new(ctx, e, TSM_HASH_SHA384, NULL, &r), 0);
		assert_int_equal(tsm_replay_verdict(r), TSM_VERDICT_UNKNOWN);
		assert_int_equal(tsm_replay_count(r), tsm_eventlog_count(e));
		assert_int_equal(tsm_replay_fault(r), 0);
		assert_non_null(strstr(tsm_replay_reason(r), "nothing to compare with"));
		tsm_replay_free(&r);
		tsm_eventlog_free(&e);
		json_decref(root);
	}
}

static void files_of_others(void **state)
{
	static const char *const files[] = {
		"rust-ccatoken/ta.json", "rust-ccatoken/ta-tfa.json", "trustee/tastore.json",
		"rust-ccatoken/cpak.json", "rust-ccatoken/pkey.json", "trustee/cpak-pub.json",
		"ccatoken/realm/tf-rmm/cca_platform.pub", "evcli/ec256-pub.json",
	};
	static const char *const private[] = {
		"trustee/cpak-priv.json", "tf-m-tools/cca_platform.pem", "evcli/ec384.json",
	};
	static char data[65536];
	struct tsm_anchors *anchors;
	struct tsm_refvalues *refvalues;
	size_t i, len;

	(void)state;
	assert_int_equal(tsm_anchors_new(ctx, &anchors), 0);
	assert_int_equal(tsm_refvalues_new(ctx, &refvalues), 0);
	for (i = 0; i < ARRAY_SIZE(files); i++) {
		len = load_of_others(files[i], data, sizeof(data));
		assert_int_equal(tsm_anchors_add(ctx, anchors, data, len), 0);
		assert_int_equal(tsm_anchors_count(anchors), i + 1);
	}
	for (i = 0; i < ARRAY_SIZE(private); i++) {
		len = load_of_others(private[i], data, sizeof(data));
		assert_int_equal(tsm_anchors_add(ctx, anchors, data, len), -EBADMSG);
		assert_int_equal(tsm_anchors_count(anchors), ARRAY_SIZE(files));
	}
	len = load_of_others("rust-ccatoken/rv.json", data, sizeof(data));
	assert_int_equal(tsm_refvalues_add(ctx, refvalues, data, len), 0);
	len = load_of_others("trustee/rvstore.json", data, sizeof(data));
	assert_int_equal(tsm_refvalues_add(ctx, refvalues, data, len), 0);
	assert_int_equal(tsm_refvalues_platforms(refvalues), 3);
	assert_int_equal(tsm_refvalues_realms(refvalues), 2);
	tsm_anchors_free(&anchors);
	tsm_refvalues_free(&refvalues);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(files_of_others, setup, teardown),
		cmocka_unit_test_setup_teardown(firmware_logs_of_others, setup, teardown),
	};

	if (!have_vectors_of_others())
		return 0;
	return cmocka_run_group_tests_name("files of others", tests, NULL, NULL);
}
