// SPDX-License-Identifier: GPL-2.0-only
/* <tsm/tsm.h> and <tsm/realm.h>, and what happens when memory is short. */
#include <errno.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#include <tsm/realm.h>
#include <tsm/report.h>
#include <tsm/token.h>

#include "fakefs.h"
#include "mint.h"
#include "touch_token.h"

/* --- allocations of the library fail on demand (ld --wrap) --- */

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
char *__real_strdup(const char *s);
char *__real_strndup(const char *s, size_t n);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);
char *__wrap_strdup(const char *s);
char *__wrap_strndup(const char *s, size_t n);

static long fail_at = -1;	/* the allocation that fails, counted from 0 */

static bool no_memory(void)
{
	return fail_at >= 0 && fail_at-- == 0;
}

void *__wrap_malloc(size_t size)
{
	return no_memory() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return no_memory() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t size)
{
	return no_memory() ? NULL : __real_realloc(p, size);
}

char *__wrap_strdup(const char *s)
{
	return no_memory() ? NULL : __real_strdup(s);
}

char *__wrap_strndup(const char *s, size_t n)
{
	return no_memory() ? NULL : __real_strndup(s, n);
}

/* --- context --- */

static void options(void **state)
{
	struct tsm_ctx_opts newer[2] = { { .size = sizeof(newer) } };
	struct tsm_ctx_opts opts = { .size = sizeof(opts) };
	size_t older = offsetof(struct tsm_ctx_opts, backend);
	struct tsm_ctx *ctx = NULL;

	(void)state;
	assert_int_equal(tsm_ctx_new(NULL, NULL), -EINVAL);
	opts.backend = (enum tsm_backend)99;
	assert_int_equal(tsm_ctx_new(&opts, &ctx), -EINVAL);
	opts.size = older;	/* then it is not looked at */
	assert_int_equal(tsm_ctx_new(&opts, &ctx), 0);
	assert_string_equal(tsm_error(ctx), "");
	tsm_ctx_free(&ctx);
	opts.size = 0;
	assert_int_equal(tsm_ctx_new(&opts, &ctx), -EINVAL);

	assert_int_equal(tsm_ctx_new(newer, &ctx), 0);
	tsm_ctx_free(&ctx);
	newer[1].root = "set by a newer caller";
	assert_int_equal(tsm_ctx_new(newer, &ctx), -EINVAL);
	assert_null(ctx);
	tsm_ctx_free(NULL);
	tsm_ctx_free(&ctx);
	assert_string_equal(tsm_error(NULL), "");
}

static void keep_text(void *data, enum tsm_log_level level, const char *text)
{
	assert_int_equal(level, TSM_LOG_WARNING);
	snprintf(data, 32, "%s", text);
}

static void texts_of_libraries_on_top(void **state)
{
	char logged[32] = "", longest[2000];
	struct tsm_ctx_opts opts = { .size = sizeof(opts), .log = keep_text, .log_data = logged };
	struct tsm_ctx *ctx;

	(void)state;
	assert_int_equal(tsm_ctx_new(&opts, &ctx), 0);
	assert_int_equal(tsm_fail(ctx, -EPROTO, "100 %s\033[m\n"), -EPROTO);
	assert_string_equal(tsm_error(ctx), "100 %s?[m?");
	assert_int_equal(tsm_fail(ctx, -EIO, tsm_error(ctx)), -EIO);
	assert_string_equal(tsm_error(ctx), "100 %s?[m?");
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	tsm_fail(ctx, -EIO, longest);
	assert_in_range(strlen(tsm_error(ctx)), 400, 1000);
	assert_int_equal(tsm_fail(ctx, -EIO, NULL), -EIO);
	assert_string_equal(tsm_error(ctx), "");
	assert_int_equal(tsm_fail(NULL, -EIO, "x"), -EIO);

	tsm_log(ctx, TSM_LOG_WARNING, "a %d\n");
	assert_string_equal(logged, "a %d?");
	tsm_log(ctx, TSM_LOG_WARNING, NULL);
	tsm_log(NULL, TSM_LOG_WARNING, "b");
	assert_string_equal(logged, "a %d?");
	tsm_ctx_free(&ctx);
}

static void hashes(void **state)
{
	(void)state;
	assert_string_equal(tsm_hash_name(TSM_HASH_SHA256), "sha256");
	assert_string_equal(tsm_hash_name(TSM_HASH_SHA384), "sha384");
	assert_string_equal(tsm_hash_name(TSM_HASH_SHA512), "sha512");
	assert_null(tsm_hash_name(TSM_HASH_NONE));
	assert_null(tsm_hash_name((enum tsm_hash)77));
	assert_int_equal(tsm_hash_size(TSM_HASH_SHA384), 48);
	assert_int_equal(tsm_hash_size(TSM_HASH_NONE), 0);
	assert_int_equal(tsm_hash_size((enum tsm_hash)77), 0);
	assert_string_equal(tsm_version(), LIBTSM_VERSION);
}

/* --- realm --- */

#define MISC "/sys/devices/virtual/misc/"

static void write_device(const char *device, const char *hash)
{
	uint8_t rpv[64];
	char path[128];

	memset(rpv, 0x5a, sizeof(rpv));
	snprintf(path, sizeof(path), MISC "%s/rsi_version", device);
	fake_write(path, "1.1\n", 4);
	snprintf(path, sizeof(path), MISC "%s/hash_algorithm", device);
	fake_write(path, hash, strlen(hash));
	snprintf(path, sizeof(path), MISC "%s/measurements/rpv", device);
	fake_write(path, rpv, sizeof(rpv));
	snprintf(path, sizeof(path), MISC "%s/measurements/rim:%.6s", device, hash);
	fake_write(path, rpv, sizeof(rpv));
}

static struct tsm_realm *read_realm(void)
{
	struct tsm_ctx_opts opts = { .size = sizeof(opts), .root = fake_root };
	struct tsm_realm *realm;
	struct tsm_ctx *ctx;

	assert_int_equal(tsm_ctx_new(&opts, &ctx), 0);
	assert_int_equal(tsm_realm_new(ctx, &realm), 0);
	tsm_ctx_free(&ctx);
	return realm;
}

static void no_realm(void **state)
{
	struct tsm_realm *realm;
	unsigned int major, minor;
	size_t len = 1;

	(void)state;
	fake_begin(NULL);
	realm = read_realm();
	assert_int_equal(tsm_realm_present(realm), 0);
	assert_int_equal(tsm_realm_rsi_version(realm, &major, &minor), -ENODATA);
	assert_int_equal(tsm_realm_hash(realm), TSM_HASH_NONE);
	assert_null(tsm_realm_rpv(realm, &len));
	assert_int_equal(len, 0);
	assert_null(tsm_realm_device(realm));
	tsm_realm_free(&realm);
	assert_null(realm);
	tsm_realm_free(&realm);
	assert_int_equal(tsm_realm_present(NULL), 0);
	assert_int_equal(fake_end(), 0);
}

static void realm_without_our_module(void **state)
{
	struct tsm_realm *realm;

	(void)state;
	fake_begin("arm_cca_guest");
	fake_write("/sys/devices/platform/arm-cca-dev/uevent", "", 0);
	realm = read_realm();
	assert_int_equal(tsm_realm_present(realm), 1);
	assert_null(tsm_realm_device(realm));
	tsm_realm_free(&realm);
	assert_int_equal(fake_end(), 0);
}

/* which kernels will have instead of the platform device */
static void realm_by_the_file_of_the_architecture(void **state)
{
	struct tsm_realm *realm;

	(void)state;
	fake_begin("arm_cca_guest");
	fake_write("/sys/firmware/cca/realm_guest", "0\n", 2);
	realm = read_realm();
	assert_int_equal(tsm_realm_present(realm), 0);
	tsm_realm_free(&realm);
	fake_write("/sys/firmware/cca/realm_guest", "1\n", 2);
	realm = read_realm();
	assert_int_equal(tsm_realm_present(realm), 1);
	tsm_realm_free(&realm);
	assert_int_equal(fake_end(), 0);
}

static void realm_with_our_module(void **state)
{
	static const char *const devices[] = { "realm_tsm", "arm_cca_guest" };
	unsigned int major, minor, i;
	struct tsm_realm *realm;
	const uint8_t *rpv;
	size_t len;

	(void)state;
	fake_begin("arm_cca_guest");
	fake_write(MISC "tdx_guest/measurements/rtmr0:sha384", "", 0);
	fake_write(MISC "tdx_guest/eventlog", "", 0);
	/* by what it has, whatever its name; of two, the one that keeps a log */
	for (i = 0; i < 2; i++) {
		write_device(devices[i], i ? "sha512\n" : "sha256\n");
		if (i)
			fake_write(MISC "arm_cca_guest/eventlog", "", 0);
		realm = read_realm();
		assert_int_equal(tsm_realm_present(realm), 1);
		assert_int_equal(tsm_realm_rsi_version(realm, &major, &minor), 0);
		assert_int_equal(major, 1);
		assert_int_equal(minor, 1);
		assert_int_equal(tsm_realm_hash(realm), i ? TSM_HASH_SHA512 : TSM_HASH_SHA256);
		rpv = tsm_realm_rpv(realm, &len);
		assert_int_equal(len, 64);
		assert_int_equal(rpv[63], 0x5a);
		assert_string_equal(tsm_realm_device(realm) + strlen(MISC), devices[i]);
		tsm_realm_free(&realm);
	}
	/* what makes no sense counts as not said */
	fake_write(MISC "arm_cca_guest/hash_algorithm", "md5\n", 4);
	fake_write(MISC "arm_cca_guest/rsi_version", "new\n", 4);
	fake_write(MISC "arm_cca_guest/measurements/rpv", "short", 5);
	realm = read_realm();
	assert_int_equal(tsm_realm_hash(realm), TSM_HASH_NONE);
	assert_int_equal(tsm_realm_rsi_version(realm, &major, &minor), -ENODATA);
	assert_null(tsm_realm_rpv(realm, &len));
	tsm_realm_free(&realm);
	assert_int_equal(fake_end(), 0);
}

/* What cannot be looked at is not said to be absent. */
static void realm_without_descriptors(void **state)
{
	struct tsm_ctx_opts opts = { .size = sizeof(opts), .root = fake_root };
	struct rlimit limit, none = { 0 };
	struct tsm_realm *realm = NULL;
	struct tsm_ctx *ctx;
	int rc;

	(void)state;
	if (getenv("MEMCHECK"))		/* valgrind has a limit of its own */
		skip();
	fake_begin("arm_cca_guest");
	assert_int_equal(tsm_ctx_new(&opts, &ctx), 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none.rlim_max = limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	rc = tsm_realm_new(ctx, &realm);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_int_equal(rc, -EMFILE);
	assert_non_null(strstr(tsm_error(ctx), "Too many open files"));
	assert_null(realm);
	tsm_ctx_free(&ctx);
	assert_int_equal(fake_end(), 0);
}

/* --- each allocation fails once: -ENOMEM and nothing lost (ASan looks for leaks) --- */

static int make_token(struct tsm_ctx *ctx, const void *data, size_t len)
{
	struct tsm_token *token = NULL;
	int rc = tsm_token_new(ctx, data, len, &token);

	tsm_token_free(&token);
	return rc;
}

static int make_report(struct tsm_ctx *ctx, const void *data, size_t len)
{
	struct tsm_report *report = NULL;
	int rc = tsm_report_new(ctx, data, len, NULL, &report);

	tsm_report_free(&report);
	return rc;
}

static int make_realm(struct tsm_ctx *ctx, const void *data, size_t len)
{
	struct tsm_realm *realm = NULL;
	int rc = tsm_realm_new(ctx, &realm);

	(void)data;
	(void)len;
	tsm_realm_free(&realm);
	return rc;
}

static long fail_each_in_turn(int (*make)(struct tsm_ctx *ctx, const void *data, size_t len),
			      const void *data, size_t len)
{
	struct tsm_ctx_opts opts = { .size = sizeof(opts), .root = fake_root };
	struct tsm_ctx *ctx = NULL;
	long n;
	int rc;

	for (n = 0;; n++) {
		bool failed;

		fail_at = n;
		rc = tsm_ctx_new(&opts, &ctx);
		if (!rc)
			rc = make(ctx, data, len);
		failed = fail_at == -1;
		fail_at = -1;
		if (failed && rc)
			assert_int_equal(rc, -ENOMEM);
		if (failed && rc && ctx)
			assert_non_null(strstr(tsm_error(ctx), "emory"));
		tsm_ctx_free(&ctx);
		if (!failed) {
			assert_int_equal(rc, 0);
			return n;
		}
	}
}

static void every_allocation_fails(void **state)
{
	static struct enc token;
	static struct mint m;

	(void)state;
	fake_begin("arm_cca_guest");
	write_device("arm_cca_guest", "sha256\n");
	mint_init(&m, 907, 2024, 2023, "sha-512", -36);
	claim_add_hex(&m.part[REALM].claims, "63 666f6f", "82 63 626172 a1 6178 00");
	mint_token(&m, &token);
	assert_in_range(fail_each_in_turn(make_token, token.data, token.len), 40, 200);
	assert_in_range(fail_each_in_turn(make_realm, NULL, 0), 3, 20);
	assert_int_equal(fake_end(), 0);
}

static void every_allocation_fails_in_a_report(void **state)
{
	uint8_t challenge[64] = { 1 };

	(void)state;
	fake_begin("arm_cca_guest");
	assert_in_range(fail_each_in_turn(make_report, challenge, 64), 5, 50);
	assert_int_equal(fake_end(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options),
		cmocka_unit_test(texts_of_libraries_on_top),
		cmocka_unit_test(hashes),
		cmocka_unit_test(no_realm),
		cmocka_unit_test(realm_without_our_module),
		cmocka_unit_test(realm_by_the_file_of_the_architecture),
		cmocka_unit_test(realm_with_our_module),
		cmocka_unit_test(realm_without_descriptors),
		cmocka_unit_test(every_allocation_fails),
		cmocka_unit_test(every_allocation_fails_in_a_report),
	};

	return cmocka_run_group_tests_name("ctx", tests, NULL, NULL);
}
