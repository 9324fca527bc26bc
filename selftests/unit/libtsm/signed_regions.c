// SPDX-License-Identifier: GPL-2.0-only
/* What is signed in a token, and what a flipped bit in it leads to. */
#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>
#include <string.h>

#include <cmocka.h>

#include "array_size.h"
#include "relying_party.h"
#include "signed_regions.h"
#include "token_parts.h"

/* What is signed in a right token, and the signatures. */
void find_regions(uint8_t *data, struct region *regions)
{
	static struct taken t;
	int which;

	take_token(data, &t);
	for (which = REALM; which <= PLATFORM; which++) {
		const struct taken_part *part = &t.part[which];
		const struct { const char *name; struct slice slice; } of[] = {
			{ "protected header", part->protected }, { "payload", part->payload },
			{ "signature", part->signature },
		};

		for (size_t i = 0; i < ARRAY_SIZE(of); i++)
			*regions++ = (struct region){ of[i].name, data + (of[i].slice.data - data),
				of[i].slice.len, which == REALM ? TSM_STEP_REALM_SIGNATURE :
					TSM_STEP_PLATFORM_SIGNATURE };
	}
}

/*
 * A flipped bit in what is signed is a cross at that signature, or no right form.
 * @bits of each byte, or of one in @stride, a different one to begin with in each.
 */
void flip_every_byte(uint8_t *data, size_t len, size_t stride, unsigned int bits)
{
	struct region regions[REGIONS];
	unsigned int bit;
	size_t i, r;

	find_regions(data, regions);
	for (r = 0; r < REGIONS; r++) {
		for (i = 0; i < regions[r].len; i += stride) {
			for (bit = 0; bit < bits; bit++) {
				uint8_t flip = (uint8_t)(1 << (i + bit) % 8);

				regions[r].data[i] ^= flip;
				verify_bytes(data, len);
				regions[r].data[i] ^= flip;
				assert_int_equal(tsm_verify_verdict(v), TSM_VERDICT_INVALID);
				if (tsm_verify_step(v, TSM_STEP_FORM) != TSM_VERDICT_INVALID &&
				    tsm_verify_step(v, regions[r].step) != TSM_VERDICT_INVALID)
					fail_msg("%s, byte %zu: %s", regions[r].name, i,
						 tsm_verify_reason(v));
				/* a signature that is another has no other consequence */
				if (!strcmp(regions[r].name, "signature"))
					assert_int_equal(tsm_verify_step(v, TSM_STEP_FORM),
							 TSM_VERDICT_VALID);
			}
		}
	}
	verify_bytes(data, len);
	assert_int_equal(tsm_verify_verdict(v), TSM_VERDICT_VALID);
}
