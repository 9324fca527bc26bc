/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests inside the realm ask of a token: that it is whole and carries
 * the challenge. Signatures and claims are checked outside, by check-token.
 */
#ifndef TOKEN_H
#define TOKEN_H

#include <stdbool.h>
#include <string.h>
#include <sys/types.h>

#define CHALLENGE_SIZE	64
#define TOKEN_MAX	(64 * 1024)

static inline void challenge_fill(__u8 *challenge, __u8 seed)
{
	for (int i = 0; i < CHALLENGE_SIZE; i++)
		challenge[i] = seed + 3 * i;
}

/* The size of the CBOR item at the start of data; 0 if it is not whole, or of indefinite length. */
static inline size_t cbor_size(const __u8 *data, size_t size, int depth)
{
	unsigned int major, info;
	size_t at = 1, items;
	__u64 argument;

	if (!size || depth > 16)
		return 0;
	major = data[0] >> 5;
	info = data[0] & 31;
	argument = info;
	if (info >= 24) {
		if (info > 27 || size - at < 1U << (info - 24))
			return 0;
		argument = 0;
		for (int i = 0; i < 1 << (info - 24); i++)
			argument = argument << 8 | data[at++];
	}
	if (major == 2 || major == 3)
		return argument > size - at ? 0 : at + argument;
	if (major < 2 || major == 7)
		return at;

	/* 4, 5, 6: arrays, maps, tags */
	if (argument > size && major != 6)
		return 0;
	items = major == 4 ? argument : major == 5 ? 2 * argument : 1;
	while (items--) {
		size_t inner = cbor_size(data + at, size - at, depth + 1);

		if (!inner)
			return 0;
		at += inner;
	}

	return at;
}

/* One of the two wrappers (tags 399 and 907), and not a byte more or less than it. */
static inline bool token_is_whole(const void *token, size_t size)
{
	const __u8 *byte = token;

	return size > 3 && byte[0] == 0xd9 &&
	       (byte[1] << 8 | byte[2]) == (byte[1] == 1 ? 399 : 907) &&
	       cbor_size(token, size, 0) == size;
}

/* Claim 10 of 64 bytes. Only the realm's half of a token has one of that length. */
static inline bool token_has_challenge(const void *token, size_t size, const __u8 *challenge)
{
	__u8 claim[3 + CHALLENGE_SIZE] = { 0x0a, 0x58, CHALLENGE_SIZE };

	memcpy(&claim[3], challenge, CHALLENGE_SIZE);

	return memmem(token, size, claim, sizeof(claim));
}

#endif /* TOKEN_H */
