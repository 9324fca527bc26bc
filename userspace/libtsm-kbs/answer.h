/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a KBS did what a step of RCAR asked for. */
#ifndef LIBTSM_KBS_ANSWER_H
#define LIBTSM_KBS_ANSWER_H

#include <jansson.h>

#include "http.h"

/* The steps of RCAR, which a KBS may refuse. */
enum answer_step {
	ANSWER_AUTH,
	ANSWER_ATTEST,
	ANSWER_RESOURCE,
};

/* 0 for what the step wants; else the errno of the refusal, with the KBS's words. */
int answer_check(struct tsm_ctx *ctx, enum answer_step step, const struct http_answer *answer);

/* A JSON object, or -EPROTO. */
int answer_object(struct tsm_ctx *ctx, enum answer_step step, const struct http_answer *answer,
		  json_t **out);

#endif
