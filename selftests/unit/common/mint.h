/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MINT_H
#define MINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Mints CCA tokens, signed with keys made on the spot, right by default and
 * wrong in any way that a test asks for. Encodes CBOR by itself: nothing of the
 * library under test takes part.
 */

/* Bytes being put together; more than fit abort the test. */
struct enc {
	uint8_t data[16384];
	size_t len;
};

void enc_raw(struct enc *e, const void *data, size_t len);
void enc_hex(struct enc *e, const char *hex);	/* blanks are skipped */
/* Major types: 0 uint, 1 nint, 2 bytes, 3 text, 4 array, 5 map, 6 tag. */
void enc_head(struct enc *e, unsigned int major, uint64_t arg);
void enc_int(struct enc *e, int64_t value);
void enc_bytes(struct enc *e, const void *data, size_t len);
void enc_text(struct enc *e, const char *text);

/* Encoded claims, in order. */
struct claims {
	struct {
		uint8_t label[80];
		size_t label_len;
		uint8_t value[2048];
		size_t value_len;
	} entry[24];
	size_t n;
};

/* Replaces the claim, or adds it at the end; values as CBOR. */
void claim_set(struct claims *c, int64_t label, const struct enc *value);
void claim_set_hex(struct claims *c, int64_t label, const char *hex);
void claim_set_bytes(struct claims *c, int64_t label, uint8_t fill, size_t len);
void claim_set_text(struct claims *c, int64_t label, const char *text);
void claim_drop(struct claims *c, int64_t label);
/* Sets the claim to what @from has; false if they had the same already. */
bool claim_copy(struct claims *c, const struct claims *from, int64_t label);
/* Adds whatever else: label and value as hex of CBOR. */
void claim_add_hex(struct claims *c, const char *label, const char *value);

enum { REALM, PLATFORM };

struct part {
	struct claims claims;
	bool untagged;			/* no tag 18 */
	const char *protected_hex;	/* instead of {1: alg} */
	const char *unprotected_hex;	/* instead of {} */
	const char *cose_hex;		/* instead of the whole COSE_Sign1 */
	struct enc *payload;		/* instead of the encoded claims */
	int as_alg;			/* signed as this one has it, by the key of the token's */
	bool at_infinity;		/* a signature that verifying ends at infinity with */
};

struct mint {
	int wrapper;		/* 399, 907 */
	int alg;		/* -7, -35, -36 */
	const char *hash;	/* "sha-256", ... */
	const char *wrapper_hex; /* further entries of the wrapper's map, two items each */
	int wrapper_more;	/* how many */
	const char *cmw_type;	/* hex of a record's type; NULL: 263 */
	bool cmw_indicator;
	struct part part[2];
};

size_t hash_size(const char *hash);

/* The coordinates of a part's public key; returns their length, at most 66. */
size_t mint_public(int alg, int part, uint8_t *x, uint8_t *y);

/* A part's key, which stays the mint's. */
struct evp_pkey_st *mint_key(int alg, int part);

/* A right token; profile 0 (legacy), 2023, 2024 (realm only). */
void mint_init(struct mint *m, int wrapper, int realm_profile, int platform_profile,
	       const char *hash, int alg);
void mint_token(struct mint *m, struct enc *token);

/* A part alone, and claims without a signature. */
void mint_part(const struct mint *m, int part, struct enc *out);
void mint_claims(const struct claims *c, struct enc *out);

/* The platform's challenge, which is to be the whole of that hash of the RAK: @len bytes of it. */
void mint_bind(struct mint *m, const char *hash, size_t len);

#endif
