// SPDX-License-Identifier: GPL-2.0-only
/* tsmctl token verify: is a token valid for a challenge, by these anchors and values? */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tsm/verify.h>

#include "input.h"
#include "out.h"

#define FILES_MAX	16	/* of each kind */

struct files {
	const char *name[FILES_MAX];
	size_t n;
};

struct args {
	const char *token;
	const char *challenge;
	struct files anchors, refvalues, logs;
	int json;
};

/* What the files held; all that was asked of libtsm. */
struct inputs {
	struct tsm_ctx *ctx;
	struct tsm_anchors *anchors;
	struct tsm_refvalues *refvalues;
	struct tsm_verify_log logs[FILES_MAX];
	uint8_t *log_data[FILES_MAX];
	uint8_t challenge[64];
	size_t challenge_len;
	uint8_t *token;
	size_t token_len;
};

static enum status add_name(struct files *files, const char *option, const char *name)
{
	if (files->n == FILES_MAX)
		return fail(STATUS_USAGE, "token verify takes at most %d %s: see tsmctl --help",
			    FILES_MAX, option);
	files->name[files->n++] = name;
	return STATUS_OK;
}

static enum status parse(int argc, char **argv, struct args *args)
{
	enum { CHALLENGE = OPTION_FIRST, ANCHORS, REFVALUES, LOG, JSON };
	static const struct option options[] = {
		{ "challenge", required_argument, NULL, CHALLENGE },
		{ "trust-anchors", required_argument, NULL, ANCHORS },
		{ "reference-values", required_argument, NULL, REFVALUES },
		{ "log", required_argument, NULL, LOG },
		{ "json", no_argument, NULL, JSON },
		{ 0 }
	};
	enum status status = STATUS_OK;
	int c;

	while (!status && (c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (c == CHALLENGE)
			args->challenge = optarg;
		else if (c == ANCHORS)
			status = add_name(&args->anchors, "--trust-anchors", optarg);
		else if (c == REFVALUES)
			status = add_name(&args->refvalues, "--reference-values", optarg);
		else if (c == LOG)
			status = add_name(&args->logs, "--log", optarg);
		else if (c == JSON)
			args->json = 1;
		else
			status = fail_option(argv, c);
	}
	if (status)
		return status;
	if (argc - optind != 1)
		return fail(STATUS_USAGE,
			    "token verify takes one token, a file or - for stdin: see tsmctl --help");
	if (!args->challenge || !args->anchors.n)
		return fail(STATUS_USAGE,
			    "token verify needs --challenge and --trust-anchors: without them no token can be trusted");
	args->token = argv[optind];
	return STATUS_OK;
}

/* A store that does not read is the caller's mistake, not the token's. */
static enum status fail_store(const struct inputs *in, const char *name, int err)
{
	return fail(err == -ENOMEM || err == -EIO ? STATUS_FAILED : STATUS_BAD_INPUT,
		    "%s: %s", name, tsm_error(in->ctx));
}

static enum status read_anchors(struct inputs *in, const struct files *files)
{
	enum status status = STATUS_OK;
	uint8_t *data;
	size_t i, len;
	int rc;

	for (i = 0; i < files->n && !status; i++) {
		status = read_file(files->name[i], TSM_STORE_MAX, &data, &len);
		if (status)
			break;
		rc = tsm_anchors_add(in->ctx, in->anchors, data, len);
		if (rc)
			status = fail_store(in, files->name[i], rc);
		free(data);
	}
	return status;
}

static enum status read_refvalues(struct inputs *in, const struct files *files)
{
	enum status status = STATUS_OK;
	uint8_t *data;
	size_t i, len;
	int rc;

	for (i = 0; i < files->n && !status; i++) {
		status = read_file(files->name[i], TSM_STORE_MAX, &data, &len);
		if (status)
			break;
		rc = tsm_refvalues_add(in->ctx, in->refvalues, data, len);
		if (rc)
			status = fail_store(in, files->name[i], rc);
		free(data);
	}
	return status;
}

static enum status read_inputs(struct inputs *in, const struct args *args)
{
	enum status status;
	size_t i;

	status = read_bytes_arg("--challenge", args->challenge, in->challenge,
				sizeof(in->challenge), &in->challenge_len);
	if (!status)
		status = read_anchors(in, &args->anchors);
	if (!status)
		status = read_refvalues(in, &args->refvalues);
	for (i = 0; i < args->logs.n && !status; i++) {
		status = read_file(args->logs.name[i], TSM_EVENTLOG_MAX, &in->log_data[i],
				   &in->logs[i].len);
		in->logs[i].data = in->log_data[i];
	}
	if (!status)
		status = read_file(args->token, TSM_TOKEN_MAX, &in->token, &in->token_len);
	return status;
}

/* --- text --- */

static const char *part_name(enum tsm_token_part part)
{
	return part == TSM_TOKEN_REALM ? "realm" : "platform";
}

/* Claims that are not in the specification, at any depth: they counted for nothing. */
static void each_unknown(const struct tsm_claim *claims, int is_array,
			 void (*fn)(const struct tsm_claim *claim, void *arg), void *arg)
{
	const struct tsm_claim *claim;

	for (claim = claims; claim; claim = tsm_claim_next(claim)) {
		if (!is_array && !tsm_claim_name(claim))
			fn(claim, arg);
		else
			each_unknown(tsm_claim_child(claim),
				     tsm_claim_type(claim) == TSM_CLAIM_ARRAY, fn, arg);
	}
}

static void print_unknown(const struct tsm_claim *claim, void *arg)
{
	const char *text = tsm_claim_label_text(claim);

	printf("   not trusted: %s claim ", (const char *)arg);
	if (text) {
		putchar('"');
		print_text(stdout, text);
		puts("\", which is not in the specification");
	} else {
		printf("%" PRId64 ", which is not in the specification\n", tsm_claim_label(claim));
	}
}

static void print_verdicts(const struct tsm_verify *verify)
{
	const struct tsm_token *token = tsm_verify_token(verify);
	const char *sep = "; not checked: ";
	char names[2][16] = { "realm", "platform" };
	int i;

	for (i = 0; i < TSM_STEPS; i++) {
		enum tsm_step step = (enum tsm_step)i;

		printf("%s  %-25s ", verdict_mark(tsm_verify_step(verify, step)),
		       tsm_step_name(step));
		print_text(stdout, tsm_verify_step_reason(verify, step));
		putchar('\n');
	}
	for (i = TSM_TOKEN_REALM; i <= TSM_TOKEN_PLATFORM; i++)
		each_unknown(tsm_token_claims(token, (enum tsm_token_part)i), 0, print_unknown,
			     names[i]);
	printf("%s", tsm_verdict_name(tsm_verify_verdict(verify)));
	for (i = 0; i < TSM_STEPS; i++) {
		if (tsm_verify_step(verify, (enum tsm_step)i) != TSM_VERDICT_WAIVED)
			continue;
		printf("%s%s", sep, tsm_step_name((enum tsm_step)i));
		sep = ", ";
	}
	putchar('\n');
}

/* --- JSON --- */

static json_t *json_step(const struct tsm_verify *verify, enum tsm_step step)
{
	enum tsm_token_part part;
	int64_t label = tsm_verify_step_claim(verify, step, &part);
	json_t *json = json_pack("{s:s, s:s, s:s}", "step", tsm_step_name(step),
				 "verdict", tsm_verdict_name(tsm_verify_step(verify, step)),
				 "reason", tsm_verify_step_reason(verify, step));

	if (label)
		json = json_with(json, "claim", json_pack("{s:s, s:I}", "part", part_name(part),
							  "label", (json_int_t)label));
	return json;
}

struct unknown {
	const char *part;
	json_t *list;
};

static void append_unknown(const struct tsm_claim *claim, void *arg)
{
	const char *text = tsm_claim_label_text(claim);
	struct unknown *u = arg;

	u->list = json_appended(u->list, json_pack("{s:s, s:o}", "part", u->part, "label",
						   text ? json_string(text) :
						   json_integer(tsm_claim_label(claim))));
}

static enum status print_json_verdicts(const struct tsm_verify *verify)
{
	const struct tsm_token *token = tsm_verify_token(verify);
	struct unknown u = { .list = json_array() };
	json_t *list = json_array();
	int i;

	for (i = 0; i < TSM_STEPS; i++)
		list = json_appended(list, json_step(verify, (enum tsm_step)i));
	for (i = TSM_TOKEN_REALM; i <= TSM_TOKEN_PLATFORM; i++) {
		u.part = part_name((enum tsm_token_part)i);
		each_unknown(tsm_token_claims(token, (enum tsm_token_part)i), 0, append_unknown,
			     &u);
	}
	return print_json(json_pack("{s:s, s:s, s:o, s:o, s:I}",
				    "verdict", tsm_verdict_name(tsm_verify_verdict(verify)),
				    "reason", tsm_verify_reason(verify), "steps", list,
				    "unknown-claims", u.list,
				    "log-records", (json_int_t)tsm_verify_records(verify)));
}

static enum status verify_token(const struct inputs *in, const struct args *args)
{
	/* what is not given is shown as not checked */
	struct tsm_verify_opts opts = {
		.size = sizeof(opts),
		.anchors = in->anchors,
		.challenge = in->challenge,
		.challenge_len = in->challenge_len,
		.refvalues = in->refvalues,
		.logs = in->logs,
		.n_logs = args->logs.n,
		.waive = 1u << TSM_STEP_PLATFORM_REFVALUES | 1u << TSM_STEP_REALM_REFVALUES |
			 1u << TSM_STEP_EVENT_LOG,
	};
	enum status status = STATUS_OK;
	struct tsm_verify *verify;
	int rc;

	rc = tsm_verify_new(in->ctx, in->token, in->token_len, &opts, &verify);
	if (rc)
		return fail_store(in, args->token, rc);
	if (args->json)
		status = print_json_verdicts(verify);
	else
		print_verdicts(verify);
	if (!status && tsm_verify_verdict(verify) != TSM_VERDICT_VALID)
		status = tsm_verify_verdict(verify) == TSM_VERDICT_INVALID ? STATUS_NOT_VALID :
			 STATUS_CANNOT_TELL;
	tsm_verify_free(&verify);
	return status;
}

enum status verb_token_verify(int argc, char **argv)
{
	struct args args = { 0 };
	struct inputs in = { 0 };
	enum status status;
	size_t i;

	status = parse(argc, argv, &args);
	if (status)
		return status;
	if (tsm_ctx_new(NULL, &in.ctx) || tsm_anchors_new(in.ctx, &in.anchors) ||
	    tsm_refvalues_new(in.ctx, &in.refvalues))
		status = fail(STATUS_FAILED, "out of memory");
	if (!status)
		status = read_inputs(&in, &args);
	if (!status)
		status = verify_token(&in, &args);
	for (i = 0; i < args.logs.n; i++)
		free(in.log_data[i]);
	free(in.token);
	tsm_refvalues_free(&in.refvalues);
	tsm_anchors_free(&in.anchors);
	tsm_ctx_free(&in.ctx);
	return status;
}
