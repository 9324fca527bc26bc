/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Items of CBOR, checked as a whole before one is read. */
#ifndef LIBTSM_CBOR_H
#define LIBTSM_CBOR_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/ctx.h"

/*
 * CBOR (RFC 8949) from hostile hands: checked as a whole first, then read in
 * place. Nothing is allocated for it, so no header's claim can cost memory.
 *
 * Accepted is one data item that fills the buffer, with definite lengths, keys
 * that are numbers or strings and not repeated in their map, text in UTF-8, at most
 * CBOR_MAX_ITEMS items and CBOR_MAX_DEPTH levels. Heads may have any length, as
 * RFC 9783 section 5.1.1 demands of a verifier: encoders may be constrained.
 */
#define CBOR_MAX_ITEMS	4096
#define CBOR_MAX_DEPTH	16
#define CBOR_MAX_KEYS	512	/* of all maps that are open at one point */

enum cbor_kind {
	CBOR_UINT,
	CBOR_NINT,	/* its value is -1 - arg */
	CBOR_BYTES,
	CBOR_TEXT,
	CBOR_ARRAY,
	CBOR_MAP,
	CBOR_TAG,
	CBOR_SIMPLE,	/* false, true, null, undefined, floats */
};

/* A data item, borrowed from the buffer. */
struct cbor_item {
	enum cbor_kind kind;
	uint64_t arg;		/* number, length, entries (pairs in a map), tag */
	struct bytes content;	/* of a string; the items inside an array, map or tag */
	struct bytes raw;	/* the whole as encoded */
};

/* Data items one after the other. */
struct cbor_iter {
	const uint8_t *pos;
	const uint8_t *end;
};

/*
 * 0 if @in is acceptable, and @item is what it holds; else -EBADMSG or -EMSGSIZE,
 * and the error text says which byte of which @piece of @what is at fault.
 */
int cbor_open(struct tsm_ctx *ctx, const char *what, const char *piece, struct bytes in,
	      struct cbor_item *item);

/* What is inside an array, map or tag that cbor_open() accepted. */
struct cbor_iter cbor_inside(const struct cbor_item *item);

/* The next item, if there is one. */
bool cbor_next(struct cbor_iter *iter, struct cbor_item *item);

/* Have these two keys, numbers or strings, one value? */
bool cbor_same_key(const struct cbor_item *a, const struct cbor_item *b);

/* Does it hold an integer that fits? */
bool cbor_int(const struct cbor_item *item, int64_t *value);

/* In a map, the value of an integer key. */
bool cbor_find(const struct cbor_item *map, int64_t key, struct cbor_item *value);

#endif
