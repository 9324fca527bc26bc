// SPDX-License-Identifier: GPL-2.0-only
/* How bytes are allocated, and wiped when they are freed. */
#include <stdlib.h>

#include <openssl/crypto.h>

#include "keyprovider.h"

enum status bytes_alloc(struct bytes *b, size_t len)
{
	b->data = malloc(len + 1);	/* a NUL's room, where it is text */
	if (!b->data)
		return fail(STATUS_FAILED, "out of memory");
	b->len = len;
	return STATUS_OK;
}

void bytes_free(struct bytes *b)
{
	if (b->data)
		OPENSSL_cleanse(b->data, b->len);
	free(b->data);
	*b = (struct bytes){ 0 };
}
