/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SIGNED_REGIONS_H
#define SIGNED_REGIONS_H

#include <stddef.h>
#include <stdint.h>

#include <tsm/verify.h>

/* Where in a token is what is signed, and does each of its bits count? */

struct region {
	const char *name;
	uint8_t *data;
	size_t len;
	enum tsm_step step;
};

#define REGIONS	6

void find_regions(uint8_t *data, struct region *regions);
void flip_every_byte(uint8_t *data, size_t len, size_t stride, unsigned int bits);

#endif
