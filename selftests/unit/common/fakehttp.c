// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "libtsm-kbs/fail.h"
#include "libtsm-kbs/http.h"
#include "robustness/fuzz/inputs.h"
#include "faults.h"
#include "fakehttp.h"

#define ANSWERS	8

EVP_PKEY *__real_EVP_PKEY_Q_keygen(OSSL_LIB_CTX *libctx, const char *propq, const char *type, ...);
EVP_PKEY *__wrap_EVP_PKEY_Q_keygen(OSSL_LIB_CTX *libctx, const char *propq, const char *type, ...);

struct http {
	bool cookie;
};

static struct {
	long status;
	bool cookie;
	const void *body;
	size_t len;
} answers[ANSWERS];
static size_t pushed, taken;

void fakehttp_begin(void)
{
	pushed = 0;
	taken = 0;
}

void fakehttp_push(long status, bool cookie, const void *body, size_t len)
{
	if (pushed == ANSWERS)
		return;
	answers[pushed].status = status;
	answers[pushed].cookie = cookie;
	answers[pushed].body = body;
	answers[pushed++].len = len;
}

void fakehttp_trip(void)
{
	static const char nonce[] = "{\"nonce\":\"QQ==\",\"extra-params\":\"\"}";
	static const char token[] = "{\"token\":\"e30.e30.\"}";

	fakehttp_begin();
	fakehttp_push(200, true, nonce, strlen(nonce));
	fakehttp_push(200, true, token, strlen(token));
	fakehttp_push(200, true, input_jwe_p256, input_jwe_p256_len);
}

int http_check_url(struct tsm_ctx *ctx, const char *url, bool plain_allowed)
{
	(void)ctx;
	(void)url;
	(void)plain_allowed;
	return 0;
}

char *http_url_host(const char *url)
{
	return strdup(url);
}

int http_new(struct tsm_ctx *ctx, const struct tsm_kbs_opts *opts, struct http **out)
{
	(void)opts;
	*out = calloc(1, sizeof(**out));
	return *out ? 0 : kbs_fail_memory(ctx);
}

void http_free(struct http *http)
{
	free(http);
}

int http_request(struct tsm_ctx *ctx, struct http *http, const char *url, const char *post,
		 const char *bearer, const struct retry *r, struct http_answer *answer)
{
	(void)post;
	(void)bearer;
	(void)r;
	*answer = (struct http_answer){ 0 };
	if (taken == pushed)
		return kbs_fail(ctx, -EHOSTUNREACH, "KBS: nobody answers at %s", url);
	/* as long as it is, so that ASan sees what reads beyond */
	answer->body = malloc(answers[taken].len + 1);
	if (!answer->body)
		return kbs_fail_memory(ctx);
	answer->len = answers[taken].len;
	if (answer->len)
		memcpy(answer->body, answers[taken].body, answer->len);
	answer->body[answer->len] = '\0';
	answer->status = answers[taken].status;
	http->cookie |= answers[taken].cookie;
	taken++;
	return 0;
}

void http_answer_free(struct http_answer *answer)
{
	free(answer->body);
	*answer = (struct http_answer){ 0 };
}

int http_keep_cookies(struct http *http, const char *name)
{
	(void)name;
	return http->cookie ? 0 : -ENODATA;
}

void http_forget_cookies(struct http *http)
{
	http->cookie = false;
}

/* --- the keys --- */

static EVP_PKEY *read_key(const uint8_t *der, size_t len)
{
	EVP_PKEY *key;

	faults_pause(true);
	key = d2i_AutoPrivateKey(NULL, &der, (long)len);
	faults_pause(false);
	return key;
}

EVP_PKEY *__wrap_EVP_PKEY_Q_keygen(OSSL_LIB_CTX *libctx, const char *propq, const char *type, ...)
{
	va_list ap;
	const char *curve;

	if (strcmp(type, "EC") || faults_openssl())
		return NULL;
	va_start(ap, type);
	curve = va_arg(ap, char *);
	va_end(ap);
	if (!strcmp(curve, "P-256"))
		return read_key(input_key_p256, input_key_p256_len);
	if (!strcmp(curve, "P-521"))
		return read_key(input_key_p521, input_key_p521_len);
	return __real_EVP_PKEY_Q_keygen(libctx, propq, type, curve);
}
