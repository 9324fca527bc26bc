/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The only interface to libcurl: one request and its answer at a time. Redirections are not
 * followed, bodies not decompressed; cookies last until they are forgotten.
 */
#ifndef LIBTSM_KBS_HTTP_H
#define LIBTSM_KBS_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include <tsm/kbs.h>

#include "retry.h"

struct http;

struct http_answer {
	long status;
	char *body;		/* malloced, ends with a NUL that is not counted; never NULL */
	size_t len;
	unsigned int retry_after_ms;	/* 0: not said */
};

/* Is it a URL that a KBS may have? 0, -EINVAL, -ENOMEM. */
int http_check_url(struct tsm_ctx *ctx, const char *url, bool plain_allowed);

/* HOST or HOST:PORT of a good URL, malloced; NULL without memory. */
char *http_url_host(const char *url);

/* 0 or as tsm_kbs_new(). */
int http_new(struct tsm_ctx *ctx, const struct tsm_kbs_opts *opts, struct http **out);
void http_free(struct http *http);

/*
 * GET, or POST of JSON where there is a @post. @bearer: a token to send along, or NULL.
 * 0 with whatever answer, to be freed; else -EHOSTUNREACH, -ETIMEDOUT, -ECONNABORTED,
 * -EPROTO, -EMSGSIZE, -EINTR, -EINVAL, -ENOMEM.
 */
int http_request(struct tsm_ctx *ctx, struct http *http, const char *url, const char *post,
		 const char *bearer, const struct retry *r, struct http_answer *answer);
void http_answer_free(struct http_answer *answer);

/*
 * Did the last answer set this cookie? Then all that it set are sent from now on, to
 * the KBS alone, whatever is said of them: where, and until when by the realm's clock,
 * which is the host's to set. 0, -ENODATA, -ENOMEM.
 */
int http_keep_cookies(struct http *http, const char *name);
void http_forget_cookies(struct http *http);

#endif
