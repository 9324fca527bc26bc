/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a token has what the reference values ask for. */
#ifndef LIBTSM_POLICY_H
#define LIBTSM_POLICY_H

#include <stdbool.h>

#include <jansson.h>

#include "appraisal/verdict.h"

/* Is the platform's lifecycle secured? If not, it is judged so. */
bool policy_secured(const struct tsm_token *token, struct judgement *j);

/* Is the platform, is the realm, one of those that the entries describe? */
void policy_platform(const json_t *entries, const struct tsm_token *token, struct judgement *j);
void policy_realm(const json_t *entries, const struct tsm_token *token, struct judgement *j);

#endif
