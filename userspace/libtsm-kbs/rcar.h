/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The handshake by which a KBS comes to trust a realm. */
#ifndef LIBTSM_KBS_RCAR_H
#define LIBTSM_KBS_RCAR_H

#include "http.h"
#include "teekey.h"

/* What a handshake ends in, besides the cookie that the http keeps. */
struct session {
	struct teekey *key;
	char *token;
};

/*
 * Request, Challenge, Attestation, Response (protocol 0.4.0), once. @answer_ms: how
 * long the KBS asked to be left alone, if it did. 0 or an errno of <tsm/kbs.h>.
 */
int rcar_attest(struct tsm_ctx *ctx, struct http *http, const char *url,
		const struct tsm_kbs_opts *opts, const struct retry *r, struct session *session,
		unsigned int *least_ms);

void session_free(struct session *session);

#endif
