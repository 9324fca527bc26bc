// SPDX-License-Identifier: GPL-2.0-only
/* What needs no KBS: canonical JSON, resource URIs, URLs, JWEs, the backoff. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "libtsm-kbs/clock.h"
#include "libtsm-kbs/fail.h"
#include "libtsm-kbs/http.h"
#include "libtsm-kbs/jcs.h"
#include "libtsm-kbs/jwe.h"
#include "libtsm-kbs/uri.h"

static struct tsm_ctx *ctx;

static void assert_jcs(const char *in, const char *out)
{
	json_t *json = json_loads(in, JSON_DECODE_ANY, NULL);
	char *text = NULL;

	assert_non_null(json);
	assert_int_equal(jcs_dump(json, &text), 0);
	assert_string_equal(text, out);
	free(text);
	json_decref(json);
}

/* ../shared/facts: the known answer of the runtime data's hash. */
static void jcs_known_answer(void **state)
{
	static const char hex[] =
		"e71ce8e70d814ba6639c3612ebee0ff1f76f650f8dbb5e47157e0f3f525cd22c"
		"4597480a186427c813ca941da78870c3";
	json_t *json = json_loads("{\"b\":1,\"a\":\"test\",\"c\":{\"d\":\"e\"}}", 0, NULL);
	char *text = NULL, got[2 * 48 + 1];
	uint8_t digest[48];
	size_t i;

	(void)state;
	assert_int_equal(jcs_dump(json, &text), 0);
	assert_true(EVP_Digest(text, strlen(text), digest, NULL, EVP_sha384(), NULL));
	for (i = 0; i < sizeof(digest); i++)
		snprintf(got + 2 * i, 3, "%02x", digest[i]);
	assert_string_equal(got, hex);
	free(text);
	json_decref(json);
}

static void jcs_is_canonical(void **state)
{
	(void)state;
	assert_jcs("{ \"b\" : [ 1 , true , null ] , \"a\" : \"\" }",
		   "{\"a\":\"\",\"b\":[1,true,null]}");
	assert_jcs("{\"tee-pubkey\":1,\"nonce\":2,\"additional-evidence\":3}",
		   "{\"additional-evidence\":3,\"nonce\":2,\"tee-pubkey\":1}");
	assert_jcs("\"a\\\"\\\\/b\"", "\"a\\\"\\\\/b\"");
	assert_jcs("-9007199254740992", "-9007199254740992");
}

/* What jansson would write in another form than RFC 8785's. */
static void jcs_refuses_the_rest(void **state)
{
	static const char *const beyond[] = {
		"1.5", "9007199254740993", "\"\\u001f\"", "\"\\u00e9\"", "{\"\\u00e9\":1}",
		"[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]",
	};
	char *text = NULL;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(beyond); i++) {
		json_t *json = json_loads(beyond[i], JSON_DECODE_ANY, NULL);

		assert_non_null(json);
		assert_int_equal(jcs_dump(json, &text), -EDOM);
		json_decref(json);
	}
}

static void uris(void **state)
{
	static const struct {
		const char *uri, *path;	/* NULL: -EINVAL */
	} cases[] = {
		{ "kbs:///repo/type/tag", "resource/repo/type/tag" },
		{ "kbs:///a-b/c.d/e_f~1", "resource/a-b/c.d/e_f~1" },
		{ "kbs://kbs.example:8080/repo/type/tag", "resource/repo/type/tag" },
		{ "kbs:///repo/type/tag?a=b&c=%20", "resource/repo/type/tag?a=b&c=%20" },
		{ "kbs+pkcs11:///a/b", "pkcs11/a/b" },
		{ "kbs+resource:///a/b/c", "resource/a/b/c" },
		{ "kbs+resource:///a/b", NULL },
		{ "kbs://other.example/repo/type/tag", NULL },
		{ "kbs://kbs.example/repo/type/tag", NULL },
		{ "kbs:///repo/type", NULL },
		{ "kbs:///repo/type/tag/more", NULL },
		{ "kbs:///repo/type/", NULL },
		{ "kbs:///repo//tag", NULL },
		{ "kbs:////repo/type/tag", NULL },
		{ "kbs:///repo/../tag", NULL },
		{ "kbs:///repo/./tag", NULL },
		{ "kbs:///../../auth", NULL },
		{ "kbs:///repo/type/t%2fg", NULL },
		{ "kbs:///repo/type/t g", NULL },
		{ "kbs:///repo/type/tag#x", NULL },
		{ "kbs:///repo/type/tag?a b", NULL },
		{ "kbs:///repo/type/tag?a\r\nX: y", NULL },
		{ "kbs:///repo/type/\xc3\xa9", NULL },
		{ "kbs:///", NULL },
		{ "kbs://", NULL },
		{ "kbs:repo/type/tag", NULL },
		{ "kbs+://a/b/c", NULL },
		{ "kbs+../x:///a/b/c", NULL },
		{ "kbs+..:///a/b/c", NULL },
		{ "https://repo/type/tag", NULL },
		{ "", NULL },
	};
	char *path, longest[4096];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		path = NULL;
		if (!cases[i].path) {
			if (uri_path(ctx, cases[i].uri, "kbs.example:8080", &path) != -EINVAL)
				fail_msg("accepted: %s", cases[i].uri);
			continue;
		}
		assert_int_equal(uri_path(ctx, cases[i].uri, "kbs.example:8080", &path), 0);
		assert_string_equal(path, cases[i].path);
		free(path);
	}
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	memcpy(longest, "kbs:///a/b/", 11);
	assert_int_equal(uri_path(ctx, longest, "", &path), -EINVAL);
}

static void urls(void **state)
{
	static const char *const good[] = {
		"https://kbs.example", "https://kbs.example:8080/", "https://kbs.example/below/it",
		"https://127.0.0.1:1", "https://[::1]:8080",
	};
	static const char *const bad[] = {
		"", "kbs.example", "http://kbs.example", "ftp://kbs.example", "file:///etc/passwd",
		"https://", "https://user@kbs.example", "https://user:word@kbs.example",
		"https://kbs.example?a=b", "https://kbs.example/#a", "https://kbs example",
		"https://kbs.example:99999",
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(good); i++)
		if (http_check_url(ctx, good[i], false))
			fail_msg("refused: %s: %s", good[i], tsm_error(ctx));
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		if (http_check_url(ctx, bad[i], false) != -EINVAL)
			fail_msg("accepted: %s", bad[i]);
	assert_int_equal(http_check_url(ctx, "http://kbs.example", true), 0);
	assert_int_equal(http_check_url(ctx, "gopher://kbs.example", true), -EINVAL);
}

/* What no KBS sends by chance; the rest is up to the tests with one. */
static void malformed_jwes(void **state)
{
	static const char *const texts[] = {
		"", "[]", "{}", "null", "{\"protected\": 1}",
		"{\"protected\":\"e30\",\"encrypted_key\":\"\",\"iv\":\"\",\"ciphertext\":\"\"}",
		"{\"protected\":\"e30\",\"encrypted_key\":\"\",\"iv\":\"\",\"ciphertext\":\"\",\"tag\":\"\"}",
		"{\"protected\":\"!\",\"encrypted_key\":\"\",\"iv\":\"\",\"ciphertext\":\"\",\"tag\":\"\"}",
		"{\"protected\":\"W10\",\"encrypted_key\":\"\",\"iv\":\"\",\"ciphertext\":\"\",\"tag\":\"\"}",
		"{\"protected\":\"e30\",\"protected\":\"e30\",\"encrypted_key\":\"\",\"iv\":\"\",\"ciphertext\":\"\",\"tag\":\"\"}",
	};
	struct secret out = { 0 };
	struct teekey *key = NULL;
	size_t i;

	(void)state;
	assert_int_equal(teekey_new(ctx, TSM_KBS_KEY_P256, &key), 0);
	for (i = 0; i < ARRAY_SIZE(texts); i++)
		assert_int_equal(jwe_open(ctx, texts[i], strlen(texts[i]), key, &out), -EPROTO);
	assert_null(out.data);
	teekey_free(key);
}

static int never(void *data)
{
	(void)data;
	return 0;
}

static int at_once(void *data)
{
	(void)data;
	return 1;
}

static void waits_are_bounded(void **state)
{
	int64_t begin = clock_ms();
	struct retry r;
	int rc, tries = 0;

	(void)state;
	retry_begin(&r, 1500, never, NULL);
	do {
		tries++;
		kbs_fail(ctx, -EAGAIN, "busy");
		rc = retry_wait(ctx, &r, -EAGAIN, 0);
	} while (!rc && tries < 1000);
	assert_int_equal(rc, -EAGAIN);
	assert_true(tries > 1 && tries < 1000);
	assert_true(clock_ms() - begin <= 1500);
	assert_non_null(strstr(tsm_error(ctx), "busy; gave up at try"));

	/* more patience than there is time for: not even tried */
	retry_begin(&r, 1500, never, NULL);
	begin = clock_ms();
	assert_int_equal(retry_wait(ctx, &r, -EAGAIN, 60000), -EAGAIN);
	assert_true(clock_ms() - begin < 500);

	retry_begin(&r, 60000, at_once, NULL);
	assert_int_equal(retry_wait(ctx, &r, -EAGAIN, 10000), -EINTR);
	assert_int_equal(retry_wait(ctx, &r, -EKEYREJECTED, 0), -EKEYREJECTED);
}

/* Full jitter: from nothing to all of a time that doubles up to a bound. */
static void waits_are_spread(void **state)
{
	unsigned int i, below = 0, n = 40;
	struct retry r;

	(void)state;
	for (i = 0; i < n; i++) {
		int64_t begin = clock_ms();

		retry_begin(&r, 60000, never, NULL);
		kbs_fail(ctx, -EAGAIN, "busy");
		assert_int_equal(retry_wait(ctx, &r, -EAGAIN, 0), 0);
		assert_true(clock_ms() - begin <= RETRY_FIRST_MS + 50);
		below += clock_ms() - begin < RETRY_FIRST_MS / 2;
	}
	/* each half is missed with a chance of 2^-40 */
	assert_in_range(below, 1, n - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(jcs_known_answer),
		cmocka_unit_test(jcs_is_canonical),
		cmocka_unit_test(jcs_refuses_the_rest),
		cmocka_unit_test(uris),
		cmocka_unit_test(urls),
		cmocka_unit_test(malformed_jwes),
		cmocka_unit_test(waits_are_bounded),
		cmocka_unit_test(waits_are_spread),
	};
	int failed;

	if (tsm_ctx_new(NULL, &ctx))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	tsm_ctx_free(&ctx);
	return failed;
}
