// SPDX-License-Identifier: LGPL-2.1-or-later
/* How a secret is kept out of swap and core dumps, and wiped. */
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "secret.h"

int secret_alloc(struct secret *s, size_t room)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	void *data;

	if (room > SIZE_MAX - page)
		return -ENOMEM;
	room = (room / page + 1) * page;
	data = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (data == MAP_FAILED)
		return -ENOMEM;
	/* both are additional protection: a kernel or limit without them stops nothing */
	madvise(data, room, MADV_DONTDUMP);
	(void)!mlock(data, room);
	*s = (struct secret){ .data = data, .room = room };
	return 0;
}

void secret_free(struct secret *s)
{
	if (s->data) {
		OPENSSL_cleanse(s->data, s->room);
		munmap(s->data, s->room);	/* unlocks, too */
	}
	*s = (struct secret){ 0 };
}
