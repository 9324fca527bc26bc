// SPDX-License-Identifier: GPL-2.0-only
/* tsmctl trustee export: what Trustee has to be told to accept these realms. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tsm/verify.h>

#include "cpak.h"
#include "input.h"
#include "out.h"
#include "rvps.h"

#define RIMS_MAX	16

struct args {
	const char *token;
	const char *cpak;
	const char *anchors;
	const char *values;
	const char *rvps;
	const char *rims[RIMS_MAX];
	size_t n_rims;
	int any_rems;
	int any_rpv;
};

static enum status parse(int argc, char **argv, struct args *args)
{
	enum { CPAK = OPTION_FIRST, ANCHORS, VALUES, RVPS, RIM, ANY_REMS, ANY_RPV };
	static const struct option options[] = {
		{ "cpak", required_argument, NULL, CPAK },
		{ "trust-anchors", required_argument, NULL, ANCHORS },
		{ "reference-values", required_argument, NULL, VALUES },
		{ "rvps", required_argument, NULL, RVPS },
		{ "rim", required_argument, NULL, RIM },
		{ "any-rems", no_argument, NULL, ANY_REMS },
		{ "any-rpv", no_argument, NULL, ANY_RPV },
		{ 0 }
	};
	int c;

	while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (c == CPAK)
			args->cpak = optarg;
		else if (c == ANCHORS)
			args->anchors = optarg;
		else if (c == VALUES)
			args->values = optarg;
		else if (c == RVPS)
			args->rvps = optarg;
		else if (c == RIM && args->n_rims < RIMS_MAX)
			args->rims[args->n_rims++] = optarg;
		else if (c == RIM)
			return fail(STATUS_USAGE, "--rim: at most %d", RIMS_MAX);
		else if (c == ANY_REMS)
			args->any_rems = 1;
		else if (c == ANY_RPV)
			args->any_rpv = 1;
		else
			return fail_option(argv, c);
	}
	if (argc - optind != 1)
		return fail(STATUS_USAGE,
			    "trustee export takes one token, a file or - for stdin: see tsmctl --help");
	if (!args->anchors && !args->values && !args->rvps)
		return fail(STATUS_USAGE,
			    "trustee export needs --trust-anchors, --reference-values or --rvps, each with a FILE");
	if (!args->cpak)
		return fail(STATUS_USAGE,
			    "trustee export needs --cpak FILE, the platform's key: without it nothing shows that the token is genuine");
	args->token = argv[optind];
	return STATUS_OK;
}

/*
 * --- what the token says, as JSON ---
 *
 * NULL is a lack of memory. A member is left out only where the token has no such
 * claim: a reference value that is not there would accept anything.
 */

static json_t *hex_of(const struct tsm_claim *claim)
{
	const uint8_t *data;
	size_t len;

	data = tsm_claim_bytes(claim, &len);
	return data ? json_hex(data, len) : NULL;
}

static json_t *text_of(const struct tsm_claim *claim)
{
	const char *text = tsm_claim_text(claim);

	return text ? json_string(text) : NULL;
}

static json_t *with_hex(json_t *object, const char *name, const struct tsm_claim *claim)
{
	return claim ? json_with(object, name, hex_of(claim)) : object;
}

static json_t *with_text(json_t *object, const char *name, const struct tsm_claim *claim)
{
	return claim ? json_with(object, name, text_of(claim)) : object;
}

static const struct tsm_claim *entry(const struct tsm_claim *map, int64_t label)
{
	const struct tsm_claim *claim = tsm_claim_child(map);

	while (claim && tsm_claim_label(claim) != label)
		claim = tsm_claim_next(claim);
	return claim;
}

/* labels: draft-ffm-rats-cca-token, software components */
static json_t *json_component(const struct tsm_claim *component)
{
	json_t *json = json_object();

	json = with_text(json, "component-type", entry(component, 1));
	json = with_hex(json, "measurement-value", entry(component, 2));
	json = with_text(json, "version", entry(component, 4));
	json = with_hex(json, "signer-id", entry(component, 5));
	return with_text(json, "hash-algo-id", entry(component, 6));
}

static json_t *json_components(const struct tsm_claim *components)
{
	json_t *list = json_array();
	const struct tsm_claim *one;

	for (one = tsm_claim_child(components); one; one = tsm_claim_next(one))
		list = json_appended(list, json_component(one));
	return list;
}

static const struct tsm_claim *platform(const struct tsm_token *token, int64_t label)
{
	return tsm_token_find(token, TSM_TOKEN_PLATFORM, label);
}

static const struct tsm_claim *realm(const struct tsm_token *token, int64_t label)
{
	return tsm_token_find(token, TSM_TOKEN_REALM, label);
}

static json_t *json_platform(const struct tsm_token *token)
{
	const struct tsm_claim *components = platform(token, TSM_LABEL_SW_COMPONENTS);

	return json_pack("{s:o, s:o, s:o}",
			 "implementation-id", hex_of(platform(token, TSM_LABEL_IMPLEMENTATION_ID)),
			 "platform-configuration", hex_of(platform(token, TSM_LABEL_CONFIG)),
			 "sw-components", json_components(components));
}

static json_t *json_rems(const struct tsm_token *token)
{
	json_t *list = json_array();
	const uint8_t *rem;
	unsigned int i;
	size_t len;

	for (i = 0; i < TSM_REMS; i++) {
		rem = tsm_token_rem(token, i, &len);
		list = json_appended(list, json_hex(rem, len));
	}
	return list;
}

static json_t *json_anchors(const struct tsm_token *token, json_t *jwk)
{
	const struct tsm_claim *instance = platform(token, TSM_LABEL_INSTANCE_ID);
	const struct tsm_claim *implementation = platform(token, TSM_LABEL_IMPLEMENTATION_ID);

	return json_pack("[{s:o, s:o, s:O}]", "instance-id", hex_of(instance),
			 "implementation-id", hex_of(implementation), "pkey", jwk);
}

static json_t *json_realm(const struct tsm_token *token, const struct args *args, json_t *rim)
{
	json_t *json = json_pack("{s:o, s:o}", "initial-measurement", rim, "rak-hash-algorithm",
				 text_of(realm(token, TSM_LABEL_RAK_HASH)));

	/* Trustee's reader loads no file where one of these is missing */
	if (!args->any_rems)
		json = json_with(json, "extensible-measurements", json_rems(token));
	if (!args->any_rpv)
		json = with_hex(json, "personalization-value", realm(token, TSM_LABEL_RPV));
	return json;
}

static enum status json_realms(const struct tsm_token *token, const struct args *args,
			       json_t **out)
{
	uint8_t rim[64];
	const uint8_t *own;
	enum status status;
	size_t i, len, size;

	own = tsm_token_rim(token, &size);
	*out = json_array();
	if (!args->n_rims)
		*out = json_appended(*out, json_realm(token, args, json_hex(own, size)));
	for (i = 0; i < args->n_rims; i++) {
		status = read_bytes_arg("--rim", args->rims[i], rim, sizeof(rim), &len);
		if (!status && len != size)
			status = fail(STATUS_BAD_INPUT,
				      "--rim: %zu bytes, where the token's realm has a hash of %zu",
				      len, size);
		if (status)
			return status;
		*out = json_appended(*out, json_realm(token, args, json_hex(rim, len)));
	}
	return *out ? STATUS_OK : fail(STATUS_FAILED, "out of memory");
}

/* --- only from a token that is genuine, only what a verifier can read --- */

static enum status check_genuine(const struct tsm_verify *verify)
{
	static const enum tsm_step steps[] = {
		TSM_STEP_FORM, TSM_STEP_PLATFORM_SIGNATURE, TSM_STEP_TRUST_ANCHOR,
		TSM_STEP_BINDING, TSM_STEP_REALM_SIGNATURE,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(steps); i++)
		if (tsm_verify_step(verify, steps[i]) != TSM_VERDICT_VALID)
			return fail(STATUS_NOT_VALID, "the token is not genuine: %s: %s",
				    tsm_step_name(steps[i]),
				    tsm_verify_step_reason(verify, steps[i]));
	return STATUS_OK;
}

struct export {
	struct tsm_ctx *ctx;
	struct tsm_anchors *anchors;
	struct tsm_refvalues *values;
	uint8_t *data;
	size_t len;
	struct tsm_verify *verify;
	json_t *jwk;
};

/* Input is to blame for all but these: then it is @status. */
static enum status blame(int err, enum status status)
{
	return err == -ENOMEM || err == -EIO ? STATUS_FAILED : status;
}

static enum status verify(struct export *x, const struct args *args)
{
	struct tsm_verify_opts opts = { .size = sizeof(opts) };
	char *text = json_dumps(x->jwk, JSON_COMPACT);
	int rc;

	/* the bare key, trusted for whatever platform it signs for */
	rc = text ? tsm_anchors_add(x->ctx, x->anchors, text, strlen(text)) : 0;
	if (!text)
		return fail(STATUS_FAILED, "out of memory");
	free(text);
	if (rc)
		return fail(blame(rc, STATUS_BAD_INPUT), "%s: %s", args->cpak, tsm_error(x->ctx));
	opts.anchors = x->anchors;
	rc = tsm_verify_new(x->ctx, x->data, x->len, &opts, &x->verify);
	return rc ? fail_tsm(x->ctx, rc) : check_genuine(x->verify);
}

enum form { ANCHORS_FORM, VALUES_FORM, RVPS_FORM };

/* Takes @json over; what libtsm cannot read back is not written. */
static enum status save_json(struct export *x, const char *name, json_t *json, enum form form)
{
	char *text = json ? json_dumps(json, JSON_INDENT(2)) : NULL;
	enum status status;
	size_t len;
	int rc = 0;

	json_decref(json);
	if (!text)
		return fail(STATUS_FAILED, "out of memory");
	len = strlen(text);
	if (form == ANCHORS_FORM)
		rc = tsm_anchors_add(x->ctx, x->anchors, text, len);
	else if (form == VALUES_FORM)
		rc = tsm_refvalues_add(x->ctx, x->values, text, len);
	if (rc) {
		status = fail(blame(rc, STATUS_BAD_TOKEN),
			      "the token cannot be expressed in Trustee's JSON: %s",
			      tsm_error(x->ctx));
	} else {
		text[len] = '\n';	/* a file of text, in place of the NUL */
		status = save_file(name, (uint8_t *)text, len + 1);
	}
	free(text);
	return status;
}

static enum status export(struct export *x, const struct args *args)
{
	const struct tsm_token *token;
	json_t *realms = NULL;
	enum status status;

	status = read_file(args->token, TSM_TOKEN_MAX, &x->data, &x->len);
	if (!status)
		status = cpak_read(args->cpak, &x->jwk);
	if (!status)
		status = verify(x, args);
	if (status)
		return status;
	token = tsm_verify_token(x->verify);
	status = json_realms(token, args, &realms);
	if (!status && args->anchors)
		status = save_json(x, args->anchors, json_anchors(token, x->jwk),
				   ANCHORS_FORM);
	if (!status && args->values)
		status = save_json(x, args->values,
				   json_pack("{s:[o], s:O}", "platform", json_platform(token),
					     "realm", realms), VALUES_FORM);
	if (!status && args->rvps)
		status = save_json(x, args->rvps, rvps_message(realms), RVPS_FORM);
	json_decref(realms);
	return status;
}

enum status verb_trustee_export(int argc, char **argv)
{
	struct args args = { 0 };
	struct export x = { 0 };
	enum status status;

	status = parse(argc, argv, &args);
	if (status)
		return status;
	if (tsm_ctx_new(NULL, &x.ctx) || tsm_anchors_new(x.ctx, &x.anchors) ||
	    tsm_refvalues_new(x.ctx, &x.values))
		status = fail(STATUS_FAILED, "out of memory");
	if (!status)
		status = export(&x, &args);
	json_decref(x.jwk);
	tsm_verify_free(&x.verify);
	free(x.data);
	tsm_refvalues_free(&x.values);
	tsm_anchors_free(&x.anchors);
	tsm_ctx_free(&x.ctx);
	return status;
}
