/* SPDX-License-Identifier: GPL-2.0-only */
/* JSON from outside. */
#ifndef JSON_H
#define JSON_H

#include <jansson.h>

#include "keyprovider.h"

/* STATUS_OK with NULL for what is no JSON; STATUS_FAILED without memory. */
enum status json_read(const struct bytes *text, size_t flags, json_t **out);

#endif
