// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdlib.h>

#include "buf.h"

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

void buf_free(struct buf *b)
{
	free(b->data);
	*b = (struct buf){ 0 };
}
