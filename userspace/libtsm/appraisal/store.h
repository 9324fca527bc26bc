/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * JSON files of trust anchors and reference values: bounded before anything is
 * allocated for them, and held against a description of their members.
 */
#ifndef LIBTSM_STORE_H
#define LIBTSM_STORE_H

#include <stdbool.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/ctx.h"

enum store_kind {
	STORE_HEX,	/* text of hex digits, either case */
	STORE_TEXT,
	STORE_HASH,	/* text that names a hash */
	STORE_ARRAY,
	STORE_ANY,
};

struct store_member {
	const char *name;
	enum store_kind kind;
	bool required;		/* else it may also be null, which is as if absent */
	size_t len[3];		/* bytes of HEX, entries of ARRAY; all zero: any */
};

/* The whole file; the caller decrefs *@root. */
int store_load(struct tsm_ctx *ctx, const char *what, struct bytes file, json_t **root);

/* Is @object one with these members, and no other? @where begins the error text. */
int store_check(struct tsm_ctx *ctx, const char *where, const json_t *object,
		const struct store_member *members);

/* A member, NULL if it is absent or null. */
const json_t *store_get(const json_t *object, const char *name);

/* Is it text of 2 * @len hex digits? */
bool store_is_hex(const json_t *value, size_t len);

/* Of a HEX member that was checked, into as many bytes as it has. */
void store_hex(const json_t *hex, uint8_t *out);

/* Is it, in hex, these bytes? */
bool store_equal(const json_t *hex, struct bytes bytes);

#endif
