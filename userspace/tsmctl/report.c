// SPDX-License-Identifier: GPL-2.0-only
/* tsmctl report: take a token for a challenge. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include <tsm/report.h>
#include <tsm/token.h>

#include "input.h"
#include "out.h"
#include "progress.h"
#include "signals.h"

struct args {
	const char *challenge;
	const char *out;
	const char *dir;
};

static enum status parse(int argc, char **argv, struct args *args)
{
	enum { CHALLENGE = OPTION_FIRST, OUT, DIR };
	static const struct option options[] = {
		{ "challenge", required_argument, NULL, CHALLENGE },
		{ "out", required_argument, NULL, OUT },
		{ "dir", required_argument, NULL, DIR },
		{ 0 }
	};
	int c;

	while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (c == CHALLENGE)
			args->challenge = optarg;
		else if (c == OUT)
			args->out = optarg;
		else if (c == DIR)
			args->dir = optarg;
		else
			return fail_option(argv, c);
	}
	if (optind < argc)
		return fail(STATUS_USAGE, "report takes no %s: see tsmctl --help", argv[optind]);
	if (!args->out && isatty(STDOUT_FILENO))
		return fail(STATUS_USAGE,
			    "a report is binary, nothing for a terminal: give --out FILE, or pipe it");
	return STATUS_OK;
}

static enum status get_challenge(const char *arg, uint8_t *challenge, size_t *len)
{
	if (arg)
		return read_bytes_arg("--challenge", arg, challenge, TSM_CHALLENGE_MAX, len);
	*len = TSM_CHALLENGE_MAX;
	if (getrandom(challenge, *len, 0) != (ssize_t)*len)
		return fail(STATUS_FAILED, "no random bytes for a challenge: give --challenge");
	return STATUS_OK;
}

/* The driver is trusted no further than needed: the token has to hold the challenge. */
static enum status check_token(struct tsm_ctx *ctx, const struct tsm_report *report,
			       const uint8_t *challenge, size_t len, const char **malformed)
{
	uint8_t padded[TSM_CHALLENGE_MAX] = { 0 };
	struct tsm_token *token = NULL;
	enum status status = STATUS_OK;
	const uint8_t *blob, *held;
	size_t size;

	if (strcmp(tsm_report_provider(report), "arm_cca_guest"))
		return STATUS_OK;
	blob = tsm_report_blob(report, &size);
	if (tsm_token_new(ctx, blob, size, &token)) {
		*malformed = tsm_error(ctx);
		return STATUS_OK;
	}
	memcpy(padded, challenge, len);
	held = tsm_token_challenge(token, &size);
	if (memcmp(held, padded, sizeof(padded)))
		status = fail(STATUS_PROVIDER,
			      "the token holds another challenge than the one given: try again, then see the kernel log");
	tsm_token_free(&token);
	return status;
}

static enum status put_out(const struct tsm_report *report, const struct args *args,
			   const uint8_t *challenge, size_t len)
{
	FILE *said = args->out ? stdout : stderr;
	enum status status = STATUS_OK;
	const uint8_t *blob;
	size_t size;

	blob = tsm_report_blob(report, &size);
	if (args->out)
		status = save_file(args->out, blob, size);
	else
		fwrite(blob, 1, size, stdout);
	if (status)
		return status;
	fprintf(said, "challenge  ");
	print_hex(said, challenge, len);
	fprintf(said, "\nprovider   ");
	print_text(said, tsm_report_provider(report));
	fprintf(said, "\nreport     %zu bytes%s%s\n", size, args->out ? " in " : "",
		args->out ? args->out : "");
	return STATUS_OK;
}

enum status verb_report(int argc, char **argv)
{
	struct tsm_report_opts opts = { .size = sizeof(opts) };
	uint8_t challenge[TSM_CHALLENGE_MAX];
	struct tsm_report *report = NULL;
	const char *malformed = NULL;
	struct args args = { 0 };
	struct tsm_ctx *ctx;
	enum status status;
	size_t len;
	int rc;

	status = parse(argc, argv, &args);
	if (!status)
		status = get_challenge(args.challenge, challenge, &len);
	if (status)
		return status;
	if (tsm_ctx_new(NULL, &ctx))
		return fail(STATUS_FAILED, "out of memory");

	signals_catch();
	opts.dir = args.dir;
	progress_begin("waiting for the report");
	rc = tsm_report_new(ctx, challenge, len, &opts, &report);
	progress_end();
	signals_obey();
	status = rc ? fail_tsm(ctx, rc) : check_token(ctx, report, challenge, len, &malformed);
	if (!status)
		status = put_out(report, &args, challenge, len);
	if (!status && malformed)
		status = fail(STATUS_BAD_TOKEN,
			      "the provider's token is kept, but does not decode: %s",
			      malformed);
	tsm_report_free(&report);
	tsm_ctx_free(&ctx);
	return status;
}
