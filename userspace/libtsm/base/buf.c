// SPDX-License-Identifier: LGPL-2.1-or-later
/* How a buffer grows. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

int buf_grow(struct buf *b)
{
	size_t room = b->room ? b->room * 2 : 4096;
	uint8_t *data;

	if (b->len < b->room)
		return 0;
	data = room > b->room ? realloc(b->data, room) : NULL;
	if (!data)
		return -ENOMEM;
	b->data = data;
	b->room = room;
	return 0;
}

int buf_append(struct buf *b, const struct bytes *more)
{
	size_t room = b->room ? b->room : 4096;
	uint8_t *data = b->data;

	while (room - b->len < more->len && room <= SIZE_MAX / 2)
		room *= 2;
	if (room - b->len < more->len)
		return -ENOMEM;
	if (room > b->room)
		data = realloc(b->data, room);
	if (!data)
		return -ENOMEM;
	if (more->len)
		memcpy(data + b->len, more->data, more->len);
	b->data = data;
	b->len += more->len;
	b->room = room;
	return 0;
}

void buf_free(struct buf *b)
{
	free(b->data);
	*b = (struct buf){ 0 };
}
