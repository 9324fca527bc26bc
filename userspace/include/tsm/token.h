/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef TSM_TOKEN_H
#define TSM_TOKEN_H

#include <tsm/tsm.h>

/*
 * Read an Arm CCA attestation token (RMM specification DEN0137, chapter A7;
 * draft-ffm-rats-cca-token). Works on any machine.
 *
 * Decoding is NOT verification: every value here is only what the token says,
 * no signature has been looked at.
 *
 * A token is two signed maps of claims, the platform's and the realm's, in an
 * unsigned wrapper. Both wrappers (tags 399 and 907) and, in any combination,
 * the legacy, 2023 and 2024 profiles are read, by what is found.
 *
 * Rules, the same at every level (wrapper, COSE_Sign1, claims, COSE_Key):
 *
 * - indefinite lengths, repeated keys in a map, keys that are neither number nor
 *   string, bytes after the end, text that is not UTF-8: refused. The order of
 *   keys in a map is free, as emitters differ in it, and so is the length of an
 *   integer's or a length's own encoding: constrained emitters fix it, and
 *   RFC 9783 section 5.1.1 demands that verifiers bear with that;
 * - labels of claims are numbers of 64 bits, signed, or text without NUL;
 * - bounds, checked before anything is allocated: TSM_TOKEN_MAX bytes, 4096
 *   items, nesting of 16, 512 keys in the maps around one place;
 * - mandatory claims must be there, and claims of the specification must have
 *   its type and length; the RIM and REMs that of the realm's hash;
 * - claims outside the specification are kept and listed, their name is NULL:
 *   never to be trusted;
 * - wrapper: exactly the two tokens, in 907 also the collection's type
 *   ("__cmwc_t", not looked at);
 * - COSE_Sign1, tagged 18 or not, payload inside, alg among the protected
 *   headers only; a "crit" header is refused. An unknown alg is read.
 *
 * Errors of tsm_token_new():
 *
 *   -EBADMSG		malformed; tsm_error() names the claim or the byte at fault
 *   -EPROTONOSUPPORT	a wrapper, profile, hash or critical header that this
 *			libtsm does not know
 *   -EMSGSIZE		above one of the bounds
 *   -EINVAL		the arguments
 *   -ENOMEM		out of memory
 */

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

#define TSM_TOKEN_MAX	(1024 * 1024)	/* bytes */

struct tsm_token;
struct tsm_claim;

enum tsm_token_part {
	TSM_TOKEN_REALM = 0,
	TSM_TOKEN_PLATFORM = 1,
};

/* Labels of claims. */
enum tsm_label {
	/* in both parts */
	TSM_LABEL_CHALLENGE = 10,		/* platform: hash of the RAK */
	TSM_LABEL_INSTANCE_ID = 256,
	TSM_LABEL_PROFILE = 265,
	/* realm */
	TSM_LABEL_RPV = 44235,
	TSM_LABEL_HASH = 44236,
	TSM_LABEL_RAK = 44237,
	TSM_LABEL_RIM = 44238,
	TSM_LABEL_REMS = 44239,
	TSM_LABEL_RAK_HASH = 44240,
	TSM_LABEL_MEC_POLICY = 44243,
	/* platform */
	TSM_LABEL_LIFECYCLE = 2395,
	TSM_LABEL_IMPLEMENTATION_ID = 2396,
	TSM_LABEL_SW_COMPONENTS = 2399,
	TSM_LABEL_VERIFICATION_SERVICE = 2400,
	TSM_LABEL_CONFIG = 2401,
	TSM_LABEL_PLATFORM_HASH = 2402,
};

enum tsm_claim_type {
	TSM_CLAIM_NONE = 0,	/* no claim */
	TSM_CLAIM_INT = 1,	/* tsm_claim_int() */
	TSM_CLAIM_BYTES = 2,	/* tsm_claim_bytes() */
	TSM_CLAIM_TEXT = 3,	/* tsm_claim_text() */
	TSM_CLAIM_ARRAY = 4,	/* tsm_claim_child() */
	TSM_CLAIM_MAP = 5,	/* tsm_claim_child() */
	TSM_CLAIM_OTHER = 6,	/* CBOR of some other kind: tsm_claim_bytes() is its encoding */
};

/**
 * tsm_token_new() - decode a token
 * @ctx: the context
 * @data: the token, as the kernel or a file gave it
 * @len: its length in bytes
 * @out: receives the token, which keeps a copy of @data
 *
 * Return: 0 or an error of the list above.
 */
int tsm_token_new(struct tsm_ctx *ctx, const void *data, size_t len, struct tsm_token **out);

void tsm_token_free(struct tsm_token **token);

/* The wrapper's tag: 399 or 907. */
int tsm_token_wrapper(const struct tsm_token *token);

/* The part as it was signed: its COSE_Sign1, for another wrapper around it. */
const uint8_t *tsm_token_part(const struct tsm_token *token, enum tsm_token_part part,
			      size_t *len);

/* The part's signature algorithm, a COSE number: ES256 -7, ES384 -35, ES512 -36. */
int64_t tsm_token_alg(const struct tsm_token *token, enum tsm_token_part part);

/* The hash that the realm is measured with (claim 44236). */
enum tsm_hash tsm_token_hash(const struct tsm_token *token);

/* The realm's challenge (claim 10): 64 bytes. */
const uint8_t *tsm_token_challenge(const struct tsm_token *token, size_t *len);

/* The realm's initial measurement (claim 44238): as long as its hash. */
const uint8_t *tsm_token_rim(const struct tsm_token *token, size_t *len);

/* Extensible measurement @n, 0 to 3, of claim 44239: as long as the realm's hash. */
const uint8_t *tsm_token_rem(const struct tsm_token *token, unsigned int n, size_t *len);

/* The claim with this label, NULL if the part has none. */
const struct tsm_claim *tsm_token_find(const struct tsm_token *token, enum tsm_token_part part,
				       int64_t label);

/* The part's first claim; they come in the token's own order. */
const struct tsm_claim *tsm_token_claims(const struct tsm_token *token,
					 enum tsm_token_part part);

/* The claim after this one in the same part, array or map; NULL after the last. */
const struct tsm_claim *tsm_claim_next(const struct tsm_claim *claim);

/*
 * The first entry of an array or map, NULL if it is empty or neither. A RAK that
 * is a COSE_Key (44237, of type bytes) has the key's parameters as its entries.
 */
const struct tsm_claim *tsm_claim_child(const struct tsm_claim *claim);

/* Short name ("rim"); NULL for a claim outside the specification, and in arrays. */
const char *tsm_claim_name(const struct tsm_claim *claim);

/* Label that is a number; 0 where it is text, and in arrays. */
int64_t tsm_claim_label(const struct tsm_claim *claim);

/* Label that is text; NULL where it is a number, and in arrays. May hold any UTF-8. */
const char *tsm_claim_label_text(const struct tsm_claim *claim);

/* What the value is, and by which function it is read; NONE for no claim. */
enum tsm_claim_type tsm_claim_type(const struct tsm_claim *claim);

/* Value of type INT; 0 for others. */
int64_t tsm_claim_int(const struct tsm_claim *claim);

/* Value of type BYTES, encoding of type OTHER; NULL and 0 for others. @len may be NULL. */
const uint8_t *tsm_claim_bytes(const struct tsm_claim *claim, size_t *len);

/* Value of type TEXT, UTF-8 without NUL inside; NULL for others. */
const char *tsm_claim_text(const struct tsm_claim *claim);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
