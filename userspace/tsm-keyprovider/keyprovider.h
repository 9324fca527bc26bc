/* SPDX-License-Identifier: GPL-2.0-only */
/* What all parts share: exit statuses, errors, bytes that are wiped. */
#ifndef KEYPROVIDER_H
#define KEYPROVIDER_H

#include <stddef.h>
#include <stdint.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#define KEK_SIZE	32	/* of A256GCM and A256CTR */

/* Exit statuses; --help says the same in words. */
enum status {
	STATUS_OK = 0,
	STATUS_FAILED = 1,
	STATUS_USAGE = 2,
	STATUS_BAD_INPUT = 3,
	STATUS_NO_KEY = 4,
	STATUS_WRONG_KEY = 5,
};

/*
 * One line on stderr, and in --log's file: most callers of key providers throw stderr
 * away. Returns @status.
 */
enum status fail(enum status status, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Bytes that are wiped when they are freed. All zeros is none. */
struct bytes {
	uint8_t *data;
	size_t len;
};

/* STATUS_OK or STATUS_FAILED, without memory. */
enum status bytes_alloc(struct bytes *b, size_t len);
void bytes_free(struct bytes *b);

#endif
