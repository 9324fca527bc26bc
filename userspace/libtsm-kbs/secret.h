/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Memory that a secret may be in. */
#ifndef LIBTSM_KBS_SECRET_H
#define LIBTSM_KBS_SECRET_H

#include <stddef.h>
#include <stdint.h>

/*
 * Memory for a secret: pages of its own, not in core dumps, and not in swap as far as
 * RLIMIT_MEMLOCK allows (a realm's swap lies on the host's disk). All zeros is none.
 */
struct secret {
	uint8_t *data;
	size_t len;
	size_t room;
};

/* 0 or -ENOMEM. */
int secret_alloc(struct secret *s, size_t room);

/* Wipes it. */
void secret_free(struct secret *s);

#endif
