/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writing CBOR (RFC 8949), shortest heads and definite lengths only. What does not
 * fit is not written but counted: size > capacity at the end says so.
 */
#ifndef CBOR_H
#define CBOR_H

#include "types.h"

struct cbor {
	u8 *data;
	size_t size, capacity;
};

void cbor_uint(struct cbor *out, u64 value);
void cbor_negative(struct cbor *out, u64 value);	/* -value */
void cbor_bytes(struct cbor *out, const void *data, size_t size);
void cbor_text(struct cbor *out, const char *text);
void cbor_array(struct cbor *out, u64 count);
void cbor_map(struct cbor *out, u64 count);
void cbor_tag(struct cbor *out, u64 tag);

/* The head of a byte string whose content the caller appends. */
void cbor_bytes_head(struct cbor *out, u64 size);

#endif
