// SPDX-License-Identifier: GPL-2.0-only
/* tsmctl kbs: attest to a Key Broker Service, and get a resource. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base64.h"
#include "input.h"
#include "kbs_load.h"
#include "out.h"
#include "progress.h"
#include "signals.h"

#define INITDATA_MAX	(1024 * 1024)
#define LOG_MAX		(64 * 1024 * 1024)
#define TIMEOUT_MAX	86400	/* seconds */

struct args {
	const char *uri;
	const char *url;
	const char *out;
	const char *log;
	const char *initdata;
	int show;
	struct tsm_kbs_opts opts;
};

enum { URL = OPTION_FIRST, CA, PIN, PROXY, TIMEOUT, PLAIN_HTTP, DIR, INITDATA, LOG, OUT, SHOW };

static enum status set_timeout(const char *text, unsigned int *ms)
{
	char *end;
	unsigned long seconds = strtoul(text, &end, 10);

	if (!*text || *text == '-' || *end || !seconds || seconds > TIMEOUT_MAX)
		return fail(STATUS_BAD_INPUT, "--timeout: give seconds, 1 to %d", TIMEOUT_MAX);
	*ms = (unsigned int)seconds * 1000;
	return STATUS_OK;
}

static enum status set_option(char **argv, int c, struct args *args)
{
	switch (c) {
	case URL:
		args->url = optarg;
		break;
	case CA:
		args->opts.ca_file = optarg;
		break;
	case PIN:
		args->opts.pin_file = optarg;
		break;
	case PROXY:
		args->opts.proxy = optarg;
		break;
	case TIMEOUT:
		return set_timeout(optarg, &args->opts.timeout_ms);
	case PLAIN_HTTP:
		args->opts.flags |= TSM_KBS_PLAIN_HTTP;
		break;
	case DIR:
		args->opts.report_dir = optarg;
		break;
	case INITDATA:
		args->initdata = optarg;
		break;
	case LOG:
		args->log = optarg;
		break;
	case OUT:
		args->out = optarg;
		break;
	case SHOW:
		args->show = 1;
		break;
	default:
		return fail_option(argv, c);
	}
	return STATUS_OK;
}

/* The last option is the verb's own, @own. */
static enum status parse(int argc, char **argv, struct option own, struct args *args)
{
	const struct option options[] = {
		{ "url", required_argument, NULL, URL },
		{ "ca", required_argument, NULL, CA },
		{ "pin", required_argument, NULL, PIN },
		{ "proxy", required_argument, NULL, PROXY },
		{ "timeout", required_argument, NULL, TIMEOUT },
		{ "plain-http", no_argument, NULL, PLAIN_HTTP },
		{ "dir", required_argument, NULL, DIR },
		{ "initdata", required_argument, NULL, INITDATA },
		{ "log", required_argument, NULL, LOG },
		own,
		{ 0 }
	};
	enum status status = STATUS_OK;
	int c;

	args->opts.size = sizeof(args->opts);
	while (!status && (c = getopt_long(argc, argv, ":", options, NULL)) != -1)
		status = set_option(argv, c, args);
	if (!status && !args->url)
		status = fail(STATUS_USAGE, "kbs %s needs --url URL: see tsmctl --help", argv[0]);
	return status;
}

/* --- one run --- */

struct run {
	struct kbs_library library;
	struct tsm_ctx *ctx;
	struct tsm_kbs *kbs;
	uint8_t *initdata;
	uint8_t *log;
};

static void print_log(void *data, enum tsm_log_level level, const char *text)
{
	(void)data;
	if (level == TSM_LOG_WARNING)
		fprintf(stderr, "tsmctl: warning: %s\n", text);
}

static enum status read_inputs(struct run *run, struct args *args)
{
	enum status status = STATUS_OK;
	uint8_t *text;
	size_t len;

	if (args->initdata) {
		status = read_file(args->initdata, INITDATA_MAX, &run->initdata, &len);
		if (status)
			return status;
		text = realloc(run->initdata, len + 1);
		if (!text)
			return fail(STATUS_FAILED, "out of memory");
		run->initdata = text;
		text[len] = '\0';
		if (strlen((char *)text) != len)
			return fail(STATUS_BAD_INPUT, "%s is no text", args->initdata);
		args->opts.initdata = (char *)text;
	}
	if (args->log) {
		status = read_file(args->log, LOG_MAX, &run->log, &args->opts.eventlog_len);
		args->opts.eventlog = run->log;
	}
	return status;
}

static enum status fail_kbs(const struct tsm_ctx *ctx, int rc)
{
	switch (rc) {
	case -EKEYREJECTED:
		return fail(STATUS_REFUSED, "%s", tsm_error(ctx));
	case -ENOKEY:
		return fail(STATUS_NO_RESOURCE, "%s", tsm_error(ctx));
	case -ECONNABORTED:
	case -EPROTO:
	case -EPROTONOSUPPORT:
	case -EBADMSG:
	case -EMSGSIZE:
		return fail(STATUS_BAD_KBS, "%s", tsm_error(ctx));
	case -EHOSTUNREACH:
	case -EAGAIN:
		return fail(STATUS_TRY_AGAIN, "%s", tsm_error(ctx));
	default:
		return fail_tsm(ctx, rc);
	}
}

static enum status begin(struct run *run, struct args *args)
{
	const struct tsm_ctx_opts opts = { .size = sizeof(opts), .log = print_log };
	enum status status;
	int rc;

	/* what comes is secret: no core dump of it, and no debugger of the same user */
	prctl(PR_SET_DUMPABLE, 0);
	status = kbs_load(&run->library);
	if (!status)
		status = read_inputs(run, args);
	if (status)
		return status;
	if (tsm_ctx_new(&opts, &run->ctx))
		return fail(STATUS_FAILED, "out of memory");
	signals_catch();
	args->opts.cancel = signals_came;
	rc = run->library.new_client(run->ctx, args->url, &args->opts, &run->kbs);
	return rc ? fail_kbs(run->ctx, rc) : STATUS_OK;
}

static void end(struct run *run)
{
	if (run->kbs)
		run->library.free_client(&run->kbs);
	tsm_ctx_free(&run->ctx);
	free(run->initdata);
	free(run->log);
	signals_obey();
}

static enum status with_kbs(struct args *args,
			    enum status (*what)(struct run *run, const struct args *args))
{
	struct run run = { 0 };
	enum status status = begin(&run, args);

	if (!status)
		status = what(&run, args);
	end(&run);
	return status;
}

/* --- kbs get --- */

static enum status get(struct run *run, const struct args *args)
{
	struct tsm_kbs_resource *resource = NULL;
	enum status status;
	const uint8_t *data;
	size_t len;
	int rc;

	progress_begin("waiting for the KBS");
	rc = run->library.get(run->ctx, run->kbs, args->uri, &resource);
	progress_end();
	if (rc)
		return fail_kbs(run->ctx, rc);
	data = run->library.data(resource, &len);
	status = args->out ? save_secret(args->out, data, len) : write_secret(data, len);
	run->library.free_resource(&resource);
	return status;
}

enum status verb_kbs_get(int argc, char **argv)
{
	const struct option own = { "out", required_argument, NULL, OUT };
	struct args args = { 0 };
	enum status status;

	status = parse(argc, argv, own, &args);
	if (status)
		return status;
	if (argc - optind != 1)
		return fail(STATUS_USAGE, "kbs get takes one resource, kbs:///REPOSITORY/TYPE/TAG: see tsmctl --help");
	if (!args.out && isatty(STDOUT_FILENO))
		return fail(STATUS_USAGE,
			    "a secret is nothing for a terminal: give --out FILE, or pipe it");
	args.uri = argv[optind];
	return with_kbs(&args, get);
}

/* --- kbs attest --- */

/* A part of a JWT: JSON in base64url. */
static json_t *json_part(const char *text, size_t len)
{
	uint8_t *data = base64url_decode(text, len, &len);
	json_t *json = data ? json_loadb((char *)data, len, 0, NULL) : NULL;

	free(data);
	return json;
}

static enum status show_token(const char *token)
{
	size_t len = strcspn(token, ".");
	json_t *header = json_part(token, len), *claims = NULL;
	const char *next = token + len;

	if (*next) {
		next++;
		claims = json_part(next, strcspn(next, "."));
	}
	if (!header || !claims) {
		json_decref(header);
		json_decref(claims);
		return fail(STATUS_BAD_KBS,
			    "the KBS accepts the evidence, but its result token is no JWT");
	}
	return print_json(json_pack("{s:b, s:o, s:o}", "verified", 0, "header", header,
				    "claims", claims));
}

static enum status attest(struct run *run, const struct args *args)
{
	const char *token;
	int rc;

	progress_begin("waiting for the KBS");
	rc = run->library.attest(run->ctx, run->kbs);
	progress_end();
	if (rc)
		return fail_kbs(run->ctx, rc);
	token = run->library.token(run->kbs);
	if (args->show)
		return show_token(token);
	puts(token);
	return STATUS_OK;
}

enum status verb_kbs_attest(int argc, char **argv)
{
	const struct option own = { "show", no_argument, NULL, SHOW };
	struct args args = { 0 };
	enum status status;

	status = parse(argc, argv, own, &args);
	if (status)
		return status;
	if (optind < argc)
		return fail(STATUS_USAGE,
			    "kbs attest takes no %s: see tsmctl --help", argv[optind]);
	return with_kbs(&args, attest);
}
