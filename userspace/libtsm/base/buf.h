/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bytes: borrowed, and growing. */
#ifndef LIBTSM_BUF_H
#define LIBTSM_BUF_H

#include <stddef.h>
#include <stdint.h>

/* Bytes that somebody else owns. */
struct bytes {
	const uint8_t *data;
	size_t len;
};

/* Bytes that grow. All zeros is an empty one. */
struct buf {
	uint8_t *data;
	size_t len;
	size_t room;
};

/* Make room for at least one byte more, doubling. 0 or -ENOMEM, @b unchanged. */
int buf_grow(struct buf *b);

/* 0 or -ENOMEM, @b unchanged. */
int buf_append(struct buf *b, const struct bytes *more);

void buf_free(struct buf *b);

#endif
