/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON in the one form that is hashed. */
#ifndef LIBTSM_KBS_JCS_H
#define LIBTSM_KBS_JCS_H

#include <jansson.h>

/*
 * JSON Canonicalization Scheme (RFC 8785), malloced, for what RCAR hashes: strings and
 * names of printable ASCII, integers that a double holds. 0, -ENOMEM, -EDOM for
 * values beyond, whose canonical form jansson does not write.
 */
int jcs_dump(json_t *value, char **text);

#endif
