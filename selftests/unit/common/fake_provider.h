/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FAKE_PROVIDER_H
#define FAKE_PROVIDER_H

#include <stddef.h>
#include <stdint.h>

/*
 * For fake_make_report: a real token around the challenge. The environment's
 * FAKE_TOKEN, words, makes it another one:
 *	"other challenge", "cut", "forged"	not as it should be
 *	"907", "legacy", "2024", "sha512"	the wrapper, the realm's profile, its hash
 * and FAKE_RPV and FAKE_REMS (all four), in hex, are its claims of that name.
 */
size_t fake_token(const uint8_t *challenge, size_t len, uint8_t *out);

#endif
