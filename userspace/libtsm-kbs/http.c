// SPDX-License-Identifier: LGPL-2.1-or-later
/* One request to a KBS and its answer, by libcurl: which URLs, how much, how long. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <curl/curl.h>

#include "fail.h"
#include "http.h"
#include "pin.h"

#define USER_AGENT		"libtsm-kbs/" LIBTSM_VERSION
#define REQUEST_TIMEOUT_MS	15000
#define MAX_SIZE		(4 * 1024 * 1024)
#define COOKIES_MAX		8192	/* what servers and proxies take as a header, by default */
#define SLICE_MS		50	/* how long a cancellation may wait here */

/* RFC 6265 section 4.1.1, and the quotes around a value */
#define COOKIE_BYTES \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!\"#$%&'()*+-./:<=>?@[]^_`{|}~"

struct http {
	CURLM *multi;
	CURL *easy;
	char error[CURL_ERROR_SIZE];
	unsigned int timeout_ms;
	size_t max_size;
};

static const char *bad_scheme(const char *scheme, bool plain_allowed)
{
	if (!strcmp(scheme, "http") && !plain_allowed)
		return "http:// does not authenticate the server: anybody could make up a resource";
	if (strcmp(scheme, "http") && strcmp(scheme, "https"))
		return "its scheme is not https";
	return NULL;
}

int http_check_url(struct tsm_ctx *ctx, const char *url, bool plain_allowed)
{
	static const struct {
		CURLUPart part;
		CURLUcode none;
	} unwanted[] = {
		{ CURLUPART_USER, CURLUE_NO_USER }, { CURLUPART_QUERY, CURLUE_NO_QUERY },
		{ CURLUPART_FRAGMENT, CURLUE_NO_FRAGMENT },
	};
	CURLU *u = curl_url();
	const char *why = NULL;
	char *part = NULL;
	CURLUcode code;
	size_t i;

	code = u ? curl_url_set(u, CURLUPART_URL, url, 0) : CURLUE_OUT_OF_MEMORY;
	if (code)
		why = "it is no https://HOST[:PORT][/PATH]";
	for (i = 0; i < ARRAY_SIZE(unwanted) && !why; i++) {
		code = curl_url_get(u, unwanted[i].part, &part, 0);
		if (code != unwanted[i].none)
			why = "it may have no user, query or fragment";
	}
	if (!why) {
		code = curl_url_get(u, CURLUPART_SCHEME, &part, 0);
		why = code ? "it has no scheme" : bad_scheme(part, plain_allowed);
	}
	curl_free(part);
	curl_url_cleanup(u);
	if (code == CURLUE_OUT_OF_MEMORY)
		return kbs_fail_memory(ctx);
	return why ? kbs_fail(ctx, -EINVAL, "KBS: %.200s: %s", url, why) : 0;
}

char *http_url_host(const char *url)
{
	char *host = NULL, *port = NULL, *out = NULL;
	CURLU *u = curl_url();
	size_t size;

	if (u && !curl_url_set(u, CURLUPART_URL, url, 0) &&
	    !curl_url_get(u, CURLUPART_HOST, &host, 0)) {
		curl_url_get(u, CURLUPART_PORT, &port, 0);
		size = strlen(host) + (port ? strlen(port) + 1 : 0) + 1;
		out = malloc(size);
		if (out)
			snprintf(out, size, "%s%s%s", host, port ? ":" : "", port ? port : "");
	}
	curl_free(host);
	curl_free(port);
	curl_url_cleanup(u);
	return out;
}

/* --- what all requests have in common --- */

static CURLcode set_tls(CURL *easy, const struct tsm_kbs_opts *opts, const struct pin *pin)
{
	struct curl_blob blob = { .data = pin->pem, .len = pin->len, .flags = CURL_BLOB_COPY };
	CURLcode rc;

	rc = curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	/* instead of the system's, not beside them */
	if (!rc && (opts->ca_file || pin->pem))
		rc = curl_easy_setopt(easy, CURLOPT_CAPATH, (char *)NULL);
	if (!rc && opts->ca_file)
		rc = curl_easy_setopt(easy, CURLOPT_CAINFO, opts->ca_file);
	if (rc || !pin->pem)
		return rc;

	/* this very key, under the only certificate that is trusted: a name adds nothing */
	rc = curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &blob);
	if (!rc)
		rc = curl_easy_setopt(easy, CURLOPT_PINNEDPUBLICKEY, pin->key);
	if (!rc)
		rc = curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
	return rc;
}

/* curl's own is inherited by whatever another thread runs meanwhile */
static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	(void)arg;
	(void)purpose;
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static CURLcode set_common(struct http *http, const struct tsm_kbs_opts *opts)
{
	CURL *easy = http->easy;
	CURLcode rc;

	rc = curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, http->error);
	/* a library leaves signals alone; libcurl sends with MSG_NOSIGNAL */
	if (!rc)
		rc = curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	if (!rc)
		rc = curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	if (!rc)
		rc = curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	if (!rc)
		rc = curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	if (!rc)
		rc = curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	if (!rc)
		rc = curl_easy_setopt(easy, CURLOPT_USERAGENT, USER_AGENT);
	if (!rc && opts->proxy)
		rc = curl_easy_setopt(easy, CURLOPT_PROXY, opts->proxy);
	return rc;
}

int http_new(struct tsm_ctx *ctx, const struct tsm_kbs_opts *opts, struct http **out)
{
	struct pin pin = { 0 };
	struct http *http;
	CURLcode code;
	int rc = 0;

	http = calloc(1, sizeof(*http));
	if (!http)
		return kbs_fail_memory(ctx);
	http->timeout_ms = opts->request_timeout_ms ? opts->request_timeout_ms : REQUEST_TIMEOUT_MS;
	http->max_size = opts->max_size ? opts->max_size : MAX_SIZE;
	http->multi = curl_multi_init();
	http->easy = curl_easy_init();
	if (!http->multi || !http->easy)
		rc = kbs_fail_memory(ctx);
	if (!rc && opts->pin_file)
		rc = pin_read(ctx, opts->pin_file, &pin);
	if (!rc) {
		code = set_common(http, opts);
		if (!code)
			code = set_tls(http->easy, opts, &pin);
		if (code)
			rc = kbs_fail(ctx, code == CURLE_OUT_OF_MEMORY ? -ENOMEM : -EINVAL,
				      "KBS: libcurl does not take an option: %s",
				      curl_easy_strerror(code));
	}
	pin_free(&pin);
	if (rc)
		http_free(http);
	else
		*out = http;
	return rc;
}

void http_free(struct http *http)
{
	if (!http)
		return;
	curl_easy_cleanup(http->easy);
	curl_multi_cleanup(http->multi);
	free(http);
}

/* --- one request --- */

struct receive {
	struct http_answer *answer;
	size_t room;
	size_t max;
	int err;
};

static size_t receive(char *data, size_t size, size_t n, void *arg)
{
	struct receive *rx = arg;
	struct http_answer *a = rx->answer;
	char *body;

	n *= size;
	if (n > rx->max - a->len) {
		rx->err = -EMSGSIZE;
		return CURL_WRITEFUNC_ERROR;
	}
	while (rx->room <= a->len + n) {
		body = realloc(a->body, rx->room * 2);
		if (!body) {
			rx->err = -ENOMEM;
			return CURL_WRITEFUNC_ERROR;
		}
		a->body = body;
		rx->room *= 2;
	}
	memcpy(a->body + a->len, data, n);
	a->len += n;
	a->body[a->len] = '\0';
	return n;
}

/* curl_easy_perform() with a cancellation that never waits for the network. */
static CURLcode perform(struct http *http, const struct retry *r, int *cancelled)
{
	CURLcode code = CURLE_OUT_OF_MEMORY;
	CURLMsg *message;
	int running = 1, left;

	if (curl_multi_add_handle(http->multi, http->easy))
		return code;
	while (running) {
		*cancelled = retry_cancelled(r);
		if (*cancelled || curl_multi_perform(http->multi, &running))
			break;
		if (running && curl_multi_poll(http->multi, NULL, 0, SLICE_MS, NULL))
			break;
	}
	message = curl_multi_info_read(http->multi, &left);
	if (message && message->msg == CURLMSG_DONE)
		code = message->data.result;
	curl_multi_remove_handle(http->multi, http->easy);
	return code;
}

static int map_error(CURLcode code)
{
	switch (code) {
	case CURLE_OPERATION_TIMEDOUT:
		return -ETIMEDOUT;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
	case CURLE_SSL_ISSUER_ERROR:
		return -ECONNABORTED;
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_URL_MALFORMAT:
		return -EINVAL;
	case CURLE_OUT_OF_MEMORY:
		return -ENOMEM;
#if LIBCURL_VERSION_NUM >= 0x080600	/* Debian 12 has 7.88 */
	case CURLE_TOO_LARGE:
		return -EMSGSIZE;
#endif
	case CURLE_UNSUPPORTED_PROTOCOL:	/* of the answer: HTTP/0.9 */
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_BAD_CONTENT_ENCODING:
		return -EPROTO;
	default:
		return -EHOSTUNREACH;
	}
}

static CURLcode set_request(struct http *http, const char *url, const char *post,
			    const char *bearer, const struct retry *r, struct receive *rx,
			    struct curl_slist *headers)
{
	unsigned int left = retry_left(r);
	CURL *easy = http->easy;
	CURLcode rc;

	rc = curl_easy_setopt(easy, CURLOPT_URL, url);
	if (!rc)
		rc = curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
	if (!rc && post)
		rc = curl_easy_setopt(easy, CURLOPT_POSTFIELDS, post);
	if (!rc)
		rc = curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
	if (!rc)
		rc = curl_easy_setopt(easy, CURLOPT_HTTPAUTH,
				      bearer ? (long)CURLAUTH_BEARER : (long)CURLAUTH_NONE);
	if (!rc)
		rc = curl_easy_setopt(easy, CURLOPT_XOAUTH2_BEARER, bearer);
	if (!rc)	/* 0 would be for ever */
		rc = curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS,
				      (long)(left < http->timeout_ms ? left + 1 :
					     http->timeout_ms));
	if (!rc)
		rc = curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, receive);
	if (!rc)
		rc = curl_easy_setopt(easy, CURLOPT_WRITEDATA, rx);
	return rc;
}

static void read_answer(CURL *easy, struct http_answer *answer)
{
	curl_off_t seconds = 0;

	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &answer->status);
	if (!curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &seconds) && seconds > 0)
		answer->retry_after_ms = seconds < 86400 ? (unsigned int)seconds * 1000 :
					 86400 * 1000;
}

int http_request(struct tsm_ctx *ctx, struct http *http, const char *url, const char *post,
		 const char *bearer, const struct retry *r, struct http_answer *answer)
{
	struct receive rx = { .answer = answer, .room = 4096, .max = http->max_size };
	struct curl_slist *headers = NULL;
	int cancelled = 0, rc = 0;
	CURLcode code;

	*answer = (struct http_answer){ .body = calloc(1, rx.room) };
	headers = curl_slist_append(NULL, post ? "Content-Type: application/json" : "Expect:");
	if (!answer->body || !headers || (post && !curl_slist_append(headers, "Expect:"))) {
		rc = kbs_fail_memory(ctx);
		goto out;
	}
	*http->error = '\0';
	code = set_request(http, url, post, bearer, r, &rx, headers);
	if (!code)
		code = perform(http, r, &cancelled);
	if (cancelled) {
		rc = kbs_fail(ctx, -EINTR, "KBS: cancelled while talking to %s", url);
	} else if (rx.err == -EMSGSIZE) {
		rc = kbs_fail(ctx, rx.err,
			      "KBS: the answer from %s is longer than the %zu bytes that it may have",
			      url, http->max_size);
	} else if (rx.err) {
		rc = kbs_fail_memory(ctx);
	} else if (code) {
		rc = kbs_fail(ctx, map_error(code), "KBS: %s: %s", url,
			      *http->error ? http->error : curl_easy_strerror(code));
	} else {
		read_answer(http->easy, answer);
	}
out:
	/* nothing of this request is to be found by the next */
	curl_easy_setopt(http->easy, CURLOPT_HTTPHEADER, (struct curl_slist *)NULL);
	curl_slist_free_all(headers);
	if (rc)
		http_answer_free(answer);
	return rc;
}

void http_answer_free(struct http_answer *answer)
{
	free(answer->body);
	*answer = (struct http_answer){ 0 };
}

int http_keep_cookies(struct http *http, const char *name)
{
	size_t i, len, at = 0, name_len = strlen(name);
	char cookies[COOKIES_MAX] = "";
	struct curl_header *header;
	bool named = false;

	for (i = 0; !curl_easy_header(http->easy, "Set-Cookie", i, CURLH_HEADER, -1, &header); i++) {
		len = strcspn(header->value, ";");
		if (!len || strspn(header->value, COOKIE_BYTES) != len ||
		    at + len + 2 >= sizeof(cookies))
			continue;
		at += (size_t)snprintf(cookies + at, sizeof(cookies) - at, "%s%.*s",
				       at ? "; " : "", (int)len, header->value);
		named |= !strncmp(header->value, name, name_len) && header->value[name_len] == '=';
	}
	if (!named)
		return -ENODATA;
	return curl_easy_setopt(http->easy, CURLOPT_COOKIE, cookies) ? -ENOMEM : 0;
}

void http_forget_cookies(struct http *http)
{
	curl_easy_setopt(http->easy, CURLOPT_COOKIE, (char *)NULL);
}
