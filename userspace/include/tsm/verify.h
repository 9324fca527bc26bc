/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef TSM_VERIFY_H
#define TSM_VERIFY_H

#include <tsm/eventlog.h>
#include <tsm/token.h>

/*
 * Verify a CCA attestation token, as a relying party does. Works on any machine.
 *
 *	anchors: tsm_anchors_new(), tsm_anchors_add() for each file
 *	reference values: tsm_refvalues_new(), tsm_refvalues_add() for each file
 *	tsm_verify_new(ctx, token, len, &opts, &verify)
 *	if (tsm_verify_verdict(verify) == TSM_VERDICT_VALID)
 *		...
 *
 * A verification is nine steps. Each has a verdict, a reason in words, and where a
 * claim is at fault, that claim. They are independent: one that fails hides no
 * other, except that nothing can be said of a token without the right form.
 *
 *	form			<tsm/token.h> could decode it; its rules are strict
 *	platform signature	made by the key of a trust anchor for this platform
 *	trust anchor		there is one for its instance and implementation id
 *	binding			the platform's challenge is the hash of the RAK
 *	realm signature		made by the RAK
 *	challenge		the one expected, padded with zeros to 64 bytes
 *	platform reference values	lifecycle secured; configuration and software
 *				components are those of an entry for this implementation
 *	realm reference values	RIM, hash of the RAK, and where the entry has them
 *				RPV and REMs are those of an entry
 *	event log		a prefix of it replays to the REMs (<tsm/eventlog.h>)
 *
 * The whole is valid if every step is valid or waived, not valid if one is not
 * valid, and cannot be told else. Only the last three can be waived, and an input
 * that is given is looked at all the same; so is the lifecycle, which needs none.
 * What was not given is never valid.
 *
 * Stricter than decoding: signatures by ES256, ES384, ES512 with a key of their own
 * curve; the RAK a point in the legacy profile, a public COSE_Key since. Claims
 * outside the specification count for nothing: list them with tsm_claim_name().
 *
 * Errors of the functions here:
 *
 *   -EINVAL	the arguments
 *   -EBADMSG	a file of trust anchors or reference values is malformed;
 *		tsm_error() names the entry
 *   -EMSGSIZE	it is above one of the bounds
 *   -ENOMEM	out of memory
 *   -EIO	the cryptographic library failed
 * Nothing about a token or an event log is an errno: those are verdicts.
 */

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

#define TSM_STORE_MAX	(4 * 1024 * 1024)	/* bytes of a file of either kind */

struct tsm_anchors;
struct tsm_refvalues;
struct tsm_verify;

enum tsm_step {
	TSM_STEP_FORM = 0,
	TSM_STEP_PLATFORM_SIGNATURE = 1,
	TSM_STEP_TRUST_ANCHOR = 2,
	TSM_STEP_BINDING = 3,
	TSM_STEP_REALM_SIGNATURE = 4,
	TSM_STEP_CHALLENGE = 5,
	TSM_STEP_PLATFORM_REFVALUES = 6,
	TSM_STEP_REALM_REFVALUES = 7,
	TSM_STEP_EVENT_LOG = 8,
};

#define TSM_STEPS	9

/* As in the list above: "platform signature"; NULL for other numbers. */
const char *tsm_step_name(enum tsm_step step);

/* An empty set of trust anchors. Return: 0, -EINVAL, -ENOMEM. */
int tsm_anchors_new(struct tsm_ctx *ctx, struct tsm_anchors **out);

void tsm_anchors_free(struct tsm_anchors **anchors);

/**
 * tsm_anchors_add() - add what a file holds
 * @ctx: the context
 * @anchors: the set; unchanged on failure
 * @data: the file
 * @len: its length in bytes
 *
 * Either the JSON of rust-ccatoken and Trustee,
 * [{"instance-id": hex, "implementation-id": hex, "pkey": JWK}], where pkey may also
 * be PEM as text; or a bare public key, a JWK, PEM (several are fine) or COSE_Key,
 * which is then trusted for every platform that it signs for.
 *
 * Private keys are refused. At most 65536 values, nested 8 deep.
 *
 * Return: 0 or an error of the list above.
 */
int tsm_anchors_add(struct tsm_ctx *ctx, struct tsm_anchors *anchors, const void *data,
		    size_t len);

/* The number of trust anchors. */
size_t tsm_anchors_count(const struct tsm_anchors *anchors);

/* An empty set of reference values. Return: 0, -EINVAL, -ENOMEM. */
int tsm_refvalues_new(struct tsm_ctx *ctx, struct tsm_refvalues **out);

void tsm_refvalues_free(struct tsm_refvalues **refvalues);

/**
 * tsm_refvalues_add() - add what a file holds
 * @ctx: the context
 * @refvalues: the set; unchanged on failure
 * @data: the file
 * @len: its length in bytes
 *
 * The JSON of rust-ccatoken and Trustee, with "platform", "realm" or both:
 * {"platform": [{"implementation-id", "sw-components": [{"measurement-value",
 * "signer-id", optional: "component-type", "version", "hash-algo-id"}],
 * "platform-configuration"}], "realm": [{"initial-measurement",
 * "rak-hash-algorithm", optional: "extensible-measurements": [four],
 * "personalization-value"}]}, bytes in hex.
 *
 * A token has to fit one entry of each kind. Software components are compared in
 * order. A member of another name is refused: it may restrict what is accepted. At
 * most 65536 values, nested 8 deep.
 *
 * Return: 0 or an error of the list above.
 */
int tsm_refvalues_add(struct tsm_ctx *ctx, struct tsm_refvalues *refvalues, const void *data,
		      size_t len);

/* The number of entries; those of a kind that no file had count as not given. */
size_t tsm_refvalues_platforms(const struct tsm_refvalues *refvalues);
size_t tsm_refvalues_realms(const struct tsm_refvalues *refvalues);

/* Bytes of an event log. */
struct tsm_verify_log {
	const void *data;
	size_t len;
};

struct tsm_verify_opts {
	size_t size;		/* sizeof(struct tsm_verify_opts) */
	const struct tsm_anchors *anchors;
	const void *challenge;	/* NULL: none is expected, which is never valid */
	size_t challenge_len;	/* at most 64 */
	const struct tsm_refvalues *refvalues;
	const struct tsm_verify_log *logs; /* in the order they were written: a CCEL first */
	size_t n_logs;
	/*
	 * Steps that this caller decides to do without, bits 1u << enum tsm_step:
	 * the reference values and the event log only.
	 */
	unsigned int waive;
};

/**
 * tsm_verify_new() - verify a token
 * @ctx: the context
 * @data: the token, as the realm sent it
 * @len: its length in bytes
 * @opts: what to hold it against; NULL gives verdicts of form, binding and realm
 *        signature alone
 * @out: receives the verdicts, which refer to none of the inputs
 *
 * Return: 0, whatever the verdict; -EINVAL, -ENOMEM, -EIO.
 */
int tsm_verify_new(struct tsm_ctx *ctx, const void *data, size_t len,
		   const struct tsm_verify_opts *opts, struct tsm_verify **out);

void tsm_verify_free(struct tsm_verify **verify);

/* The verdict on the whole: trust the token if it is TSM_VERDICT_VALID, never else. */
enum tsm_verdict tsm_verify_verdict(const struct tsm_verify *verify);

/* Why, one line for people. */
const char *tsm_verify_reason(const struct tsm_verify *verify);

/* The verdict on one step. */
enum tsm_verdict tsm_verify_step(const struct tsm_verify *verify, enum tsm_step step);

/* Why, one line for people; tells of success, too. */
const char *tsm_verify_step_reason(const struct tsm_verify *verify, enum tsm_step step);

/* The label of the claim at fault, 0 if it is none. @part receives its part; may be NULL. */
int64_t tsm_verify_step_claim(const struct tsm_verify *verify, enum tsm_step step,
			      enum tsm_token_part *part);

/* The token, decoded; NULL if its form is not valid. */
const struct tsm_token *tsm_verify_token(const struct tsm_verify *verify);

/*
 * How many records of the event logs this token vouches for: the first so many, 0
 * without a log that fits. Those behind came later, or are made up.
 */
size_t tsm_verify_records(const struct tsm_verify *verify);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
