/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON from outside. */
#ifndef LIBTSM_KBS_PARSE_H
#define LIBTSM_KBS_PARSE_H

#include <jansson.h>

/* JSON of others: 0, with NULL for what is none or has a member twice; -ENOMEM. */
int parse_json(const char *text, size_t len, json_t **out);

/* The same, in a JSON text in base64url. */
int parse_base64(const json_t *text, json_t **out);

#endif
