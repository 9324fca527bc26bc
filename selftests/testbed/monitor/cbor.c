// SPDX-License-Identifier: GPL-2.0-only
/* Writing CBOR. */
#include <string.h>

#include "cbor.h"

enum major { UINT, NEGATIVE, BYTES, TEXT, ARRAY, MAP, TAG };

static void append(struct cbor *out, const void *data, size_t size)
{
	if (size && out->size <= out->capacity && size <= out->capacity - out->size)
		memcpy(out->data + out->size, data, size);
	out->size += size;
}

/* RFC 8949, 3: a major type, and an argument in as few bytes as hold it. */
static void head(struct cbor *out, enum major major, u64 value)
{
	u8 bytes[9];
	unsigned int width = 0, code = value;

	if (value >= 24) {
		code = 24;
		for (width = 1; width < 8 && value >> 8 * width; width *= 2)
			code++;
	}

	bytes[0] = major << 5 | code;
	for (unsigned int i = 0; i < width; i++)
		bytes[1 + i] = value >> 8 * (width - 1 - i);
	append(out, bytes, 1 + width);
}

void cbor_uint(struct cbor *out, u64 value)
{
	head(out, UINT, value);
}

void cbor_negative(struct cbor *out, u64 value)
{
	head(out, NEGATIVE, value - 1);
}

void cbor_bytes_head(struct cbor *out, u64 size)
{
	head(out, BYTES, size);
}

void cbor_bytes(struct cbor *out, const void *data, size_t size)
{
	head(out, BYTES, size);
	append(out, data, size);
}

void cbor_text(struct cbor *out, const char *text)
{
	head(out, TEXT, strlen(text));
	append(out, text, strlen(text));
}

void cbor_array(struct cbor *out, u64 count)
{
	head(out, ARRAY, count);
}

void cbor_map(struct cbor *out, u64 count)
{
	head(out, MAP, count);
}

void cbor_tag(struct cbor *out, u64 tag)
{
	head(out, TAG, tag);
}
