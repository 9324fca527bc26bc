// SPDX-License-Identifier: GPL-2.0-only
/*
 * -ENOMEM and -EIO of <tsm/kbs.h>: each allocation, also of OpenSSL, and each call to
 * OpenSSL fails in turn, from a new client to the resource, with a faked KBS and a faked
 * kernel.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/crypto.h>

#include <tsm/kbs.h>

#include "fake_provider.h"
#include "fakefs.h"
#include "faults.h"
#include "fakehttp.h"

#define INITDATA	"data"
/* its SHA-256, the last that the RPV is compared with */
#define RPV		"3a6eb0790f39ac87c94f3856b2dd2c5d110e6811602261a9a923d3bb23adc8b7" \
			"0000000000000000000000000000000000000000000000000000000000000000"

static struct tsm_ctx *ctx;

/* The provider's own memory does not fail. */
static size_t make_report(const uint8_t *challenge, size_t len, uint8_t *out)
{
	static uint8_t last[64], token[16384];
	static size_t last_len;

	faults_pause(true);
	if (!last_len || memcmp(last, challenge, len))
		last_len = fake_token(challenge, len, token);
	faults_pause(false);
	memcpy(last, challenge, len);
	memcpy(out, token, last_len);
	return last_len;
}

static int setup(void **state)
{
	struct tsm_ctx_opts opts = { .size = sizeof(opts), .root = fake_root };

	(void)state;
	fake_begin("arm_cca_guest");
	fake_set_auxblob("log", 3);
	fake_make_report = make_report;
	setenv("FAKE_RPV", RPV, 1);
	return tsm_ctx_new(&opts, &ctx);
}

static int teardown(void **state)
{
	(void)state;
	tsm_ctx_free(&ctx);
	return fake_end();
}

/* All that an agent does: 0 if it gets the resource. */
static int get(void)
{
	struct tsm_kbs_opts opts = { .size = sizeof(opts), .initdata = INITDATA };
	struct tsm_kbs_resource *resource = NULL;
	struct tsm_kbs *kbs = NULL;
	size_t len, i;
	int rc;

	fakehttp_trip();
	rc = tsm_kbs_new(ctx, "https://kbs.example", &opts, &kbs);
	assert_true(!rc == !!kbs);
	if (!rc)
		rc = tsm_kbs_resource_new(ctx, kbs, "kbs:///a/b/c", &resource);
	assert_true(!rc == !!resource);
	if (!rc) {
		assert_non_null(tsm_kbs_resource_data(resource, &len));
		assert_int_equal(len, 32);
		for (i = 0; i < len; i++)
			assert_int_equal(tsm_kbs_resource_data(resource, NULL)[i], i);
	}
	tsm_kbs_resource_free(&resource);
	tsm_kbs_free(&kbs);
	return rc;
}

static bool is_named(int rc)
{
	return (rc == -ENOMEM && strstr(tsm_error(ctx), "memory")) ||
	       (rc == -EIO && strstr(tsm_error(ctx), "OpenSSL cannot"));
}

/* How many of the calls that failed made it all fail, and with what. */
static void fail_each(void (*at)(unsigned int n), unsigned int *enomem, unsigned int *eio)
{
	bool failed = true;
	unsigned int n;
	int rc;

	*enomem = 0;
	*eio = 0;
	for (n = 1; failed; n++) {
		at(n);
		rc = get();
		failed = faults_end();
		if (rc && (!failed || !is_named(rc)))
			fail_msg("call %u: %d, %s", n, rc, tsm_error(ctx));
		*enomem += rc == -ENOMEM;
		*eio += rc == -EIO;
	}
}

static void each_allocation(void **state)
{
	unsigned int enomem, eio;

	(void)state;
	fail_each(faults_at, &enomem, &eio);
	assert_in_range(enomem, 1000, 100000);
	assert_int_equal(eio, 0);
}

static void each_call_to_openssl(void **state)
{
	unsigned int enomem, eio;

	(void)state;
	fail_each(faults_openssl_at, &enomem, &eio);
	assert_int_equal(enomem, 0);
	assert_in_range(eio, 18, 100);
}

/* --- OpenSSL's own memory --- */

static void *crypto_malloc(size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return faults_library() ? NULL : malloc(n);
}

static void *crypto_realloc(void *p, size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return faults_library() ? NULL : realloc(p, n);
}

static void crypto_free(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	free(p);
}

/* OpenSSL takes them before it allocates, and libjose makes it do so when it is loaded. */
static void set_mem_functions(void)
{
	if (!CRYPTO_set_mem_functions(crypto_malloc, crypto_realloc, crypto_free))
		abort();
}

static void (*const preinit)(void) __attribute__((section(".preinit_array"), used)) =
	set_mem_functions;

static void each_allocation_of_openssl(void **state)
{
	unsigned int enomem, eio;

	(void)state;
	fail_each(faults_library_at, &enomem, &eio);
	assert_in_range(enomem, 50, 100000);
	assert_int_equal(eio, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_allocation),
		cmocka_unit_test(each_call_to_openssl),
		cmocka_unit_test(each_allocation_of_openssl),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
