// SPDX-License-Identifier: LGPL-2.1-or-later
/* Does this library know all that a caller's option struct asks for? */
#include <errno.h>
#include <string.h>

#include "base/opts.h"

int opts_copy(void *ours, size_t ours_size, const void *theirs)
{
	const unsigned char *tail = theirs;
	size_t size, i;

	memset(ours, 0, ours_size);
	if (!theirs)
		return 0;

	memcpy(&size, theirs, sizeof(size));
	if (size < sizeof(size))
		return -EINVAL;
	for (i = ours_size; i < size; i++)
		if (tail[i])
			return -EINVAL;
	memcpy(ours, theirs, size < ours_size ? size : ours_size);
	return 0;
}
