// SPDX-License-Identifier: LGPL-2.1-or-later
/* What each step of a verification looks at, and its verdict. */
#include <errno.h>
#include <string.h>

#include "appraisal/anchors.h"
#include "appraisal/key.h"
#include "appraisal/policy.h"
#include "appraisal/refvalues.h"
#include "appraisal/signature.h"
#include "appraisal/steps.h"
#include "base/digest.h"
#include "token/token_priv.h"

static struct bytes claim_bytes(const struct run *run, enum tsm_token_part part, int64_t label)
{
	struct bytes b;

	b.data = tsm_claim_bytes(tsm_token_find(run->token, part, label), &b.len);
	return b;
}

/* The next trust anchor for the platform that the token says it is from. */
static const struct anchor *next_anchor(const struct run *run, const struct anchor *after)
{
	return anchors_find(run->opts->anchors, after,
			    claim_bytes(run, TSM_TOKEN_PLATFORM, TSM_LABEL_INSTANCE_ID),
			    claim_bytes(run, TSM_TOKEN_PLATFORM, TSM_LABEL_IMPLEMENTATION_ID));
}

int step_platform_signature(struct run *run, struct judgement *j)
{
	const struct cose_sign1 *cose = &run->token->part[TSM_TOKEN_PLATFORM].cose;
	const struct anchor *anchor = NULL;
	const char *why = NULL;
	int rc;

	if (!run->opts->anchors) {
		judge(j, TSM_VERDICT_UNKNOWN, TSM_TOKEN_PLATFORM, 0,
		      "there is no trust anchor to check it with");
		return 0;
	}
	while ((anchor = next_anchor(run, anchor))) {
		rc = signature_verify(cose, anchor->key, &why);
		if (rc < 0)
			return rc;
		if (rc) {
			judge(j, TSM_VERDICT_VALID, TSM_TOKEN_PLATFORM, 0,
			      "%s, by the trust anchor's key", signature_alg_name(cose->alg));
			return 0;
		}
	}
	if (why)
		judge(j, TSM_VERDICT_INVALID, TSM_TOKEN_PLATFORM, 0,
		      "no trust anchor's key verifies it: %s", why);
	else
		judge(j, TSM_VERDICT_UNKNOWN, TSM_TOKEN_PLATFORM, 0,
		      "there is no trust anchor to check it with");
	return 0;
}

int step_trust_anchor(struct run *run, struct judgement *j)
{
	const struct anchor *anchor;

	if (!run->opts->anchors) {
		judge(j, TSM_VERDICT_UNKNOWN, TSM_TOKEN_PLATFORM, 0, "no trust anchors were given");
		return 0;
	}
	anchor = next_anchor(run, NULL);
	if (anchor)
		judge(j, TSM_VERDICT_VALID, TSM_TOKEN_PLATFORM, 0, anchor->any ?
		      "the key was given by itself, without the ids of a platform" :
		      "there is one for this instance id and implementation id");
	else
		judge(j, TSM_VERDICT_INVALID, TSM_TOKEN_PLATFORM, TSM_LABEL_INSTANCE_ID,
		      "none of %zu is for this instance id and implementation id",
		      tsm_anchors_count(run->opts->anchors));
	return 0;
}

int step_binding(struct run *run, struct judgement *j)
{
	struct bytes rak = claim_bytes(run, TSM_TOKEN_REALM, TSM_LABEL_RAK);
	struct bytes bound = claim_bytes(run, TSM_TOKEN_PLATFORM, TSM_LABEL_CHALLENGE);
	const char *name = tsm_claim_text(tsm_token_find(run->token, TSM_TOKEN_REALM,
							 TSM_LABEL_RAK_HASH));
	enum tsm_hash hash = digest_from_name(name);
	uint8_t digest[CRYPTO_HASH_MAX];
	int rc;

	rc = crypto_hash(hash, &rak, 1, digest);
	if (rc)
		return rc;
	if (bound.len == tsm_hash_size(hash) && !memcmp(bound.data, digest, bound.len))
		judge(j, TSM_VERDICT_VALID, TSM_TOKEN_PLATFORM, 0,
		      "the platform's challenge is the %s of the RAK", name);
	else
		judge(j, TSM_VERDICT_INVALID, TSM_TOKEN_PLATFORM, TSM_LABEL_CHALLENGE,
		      "the platform's challenge is not the %s of the RAK: the two tokens do not belong together",
		      name);
	return 0;
}

/* DEN0137 section A7.2.3: a COSE_Key in every profile but the legacy one, which has no claim. */
static int read_rak(struct run *run, struct crypto_key **rak)
{
	struct bytes in = claim_bytes(run, TSM_TOKEN_REALM, TSM_LABEL_RAK);
	int64_t alg = tsm_token_alg(run->token, TSM_TOKEN_REALM);

	if (tsm_token_find(run->token, TSM_TOKEN_REALM, TSM_LABEL_PROFILE))
		return key_from_cose(run->ctx, "the RAK", in, alg, rak);
	return key_from_point(run->ctx, "the RAK", in, rak);
}

int step_realm_signature(struct run *run, struct judgement *j)
{
	const struct cose_sign1 *cose = &run->token->part[TSM_TOKEN_REALM].cose;
	struct crypto_key *rak;
	const char *why;
	int rc;

	rc = read_rak(run, &rak);
	if (rc == -ENOMEM || rc == -EIO)
		return rc;
	if (rc) {
		judge(j, TSM_VERDICT_INVALID, TSM_TOKEN_REALM, TSM_LABEL_RAK, "%s",
		      tsm_error(run->ctx));
		return 0;
	}
	rc = signature_verify(cose, rak, &why);
	crypto_key_free(rak);
	if (rc < 0)
		return rc;
	if (rc)
		judge(j, TSM_VERDICT_VALID, TSM_TOKEN_REALM, 0, "%s, by the RAK",
		      signature_alg_name(cose->alg));
	else
		judge(j, TSM_VERDICT_INVALID, TSM_TOKEN_REALM, 0,
		      "the RAK does not verify it: %s", why);
	return 0;
}

int step_challenge(struct run *run, struct judgement *j)
{
	struct bytes have = claim_bytes(run, TSM_TOKEN_REALM, TSM_LABEL_CHALLENGE);
	uint8_t want[CHALLENGE_MAX] = { 0 };

	if (!run->opts->challenge) {
		judge(j, TSM_VERDICT_UNKNOWN, TSM_TOKEN_REALM, 0,
		      "no challenge was given to expect");
		return 0;
	}
	memcpy(want, run->opts->challenge, run->opts->challenge_len);
	if (!memcmp(have.data, want, sizeof(want)))
		judge(j, TSM_VERDICT_VALID, TSM_TOKEN_REALM, 0, "it is the one expected");
	else
		judge(j, TSM_VERDICT_INVALID, TSM_TOKEN_REALM, TSM_LABEL_CHALLENGE,
		      "it is not the one expected: this token was made for somebody else, or earlier");
	return 0;
}

static void not_given(struct run *run, enum tsm_step step, const char *what, struct judgement *j)
{
	judge(j, run->opts->waive & 1u << step ? TSM_VERDICT_WAIVED : TSM_VERDICT_UNKNOWN,
	      TSM_TOKEN_REALM, 0, "no %s given", what);
}

int step_platform_refvalues(struct run *run, struct judgement *j)
{
	const json_t *entries = refvalues_platforms(run->opts->refvalues);

	/* what needs no reference value cannot be waived with them */
	if (!policy_secured(run->token, j))
		return 0;
	if (entries)
		policy_platform(entries, run->token, j);
	else
		not_given(run, TSM_STEP_PLATFORM_REFVALUES,
			  "reference values for platforms were", j);
	return 0;
}

int step_realm_refvalues(struct run *run, struct judgement *j)
{
	const json_t *entries = refvalues_realms(run->opts->refvalues);

	if (entries)
		policy_realm(entries, run->token, j);
	else
		not_given(run, TSM_STEP_REALM_REFVALUES, "reference values for realms were", j);
	return 0;
}

static bool is_log_fault(int rc)
{
	return rc == -EBADMSG || rc == -EMSGSIZE || rc == -EINVAL;
}

static int read_logs(struct run *run, struct tsm_eventlog **log)
{
	const struct tsm_verify_log *in = run->opts->logs;
	struct tsm_eventlog *next;
	size_t i;
	int rc;

	*log = NULL;
	rc = tsm_eventlog_new(run->ctx, in[0].data, in[0].len, log);
	for (i = 1; !rc && i < run->opts->n_logs; i++) {
		rc = tsm_eventlog_new(run->ctx, in[i].data, in[i].len, &next);
		if (rc)
			break;
		rc = tsm_eventlog_join(run->ctx, *log, next);
		tsm_eventlog_free(&next);
	}
	if (rc)
		tsm_eventlog_free(log);
	return rc;
}

int step_event_log(struct run *run, struct judgement *j)
{
	const uint8_t *rems[TSM_REMS];
	struct tsm_eventlog *log;
	struct tsm_replay *replay;
	unsigned int i;
	int rc;

	if (!run->opts->n_logs) {
		not_given(run, TSM_STEP_EVENT_LOG, "event log was", j);
		return 0;
	}
	rc = read_logs(run, &log);
	if (is_log_fault(rc))
		judge(j, TSM_VERDICT_INVALID, TSM_TOKEN_REALM, 0, "%s", tsm_error(run->ctx));
	if (rc)
		return is_log_fault(rc) ? 0 : rc;
	for (i = 0; i < TSM_REMS; i++)
		rems[i] = tsm_token_rem(run->token, i, NULL);
	rc = tsm_replay_new(run->ctx, log, tsm_token_hash(run->token), rems, &replay);
	tsm_eventlog_free(&log);
	if (rc)
		return rc;
	judge(j, tsm_replay_verdict(replay), TSM_TOKEN_REALM,
	      tsm_replay_verdict(replay) == TSM_VERDICT_VALID ? 0 : TSM_LABEL_REMS, "%s",
	      tsm_replay_reason(replay));
	if (j->verdict == TSM_VERDICT_VALID)
		*run->records = tsm_replay_count(replay);
	tsm_replay_free(&replay);
	return 0;
}
