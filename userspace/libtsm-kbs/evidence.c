// SPDX-License-Identifier: LGPL-2.1-or-later
/* How a token is taken for a KBS's challenge, and sent as the KBS wants it. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include <tsm/token.h>

#include "evidence.h"
#include "evidence_log.h"
#include "fail.h"

#define LABEL_PLATFORM	44234
#define LABEL_REALM	44241
#define RPV_SIZE	64

/* --- the token --- */

static uint8_t *put(uint8_t *at, const void *data, size_t len)
{
	memcpy(at, data, len);
	return at + len;
}

/* An entry of the wrapper: the label, then a byte string with a length of 4 bytes. */
static uint8_t *put_part(uint8_t *at, unsigned int label, const uint8_t *part, size_t len)
{
	const uint8_t head[] = {
		0x19, (uint8_t)(label >> 8), (uint8_t)label,
		0x5a, (uint8_t)(len >> 24), (uint8_t)(len >> 16), (uint8_t)(len >> 8), (uint8_t)len,
	};

	return put(put(at, head, sizeof(head)), part, len);
}

/* The same two signed parts as 399({44234: bstr, 44241: bstr}), malloced. */
static uint8_t *rewrap(const struct tsm_token *token, size_t *out_len)
{
	static const uint8_t head[] = { 0xd9, 399 >> 8, 399 & 0xff, 0xa2 };
	const uint8_t *platform, *realm;
	size_t platform_len, realm_len;
	uint8_t *out, *at;

	platform = tsm_token_part(token, TSM_TOKEN_PLATFORM, &platform_len);
	realm = tsm_token_part(token, TSM_TOKEN_REALM, &realm_len);
	out = malloc(sizeof(head) + platform_len + realm_len + 16);
	if (!out)
		return NULL;
	at = put(out, head, sizeof(head));
	at = put_part(at, LABEL_PLATFORM, platform, platform_len);
	at = put_part(at, LABEL_REALM, realm, realm_len);
	*out_len = (size_t)(at - out);
	return out;
}

static json_t *json_numbers(const uint8_t *data, size_t len)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < len && array; i++) {
		if (json_array_append_new(array, json_integer(data[i]))) {
			json_decref(array);
			array = NULL;
		}
	}
	return array;
}

static json_t *json_token(const struct tsm_report *report, const struct tsm_token *token)
{
	const uint8_t *blob;
	uint8_t *wrapped;
	json_t *json;
	size_t len;

	if (tsm_token_wrapper(token) == 399) {
		blob = tsm_report_blob(report, &len);
		return json_numbers(blob, len);
	}
	wrapped = rewrap(token, &len);
	json = wrapped ? json_numbers(wrapped, len) : NULL;
	free(wrapped);
	return json;
}

/* --- what has to be true of the token --- */

static int check_challenge(struct tsm_ctx *ctx, const struct tsm_token *token,
			   const uint8_t *challenge)
{
	size_t len;
	const uint8_t *held = tsm_token_challenge(token, &len);

	if (len != TSM_CHALLENGE_MAX || memcmp(held, challenge, len))
		return kbs_fail(ctx, -EIO,
				"KBS: the token holds another challenge than the one given: try again, then see the kernel log");
	return 0;
}

static int check_initdata(struct tsm_ctx *ctx, const struct tsm_token *token, const char *initdata)
{
	static const char *const hashes[] = { "SHA512", "SHA384", "SHA256" };
	uint8_t padded[RPV_SIZE];
	const uint8_t *rpv;
	size_t len, i;

	if (!initdata)
		return 0;
	rpv = tsm_claim_bytes(tsm_token_find(token, TSM_TOKEN_REALM, TSM_LABEL_RPV), &len);
	for (i = 0; i < ARRAY_SIZE(hashes) && rpv && len == RPV_SIZE; i++) {
		/* the digest, zeros behind it */
		memset(padded, 0, sizeof(padded));
		if (!EVP_Digest(initdata, strlen(initdata), padded, NULL,
				EVP_get_digestbyname(hashes[i]), NULL))
			return kbs_fail_crypto(ctx, "hash the init data");
		if (memcmp(rpv, padded, sizeof(padded)))
			continue;
		if (i)
			kbs_say(ctx, TSM_LOG_WARNING,
				"KBS: the init data's digest is shorter than the RPV: Trustee compares all 64 bytes and may refuse; use sha512");
		return 0;
	}
	return kbs_fail(ctx, -EINVAL,
			"KBS: the realm was not started with this init data: the RPV is not its digest");
}

static int check_token(struct tsm_ctx *ctx, const struct tsm_kbs_opts *opts,
		       const struct tsm_report *report, const uint8_t *challenge,
		       struct tsm_token **token)
{
	const char *provider = tsm_report_provider(report);
	char why[256];
	const uint8_t *blob;
	size_t len;
	int rc;

	if (strcmp(provider, "arm_cca_guest"))
		return kbs_fail(ctx, -ENODEV,
				"KBS: reports here are of %s, not of an Arm CCA realm",
				provider);
	blob = tsm_report_blob(report, &len);
	rc = tsm_token_new(ctx, blob, len, token);
	if (rc == -EPROTONOSUPPORT || rc == -EBADMSG || rc == -EMSGSIZE) {
		snprintf(why, sizeof(why), "%s", tsm_error(ctx));
		return kbs_fail(ctx, -EIO, "KBS: the kernel's token cannot be read: %s", why);
	}
	if (!rc)
		rc = check_challenge(ctx, *token, challenge);
	return rc ? rc : check_initdata(ctx, *token, opts->initdata);
}

int evidence_take(struct tsm_ctx *ctx, const struct tsm_kbs_opts *opts,
		  const uint8_t challenge[TSM_CHALLENGE_MAX], unsigned int timeout_ms,
		  json_t **out)
{
	const struct tsm_report_opts report_opts = {
		.size = sizeof(report_opts), .dir = opts->report_dir,
		.timeout_ms = timeout_ms ? timeout_ms : 1,
	};
	struct tsm_report *report = NULL;
	struct tsm_token *token = NULL;
	json_t *log = NULL;
	int rc;

	rc = tsm_report_new(ctx, challenge, TSM_CHALLENGE_MAX, &report_opts, &report);
	if (!rc)
		rc = check_token(ctx, opts, report, challenge, &token);
	if (!rc)
		rc = evidence_log(ctx, opts, report, token, &log);
	if (!rc) {
		*out = json_pack("{s:o, s:o*}", "token", json_token(report, token),
				 "cc_eventlog", log);
		if (!*out)
			rc = kbs_fail_memory(ctx);
	}
	tsm_token_free(&token);
	tsm_report_free(&report);
	return rc;
}
