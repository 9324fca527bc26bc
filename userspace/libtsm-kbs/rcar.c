// SPDX-License-Identifier: LGPL-2.1-or-later
/* Request, challenge, attestation, response: the messages of one handshake. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <openssl/err.h>
#include <openssl/evp.h>

#include "answer.h"
#include "evidence.h"
#include "fail.h"
#include "jcs.h"
#include "rcar.h"

#define VERSION		"0.4.0"
#define TEE		"cca"
#define COOKIE		"kbs-session-id"
#define NONCE_MAX	1024
#define BASE64		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="

struct handshake {
	struct tsm_ctx *ctx;
	struct http *http;
	const char *url;
	const struct tsm_kbs_opts *opts;
	const struct retry *r;
	unsigned int *least_ms;
	json_t *nonce;
	const EVP_MD *hash;
	bool too_long;		/* the last request was, for the KBS */
};

void session_free(struct session *session)
{
	teekey_free(session->key);
	free(session->token);
	*session = (struct session){ 0 };
}

/* Takes @message over; a JSON object comes back. */
static int post(struct handshake *h, enum answer_step step, const char *endpoint,
		json_t *message, json_t **out)
{
	char *text = message ? json_dumps(message, JSON_COMPACT) : NULL;
	struct http_answer answer = { 0 };
	char *url = NULL;
	int rc;

	json_decref(message);
	if (!text || asprintf(&url, "%s/kbs/v0/%s", h->url, endpoint) < 0) {
		free(text);
		return kbs_fail_memory(h->ctx);
	}
	rc = http_request(h->ctx, h->http, url, text, NULL, h->r, &answer);
	if (!rc)
		rc = answer_check(h->ctx, step, &answer);
	*h->least_ms = answer.retry_after_ms;
	h->too_long = answer.status == 413;
	if (!rc)
		rc = answer_object(h->ctx, step, &answer, out);
	http_answer_free(&answer);
	free(text);
	free(url);
	return rc;
}

/* --- Request and Challenge --- */

static bool is_nonce(const json_t *nonce)
{
	const char *text = json_string_value(nonce);

	return text && *text && strlen(text) <= NONCE_MAX && strspn(text, BASE64) == strlen(text);
}

/* SHA-384 unless the KBS chose another one of those offered; NULL for one that was not. */
static const EVP_MD *chosen_hash(const json_t *challenge)
{
	const json_t *chosen = json_object_get(json_object_get(challenge, "extra-params"),
					       "selected-hash-algorithm");
	const char *name = json_string_value(chosen);

	if (!chosen)
		return EVP_sha384();
	if (!name)
		return NULL;
	return !strcasecmp(name, "sha256") ? EVP_sha256() :
	       !strcasecmp(name, "sha384") ? EVP_sha384() :
	       !strcasecmp(name, "sha512") ? EVP_sha512() : NULL;
}

static int keep_session(struct handshake *h)
{
	int rc = http_keep_cookies(h->http, COOKIE);

	if (rc == -ENOMEM)
		return kbs_fail_memory(h->ctx);
	return rc ? kbs_fail(h->ctx, -EPROTO,
			     "KBS: its challenge came without the cookie " COOKIE) : 0;
}

static int get_challenge(struct handshake *h)
{
	json_t *challenge = NULL;
	int rc;

	rc = post(h, ANSWER_AUTH, "auth",
		  json_pack("{s:s, s:s, s:{s:[s, s, s]}}", "version", VERSION, "tee", TEE,
			    "extra-params", "supported-hash-algorithms", "sha256", "sha384",
			    "sha512"), &challenge);
	if (rc)
		return rc;
	h->nonce = json_incref(json_object_get(challenge, "nonce"));
	h->hash = chosen_hash(challenge);
	if (!is_nonce(h->nonce))
		rc = kbs_fail(h->ctx, -EPROTO, "KBS: its challenge has no nonce in base64");
	else if (!h->hash)
		rc = kbs_fail(h->ctx, -EPROTO,
			      "KBS: its challenge chooses a hash that was not offered");
	else
		rc = keep_session(h);
	json_decref(challenge);
	return rc;
}

/* --- Attestation and Response --- */

/* What binds nonce and key to the token: the hash of both, zeros behind it. */
static int runtime_digest(const struct handshake *h, json_t *jwk,
			  uint8_t digest[TSM_CHALLENGE_MAX])
{
	json_t *data = json_pack("{s:s, s:O, s:O}", "additional-evidence", "", "nonce", h->nonce,
				 "tee-pubkey", jwk);
	char *text = NULL;
	int rc = data ? jcs_dump(data, &text) : -ENOMEM;

	memset(digest, 0, TSM_CHALLENGE_MAX);
	if (rc)
		rc = kbs_fail_memory(h->ctx);
	else if (!EVP_Digest(text, strlen(text), digest, NULL, h->hash, NULL))
		rc = kbs_fail_crypto(h->ctx, "hash the runtime data");
	free(text);
	json_decref(data);
	return rc;
}

static json_t *init_data(const char *text)
{
	return text ? json_pack("{s:s, s:s}", "format", "toml", "body", text) : json_null();
}

static int send_evidence(struct handshake *h, json_t *jwk, json_t *evidence, char **token)
{
	json_t *answer = NULL;
	const char *text;
	int rc;

	rc = post(h, ANSWER_ATTEST, "attest",
		  json_pack("{s:o, s:{s:O, s:O}, s:{s:O, s:s}}",
			    "init-data", init_data(h->opts->initdata),
			    "runtime-data", "nonce", h->nonce, "tee-pubkey", jwk,
			    "tee-evidence", "primary_evidence", evidence,
			    "additional_evidence", ""), &answer);
	if (rc)
		return rc;
	text = json_string_value(json_object_get(answer, "token"));
	/* it becomes a header of requests: what a JWT consists of, nothing else */
	if (!text || !*text || strspn(text, BASE64 "-_.") != strlen(text)) {
		rc = kbs_fail(h->ctx, -EPROTO,
			      "KBS: it accepts the evidence, but its answer holds no token");
	} else {
		*token = strdup(text);
		if (!*token)
			rc = kbs_fail_memory(h->ctx);
	}
	json_decref(answer);
	return rc;
}

int rcar_attest(struct tsm_ctx *ctx, struct http *http, const char *url,
		const struct tsm_kbs_opts *opts, const struct retry *r, struct session *session,
		unsigned int *least_ms)
{
	struct handshake h = {
		.ctx = ctx, .http = http, .url = url, .opts = opts, .r = r, .least_ms = least_ms,
	};
	json_t *jwk = NULL, *evidence = NULL;
	uint8_t digest[TSM_CHALLENGE_MAX];
	struct session made = { 0 };
	int rc;

	*least_ms = 0;
	ERR_clear_error();
	http_forget_cookies(http);
	rc = get_challenge(&h);
	if (!rc)
		rc = teekey_new(ctx, opts->key, &made.key);
	if (!rc)
		rc = teekey_jwk(ctx, made.key, &jwk);
	if (!rc)
		rc = runtime_digest(&h, jwk, digest);
	if (!rc)
		rc = evidence_take(ctx, opts, digest, retry_left(r), &evidence);
	if (!rc)
		rc = send_evidence(&h, jwk, evidence, &made.token);
	/* a log is worth sending, but not worth a realm's secrets: Trustee's limit is 2 MiB */
	if (rc && h.too_long && !json_object_del(evidence, "cc_eventlog")) {
		kbs_say(ctx, TSM_LOG_WARNING,
			"KBS: the event log is too long for this KBS and is not sent along");
		rc = send_evidence(&h, jwk, evidence, &made.token);
	}
	json_decref(evidence);
	json_decref(jwk);
	json_decref(h.nonce);
	if (rc)
		session_free(&made);
	else
		*session = made;
	return rc;
}
