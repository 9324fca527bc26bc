/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LOGS_H
#define LOGS_H

#include "mint.h"

/*
 * Writes event logs, and replays them in its own way: what a realm would have in
 * its registers. Nothing of the library under test takes part.
 */

enum { SHA1 = 0x04, SHA256 = 0x0b, SHA384 = 0x0c, SHA512 = 0x0d, SM3 = 0x12 };

#define EV_NO_ACTION	3
#define EV_EVENT_TAG	6

struct log {
	struct enc bytes;
	int alg;		/* of the registers */
	uint8_t rem[5][64];	/* by register number; 0 is not used */
};

size_t alg_size(int alg);

void put_le(struct enc *e, uint32_t value, int len);

/* Begin with a header for these hashes (0 ends the list), the first being the registers'. */
void log_begin(struct log *log, int alg, ...);

/* A record with a digest of the registers' hash (NULL: none), extended unless NO_ACTION. */
void log_record(struct log *log, uint32_t reg, uint32_t type, const uint8_t *digest,
		const void *event, size_t len);

/* An AAEL event for this text, tag and length included. */
void aael(struct enc *event, const char *text);

/* An AAEL record, right in all. */
void log_aael(struct log *log, uint32_t reg, const char *text);

/* A bare digest of 0x11.. bytes, as the kernel logs one. */
void log_bare(struct log *log, uint32_t reg, uint8_t fill);

/* An extension that leaves no record. */
void log_unlogged(struct log *log, uint32_t reg);

/* The record that says where a register began; sets it so. */
void log_init(struct log *log, uint32_t reg, const char *hash, uint8_t fill);

#endif
