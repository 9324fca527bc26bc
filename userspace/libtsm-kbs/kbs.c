// SPDX-License-Identifier: LGPL-2.1-or-later
/* The client: when to attest, and how a resource is got. <tsm/kbs.h> */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "fail.h"
#include "http.h"
#include "jwe.h"
#include "base/opts.h"
#include "rcar.h"
#include "secret.h"
#include "uri.h"

#define TIMEOUT_MS	60000
#define BEARER_MAX	8192	/* what servers and proxies take as a header, by default */

struct tsm_kbs {
	char *url;		/* without a slash at the end */
	char *host;
	struct tsm_kbs_opts opts;
	char *report_dir;	/* what the options point to */
	char *initdata;
	void *eventlog;
	struct http *http;
	struct session session;	/* token NULL: none */
};

struct tsm_kbs_resource {
	struct secret content;
};

/* --- the client --- */

static int check_opts(struct tsm_ctx *ctx, const struct tsm_kbs_opts *o)
{
	if (o->flags & ~TSM_KBS_PLAIN_HTTP)
		return kbs_fail(ctx, -EINVAL, "KBS: a flag that this libtsm-kbs does not know");
	if (o->key > TSM_KBS_KEY_RSA)
		return kbs_fail(ctx, -EINVAL,
				"KBS: a kind of key that this libtsm-kbs does not know");
	if (o->ca_file && o->pin_file)
		return kbs_fail(ctx, -EINVAL, "KBS: give CAs or a certificate to pin, not both");
	if (!o->eventlog != !o->eventlog_len)
		return kbs_fail(ctx, -EINVAL, "KBS: an event log needs data and a length");
	return 0;
}

static bool keep_text(const char **option, char **kept)
{
	*kept = *option ? strdup(*option) : NULL;
	if (*option && !*kept)
		return false;
	*option = *kept;
	return true;
}

/* What the caller may free after the call. */
static bool keep_opts(struct tsm_kbs *kbs)
{
	struct tsm_kbs_opts *o = &kbs->opts;

	o->ca_file = NULL;	/* the http has these */
	o->pin_file = NULL;
	o->proxy = NULL;
	if (o->eventlog) {
		kbs->eventlog = malloc(o->eventlog_len);
		if (!kbs->eventlog)
			return false;
		o->eventlog = memcpy(kbs->eventlog, o->eventlog, o->eventlog_len);
	}
	return keep_text(&o->report_dir, &kbs->report_dir) &&
	       keep_text(&o->initdata, &kbs->initdata);
}

static bool keep_url(struct tsm_kbs *kbs, const char *url)
{
	size_t len = strlen(url);

	while (len && url[len - 1] == '/')
		len--;
	kbs->url = strndup(url, len);
	kbs->host = http_url_host(url);
	return kbs->url && kbs->host;
}

int tsm_kbs_new(struct tsm_ctx *ctx, const char *url, const struct tsm_kbs_opts *opts,
		struct tsm_kbs **out)
{
	struct tsm_kbs *kbs;
	struct tsm_kbs_opts o;
	int rc;

	if (!ctx)
		return -EINVAL;
	if (!url || !out || opts_copy(&o, sizeof(o), opts))
		return kbs_fail(ctx, -EINVAL,
				"KBS: wrong use of the library: no URL, nowhere to put the client, or options without their size");
	rc = check_opts(ctx, &o);
	if (!rc)
		rc = http_check_url(ctx, url, o.flags & TSM_KBS_PLAIN_HTTP);
	if (rc)
		return rc;

	kbs = calloc(1, sizeof(*kbs));
	if (!kbs)
		return kbs_fail_memory(ctx);
	kbs->opts = o;
	rc = http_new(ctx, &o, &kbs->http);
	if (!rc && (!keep_opts(kbs) || !keep_url(kbs, url)))
		rc = kbs_fail_memory(ctx);
	if (rc)
		tsm_kbs_free(&kbs);
	else
		*out = kbs;
	return rc;
}

void tsm_kbs_free(struct tsm_kbs **kbs)
{
	if (!kbs || !*kbs)
		return;
	session_free(&(*kbs)->session);
	http_free((*kbs)->http);
	free((*kbs)->eventlog);
	free((*kbs)->initdata);
	free((*kbs)->report_dir);
	free((*kbs)->host);
	free((*kbs)->url);
	free(*kbs);
	*kbs = NULL;
}

const char *tsm_kbs_token(const struct tsm_kbs *kbs)
{
	return kbs ? kbs->session.token : NULL;
}

/* --- sessions --- */

static void begin(const struct tsm_kbs *kbs, struct retry *r)
{
	retry_begin(r, kbs->opts.timeout_ms ? kbs->opts.timeout_ms : TIMEOUT_MS,
		    kbs->opts.cancel, kbs->opts.cancel_data);
}

static int attest(struct tsm_ctx *ctx, struct tsm_kbs *kbs, struct retry *r)
{
	unsigned int least_ms;
	int rc;

	session_free(&kbs->session);
	/* anew from the start: a challenge may not outlive what went wrong */
	do {
		if (retry_cancelled(r))
			return kbs_fail(ctx, -EINTR, "KBS: cancelled");
		rc = rcar_attest(ctx, kbs->http, kbs->url, &kbs->opts, r, &kbs->session,
				 &least_ms);
		if (!rc)
			return 0;
		rc = retry_wait(ctx, r, rc, least_ms);
	} while (!rc);
	return rc;
}

int tsm_kbs_attest(struct tsm_ctx *ctx, struct tsm_kbs *kbs)
{
	struct retry r;

	if (!ctx)
		return -EINVAL;
	if (!kbs)
		return kbs_fail(ctx, -EINVAL, "KBS: wrong use of the library: no client");
	begin(kbs, &r);
	return attest(ctx, kbs, &r);
}

/* --- resources --- */

/*
 * Cookie and token go along: a KBS of several instances may know only the latter. A
 * token that init data made long goes nowhere: Trustee's server would cut the connection.
 */
static const char *bearer(const struct tsm_kbs *kbs)
{
	return strlen(kbs->session.token) <= BEARER_MAX ? kbs->session.token : NULL;
}

/* 0 with the answer of the KBS that gives the resource. */
static int ask(struct tsm_ctx *ctx, struct tsm_kbs *kbs, const char *url, struct retry *r,
	       struct http_answer *answer)
{
	unsigned int least_ms;
	int rc;

	do {
		rc = http_request(ctx, kbs->http, url, NULL, bearer(kbs), r, answer);
		if (!rc)
			rc = answer_check(ctx, ANSWER_RESOURCE, answer);
		if (!rc)
			return 0;
		least_ms = answer->retry_after_ms;
		http_answer_free(answer);
		rc = retry_wait(ctx, r, rc, least_ms);
	} while (!rc);
	return rc;
}

static int get(struct tsm_ctx *ctx, struct tsm_kbs *kbs, const char *url, struct secret *content)
{
	bool fresh = !kbs->session.token;
	struct http_answer answer = { 0 };
	struct retry r;
	int rc = 0;

	begin(kbs, &r);
	if (fresh)
		rc = attest(ctx, kbs, &r);
	if (!rc)
		rc = ask(ctx, kbs, url, &r, &answer);
	/* a session may have ended; one that was just made cannot */
	if (rc == -EKEYREJECTED && !fresh) {
		kbs_say(ctx, TSM_LOG_DEBUG, "%s; attesting anew", tsm_error(ctx));
		rc = attest(ctx, kbs, &r);
		if (!rc)
			rc = ask(ctx, kbs, url, &r, &answer);
	}
	if (!rc)
		rc = jwe_open(ctx, answer.body, answer.len, kbs->session.key, content);
	http_answer_free(&answer);
	return rc;
}

int tsm_kbs_resource_new(struct tsm_ctx *ctx, struct tsm_kbs *kbs, const char *uri,
			 struct tsm_kbs_resource **out)
{
	struct tsm_kbs_resource *resource;
	char *path = NULL, *url = NULL;
	int rc;

	if (!ctx)
		return -EINVAL;
	if (!kbs || !uri || !out)
		return kbs_fail(ctx, -EINVAL,
				"KBS: wrong use of the library: no client, no URI, or nowhere to put the resource");
	rc = uri_path(ctx, uri, kbs->host, &path);
	if (rc)
		return rc;
	resource = calloc(1, sizeof(*resource));
	if (!resource || asprintf(&url, "%s/kbs/v0/%s", kbs->url, path) < 0)
		rc = kbs_fail_memory(ctx);
	else
		rc = get(ctx, kbs, url, &resource->content);
	if (rc)
		tsm_kbs_resource_free(&resource);
	else
		*out = resource;
	free(url);
	free(path);
	return rc;
}

void tsm_kbs_resource_free(struct tsm_kbs_resource **resource)
{
	if (!resource || !*resource)
		return;
	secret_free(&(*resource)->content);
	free(*resource);
	*resource = NULL;
}

const uint8_t *tsm_kbs_resource_data(const struct tsm_kbs_resource *resource, size_t *len)
{
	if (len)
		*len = resource ? resource->content.len : 0;
	return resource ? resource->content.data : NULL;
}
