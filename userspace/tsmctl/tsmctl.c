// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tsmctl.h"

static const struct verb {
	const char *word[2];
	enum status (*run)(int argc, char **argv);
	const char *options;
	const char *help;
} verbs[] = {
	{ { "info" }, verb_info, "[--json]",
	  "is this a realm, its RSI version, hash and RPV, who provides reports" },
	{ { "report" }, verb_report, "[--challenge HEX|@FILE|-] [--out FILE] [--dir DIR]",
	  "take a report (on Arm CCA a token) for a challenge: hex digits, or the\n"
	  "      bytes of a file or of stdin; random without one, and printed. Into FILE\n"
	  "      as a whole or not at all, else to stdout. DIR: a report directory that\n"
	  "      root made for its users, instead of a private one" },
	{ { "token", "show" }, verb_token_show, "[--json] FILE|-",
	  "decode a CCA token; nothing of it is verified" },
	{ { "token", "verify" }, verb_token_verify,
	  "--challenge HEX|@FILE|- --trust-anchors FILE\n"
	  "      [--reference-values FILE]... [--log FILE]... [--json] FILE|-",
	  "is this token genuine, bound, fresh and of the realm expected? One line a\n"
	  "      step; what was not given is said not to be checked. Trust anchors: JSON\n"
	  "      as Trustee has it, PEM, JWK or COSE_Key. Logs: a CCEL, then the kernel's" },
};

enum status fail(enum status status, const char *fmt, ...)
{
	va_list ap;

	fputs("tsmctl: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return status;
}

enum status fail_tsm(const struct tsm_ctx *ctx, int err)
{
	static const struct {
		int err;
		enum status status;
	} map[] = {
		{ EINVAL, STATUS_BAD_INPUT },
		{ ENOTDIR, STATUS_BAD_INPUT },
		{ ENODEV, STATUS_NO_REALM },
		{ ENXIO, STATUS_NO_REALM },
		{ ENOENT, STATUS_NO_CONFIGFS },
		{ EACCES, STATUS_NO_PERMISSION },
		{ EPERM, STATUS_NO_PERMISSION },
		{ EROFS, STATUS_NO_PERMISSION },
		{ EBUSY, STATUS_TRY_AGAIN },
		{ ESTALE, STATUS_TRY_AGAIN },
		{ ETIMEDOUT, STATUS_TRY_AGAIN },
		{ ECANCELED, STATUS_TRY_AGAIN },
		{ EINTR, STATUS_TRY_AGAIN },
		{ EBADMSG, STATUS_BAD_TOKEN },
		{ EPROTONOSUPPORT, STATUS_BAD_TOKEN },
		{ EMSGSIZE, STATUS_BAD_TOKEN },
		{ ENOMEM, STATUS_FAILED },
	};
	enum status status = STATUS_PROVIDER;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(map); i++)
		if (map[i].err == -err)
			status = map[i].status;
	return fail(status, "%s", tsm_error(ctx));
}

static enum status print_help(void)
{
	size_t i;

	puts("tsmctl: attestation of Arm CCA realms\n");
	for (i = 0; i < ARRAY_SIZE(verbs); i++)
		printf("  tsmctl %s%s%s %s\n      %s\n", verbs[i].word[0],
		       verbs[i].word[1] ? " " : "", verbs[i].word[1] ? verbs[i].word[1] : "",
		       verbs[i].options, verbs[i].help);
	puts("  tsmctl --help | --version\n"
	     "\n"
	     "Exit status:\n"
	     "  0  done\n"
	     "  1  a file, memory, or anything else that is not below\n"
	     "  2  usage: no such verb or option, or one too many\n"
	     "  3  bad input: hex digits, a challenge's length, no report directory at DIR\n"
	     "  4  not a realm, or nothing here provides reports\n"
	     "  5  configfs is not mounted\n"
	     "  6  no permission\n"
	     "  7  busy, interrupted or out of time: try again\n"
	     "  8  the provider of reports or its firmware failed\n"
	     "  9  the token is malformed or of an unknown kind\n"
	     " 10  verified: the token is not valid\n"
	     " 11  verified: cannot tell whether it is valid");
	return STATUS_OK;
}

enum status fail_option(char **argv, int c)
{
	if (c == ':')
		return fail(STATUS_USAGE, "%s: %s needs a value: see tsmctl --help", argv[0],
			    argv[optind - 1]);
	if (optopt && optopt < OPTION_FIRST)
		return fail(STATUS_USAGE,
			    "%s does not know -%c: see tsmctl --help", argv[0], optopt);
	return fail(STATUS_USAGE, "%s does not know %s: see tsmctl --help", argv[0],
		    argv[optind - 1]);
}

enum status parse_json_only(int argc, char **argv, int *json, int *first)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, OPTION_FIRST },
		{ 0 }
	};
	int c;

	*json = 0;
	while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (c != OPTION_FIRST)
			return fail_option(argv, c);
		*json = 1;
	}
	*first = optind;
	return STATUS_OK;
}

static const struct verb *find_verb(int argc, char **argv)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(verbs); i++)
		if (!strcmp(argv[1], verbs[i].word[0]) &&
		    (!verbs[i].word[1] || (argc > 2 && !strcmp(argv[2], verbs[i].word[1]))))
			return &verbs[i];
	return NULL;
}

int main(int argc, char **argv)
{
	const struct verb *verb;
	enum status status;
	int words, i;

	if (argc < 2)
		return fail(STATUS_USAGE, "say what to do: see tsmctl --help");
	for (i = 1, status = STATUS_USAGE; i < argc && strcmp(argv[i], "--"); i++)
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
			status = print_help();

	verb = find_verb(argc, argv);
	if (status == STATUS_OK) {
		/* helped */
	} else if (!strcmp(argv[1], "--version")) {
		printf("tsmctl %s, libtsm %s\n", TSMCTL_VERSION, tsm_version());
		status = STATUS_OK;
	} else if (verb) {
		words = verb->word[1] ? 2 : 1;
		opterr = 0;
		status = verb->run(argc - words, argv + words);
	} else {
		status = fail(STATUS_USAGE, "no such verb: %s%s%s; see tsmctl --help", argv[1],
			      argc > 2 ? " " : "", argc > 2 ? argv[2] : "");
	}

	/* a full disk must not pass for success */
	if ((fflush(stdout) || ferror(stdout)) && status == STATUS_OK)
		status = fail(STATUS_FAILED, "cannot write to stdout: %s", strerror(errno));
	return status;
}
