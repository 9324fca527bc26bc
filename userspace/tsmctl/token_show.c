// SPDX-License-Identifier: GPL-2.0-only
/* tsmctl token show: what does a token say? */
#include <inttypes.h>
#include <stdlib.h>

#include <tsm/token.h>

#include "input.h"
#include "out.h"

static const char *const part_names[] = {
	[TSM_TOKEN_REALM] = "realm", [TSM_TOKEN_PLATFORM] = "platform",
};

/* IANA COSE algorithms registry; NULL for others. */
static const char *alg_name(int64_t alg)
{
	return alg == -7 ? "ES256" : alg == -35 ? "ES384" : alg == -36 ? "ES512" : NULL;
}

/* --- text --- */

static void print_value(const struct tsm_claim *claim)
{
	const uint8_t *data;
	size_t len;

	data = tsm_claim_bytes(claim, &len);
	printf("  ");
	switch (tsm_claim_type(claim)) {
	case TSM_CLAIM_INT:
		printf("%" PRId64, tsm_claim_int(claim));
		break;
	case TSM_CLAIM_TEXT:
		print_text(stdout, tsm_claim_text(claim));
		break;
	case TSM_CLAIM_OTHER:
		printf("CBOR ");
		print_hex(stdout, data, len);
		break;
	default:
		print_hex(stdout, data, len);
	}
	putchar('\n');
}

static void print_name(const struct tsm_claim *claim, int index, int depth)
{
	const char *text = tsm_claim_label_text(claim);
	enum tsm_claim_type type;
	char name[40];
	int nested;

	if (tsm_claim_name(claim))
		snprintf(name, sizeof(name), "%s", tsm_claim_name(claim));
	else if (index >= 0)
		snprintf(name, sizeof(name), "%d", index);
	else
		snprintf(name, sizeof(name), "%" PRId64 " (unknown)", tsm_claim_label(claim));

	if (!text) {
		type = tsm_claim_type(claim);
		nested = type == TSM_CLAIM_ARRAY || type == TSM_CLAIM_MAP;
		printf("%*s%-*s", 2 * depth, "", nested ? 0 : 22 - 2 * depth, name);
		return;
	}
	printf("%*s\"", 2 * depth, "");
	print_text(stdout, text);
	printf("\" (unknown)");
}

static void print_claims(const struct tsm_claim *claim, int is_array, int depth)
{
	int index = 0;

	for (; claim; claim = tsm_claim_next(claim), index++) {
		const struct tsm_claim *child = tsm_claim_child(claim);
		enum tsm_claim_type type = tsm_claim_type(claim);

		print_name(claim, is_array ? index : -1, depth);
		if (type == TSM_CLAIM_ARRAY || type == TSM_CLAIM_MAP)
			puts(child ? ":" : " empty");
		else if (child)
			puts("  COSE_Key:");
		else
			print_value(claim);
		print_claims(child, type == TSM_CLAIM_ARRAY, depth + 1);
	}
}

static enum status print_text_token(const struct tsm_token *token)
{
	int i;

	printf("CCA token, wrapper %d, not verified\n", tsm_token_wrapper(token));
	for (i = TSM_TOKEN_REALM; i <= TSM_TOKEN_PLATFORM; i++) {
		enum tsm_token_part part = (enum tsm_token_part)i;
		int64_t alg = tsm_token_alg(token, part);

		printf("%s token, alg %" PRId64 " (%s)\n", part_names[i], alg,
		       alg_name(alg) ? alg_name(alg) : "unknown");
		print_claims(tsm_token_claims(token, part), 0, 1);
	}
	return STATUS_OK;
}

/* --- JSON --- */

static json_t *json_map(const struct tsm_claim *claim);

static json_t *json_array_of(const struct tsm_claim *claim);

static json_t *json_value(const struct tsm_claim *claim)
{
	const uint8_t *data;
	size_t len;

	data = tsm_claim_bytes(claim, &len);
	switch (tsm_claim_type(claim)) {
	case TSM_CLAIM_INT:
		return json_integer(tsm_claim_int(claim));
	case TSM_CLAIM_TEXT:
		return json_string(tsm_claim_text(claim));
	case TSM_CLAIM_ARRAY:
		return json_array_of(tsm_claim_child(claim));
	case TSM_CLAIM_MAP:
		return json_map(tsm_claim_child(claim));
	default:
		return json_hex(data, len);
	}
}

/* A value alone does not say whether it is hex of bytes, or text that looks like it. */
static json_t *json_typed(const struct tsm_claim *claim)
{
	static const char *const types[] = {
		"none", "int", "bytes", "text", "array", "map", "cbor"
	};

	return json_pack("{s:s, s:o, s:o}", "type", types[tsm_claim_type(claim)],
			 "value", json_value(claim), "label", tsm_claim_label_text(claim) ?
			 json_string(tsm_claim_label_text(claim)) :
			 json_integer(tsm_claim_label(claim)));
}

static json_t *json_array_of(const struct tsm_claim *claim)
{
	json_t *array = json_array();

	for (; claim; claim = tsm_claim_next(claim))
		array = json_appended(array, json_value(claim));
	return array;
}

/* Claims of the specification by name; what else there is in "unknown", by label. */
static json_t *json_map(const struct tsm_claim *claim)
{
	json_t *map = json_object(), *unknown = json_array();

	for (; claim; claim = tsm_claim_next(claim)) {
		if (tsm_claim_name(claim))
			map = json_with(map, tsm_claim_name(claim), json_value(claim));
		else
			unknown = json_appended(unknown, json_typed(claim));
	}
	if (!unknown || json_array_size(unknown))
		return json_with(map, "unknown", unknown);
	json_decref(unknown);
	return map;
}

static enum status print_json_token(const struct tsm_token *token)
{
	json_t *top = json_pack("{s:i, s:b}", "wrapper", tsm_token_wrapper(token), "verified", 0);
	int i;

	for (i = TSM_TOKEN_REALM; i <= TSM_TOKEN_PLATFORM; i++) {
		enum tsm_token_part part = (enum tsm_token_part)i;
		int64_t alg = tsm_token_alg(token, part);
		json_t *json;

		json = json_pack("{s:o, s:o}", "alg",
				 alg_name(alg) ? json_string(alg_name(alg)) : json_integer(alg),
				 "claims", json_map(tsm_token_claims(token, part)));
		top = json_with(top, part_names[i], json);
	}
	return print_json(top);
}

enum status verb_token_show(int argc, char **argv)
{
	struct tsm_token *token = NULL;
	struct tsm_ctx *ctx;
	enum status status;
	uint8_t *data;
	size_t len;
	int json, first, rc;

	status = parse_json_only(argc, argv, &json, &first);
	if (status)
		return status;
	if (argc - first != 1)
		return fail(STATUS_USAGE,
			    "token show takes one file, or - for stdin: see tsmctl --help");
	status = read_file(argv[first], TSM_TOKEN_MAX, &data, &len);
	if (status)
		return status;
	if (tsm_ctx_new(NULL, &ctx)) {
		free(data);
		return fail(STATUS_FAILED, "out of memory");
	}
	rc = tsm_token_new(ctx, data, len, &token);
	if (rc)
		status = fail_tsm(ctx, rc);
	else
		status = json ? print_json_token(token) : print_text_token(token);
	tsm_token_free(&token);
	tsm_ctx_free(&ctx);
	free(data);
	return status;
}
