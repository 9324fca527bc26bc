// SPDX-License-Identifier: GPL-2.0-only
/* Which verb is meant, what --help says, and how the program ends. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tsmctl.h"

static const struct verb {
	const char *word[2];
	enum status (*run)(int argc, char **argv);
	const char *brief;
	const char *options;
	const char *more;	/* lines of its own help, or NULL */
} verbs[] = {
	{ { "info" }, verb_info, "is this a realm, its hash, who provides reports",
	  "[--json]",
	  "RSI version, hash, RPV, the device with the registers, the provider of reports." },
	{ { "report" }, verb_report, "take a report (on Arm CCA a token) for a challenge",
	  "[--challenge HEX|@FILE|-] [--out FILE] [--dir DIR]",
	  "The challenge: hex digits, or the bytes of a file or of stdin; random without\n"
	  "one, and printed. Into FILE as a whole or not at all, else to stdout. DIR: a\n"
	  "report directory that root made for its users, instead of the best way there is." },
	{ { "token", "show" }, verb_token_show, "decode a CCA token; nothing of it is verified",
	  "[--json] FILE|-", NULL },
	{ { "token", "verify" }, verb_token_verify,
	  "is a token genuine, bound, fresh and the realm's?",
	  "--challenge HEX|@FILE|- --trust-anchors FILE\n"
	  "          [--reference-values FILE]... [--log FILE]... [--json] FILE|-",
	  "One line a step; what was not given is said not to be checked. Trust anchors:\n"
	  "JSON as Trustee has it, PEM, JWK or COSE_Key. Logs: a CCEL, then the kernel's." },
	{ { "measure", "list" }, verb_measure_list, "the measurement registers",
	  "[--json]",
	  "Of one moment. \"diverged\": extended past the module, the log does not explain it." },
	{ { "measure", "read" }, verb_measure_read, "one register's value",
	  "REG", "REG: rim, rem0, rem1, rem2 or rem3." },
	{ { "measure", "extend" }, verb_measure_extend, "extend a register by a bare digest",
	  "REG HEX|@FILE|-",
	  "REG: rem0 to rem3. A digest of the realm's hash (tsmctl info), which is logged\n"
	  "as such: who knows what was measured had better say so, by measure event." },
	{ { "measure", "event" }, verb_measure_event, "measure an event, text and all",
	  "REG DOMAIN OPERATION CONTENT",
	  "REG: rem0 to rem3. DOMAIN and OPERATION are printable words of up to 255\n"
	  "characters, CONTENT has up to 2048 and may have spaces." },
	{ { "log", "show" }, verb_log_show, "the event log, a line a record",
	  "[--json | --tree]",
	  "--json: an object a line. \"text\" is there for events alone. --tree: below their\n"
	  "registers, each with event, content and digest." },
	{ { "log", "export" }, verb_log_export, "the event log as verifiers read it",
	  "[--out FILE]",
	  "TCG crypto agile. Into FILE as a whole or not at all, else to stdout." },
	{ { "log", "verify" }, verb_log_verify, "does the log explain the registers?",
	  "[--token FILE|-]",
	  "Replays it against the live registers, or finds its prefix that fits a token's,\n"
	  "of which nothing else is verified. Says which record or register does not fit." },
	{ { "watch" }, verb_watch, "a line for each extension, as it happens",
	  "[--json] [--room BYTES]",
	  "Ends with a signal. Each record comes once, in order: where notifications were\n"
	  "lost, as more waited than there was room for, it says so and reads the log." },
	{ { "kbs", "get" }, verb_kbs_get, "get a secret from a Key Broker Service",
	  "kbs:///REPOSITORY/TYPE/TAG --url URL [--out FILE]\n"
	  "          [--ca FILE | --pin FILE | --plain-http] [--proxy URL]\n"
	  "          [--timeout SECONDS] [--initdata FILE] [--log FILE] [--dir DIR]",
	  "The realm attests itself to the KBS at URL, which has to be one of the system's\n"
	  "CAs, one of --ca, or the very one of --pin. Into FILE, for its owner alone to\n"
	  "read, as a whole or not at all; else to stdout." },
	{ { "kbs", "attest" }, verb_kbs_attest, "show a KBS what this realm is",
	  "--url URL [--show]\n"
	  "          [--ca FILE | --pin FILE | --plain-http] [--proxy URL]\n"
	  "          [--timeout SECONDS] [--initdata FILE] [--log FILE] [--dir DIR]",
	  "Prints the result token, a JWT; --show: what is in it. It is not verified here." },
	{ { "trustee", "export" }, verb_trustee_export,
	  "what Trustee has to know, from a good token",
	  "--cpak FILE [--trust-anchors FILE]\n"
	  "          [--reference-values FILE] [--rvps FILE] [--rim HEX|@FILE|-]...\n"
	  "          [--any-rems] [--any-rpv] TOKEN|-",
	  "Writes files in Trustee's JSON from a token of a realm that is as it should be,\n"
	  "signed by the platform's key in --cpak. --rim: other RIMs than the token's, as\n"
	  "computed from a realm's files. --any-rems, --any-rpv: without these claims, for\n"
	  "tsmctl token verify; Trustee loads no such reference values." },
};

void complain(const char *fmt, ...)
{
	va_list ap;

	fputs("tsmctl: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
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
		{ ENOSPC, STATUS_LOG_FULL },
		{ ENOMEM, STATUS_FAILED },
		{ EMFILE, STATUS_FAILED },
		{ ENFILE, STATUS_FAILED },
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
	char words[32];
	size_t i;

	puts("tsmctl: attestation of Arm CCA realms\n");
	for (i = 0; i < ARRAY_SIZE(verbs); i++) {
		snprintf(words, sizeof(words), "%s %s", verbs[i].word[0],
			 verbs[i].word[1] ? verbs[i].word[1] : "");
		printf("  tsmctl %-15s  %s\n", words, verbs[i].brief);
	}
	puts("  tsmctl --help | --version\n"
	     "Options: tsmctl VERB --help\n"
	     "\n"
	     "Exit status:\n"
	     "  0  done\n"
	     "  1  a file, memory, or anything else that is not below\n"
	     "  2  usage: no such verb or option, or one too many\n"
	     "  3  bad input: hex digits, a length, a register, no report directory at DIR\n"
	     "  4  not a realm, or its kernel module is not loaded\n"
	     "  5  configfs is not mounted\n"
	     "  6  no permission\n"
	     "  7  busy, interrupted or out of time: try again\n"
	     "  8  the kernel module or the firmware failed\n"
	     "  9  a token or log is malformed or of an unknown kind\n"
	     " 10  verified: not valid\n"
	     " 11  verified: cannot tell whether it is valid\n"
	     " 12  the event log is full\n"
	     " 13  the KBS refuses the evidence, or this realm the resource\n"
	     " 14  the KBS has no such resource\n"
	     " 15  the KBS does not prove to be one, or answers otherwise than it should");
	return STATUS_OK;
}

static enum status print_verb_help(const struct verb *verb)
{
	printf("tsmctl %s%s%s %s\n", verb->word[0], verb->word[1] ? " " : "",
	       verb->word[1] ? verb->word[1] : "", verb->options);
	if (verb->more)
		printf("\n%s\n", verb->more);
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

/* What is opened later must not become a stream that was closed: its use is to fail. */
static void occupy_streams(void)
{
	int fd;

	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
			open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

int main(int argc, char **argv)
{
	const struct verb *verb;
	enum status status;
	int words, i, help = 0;

	occupy_streams();
	/* a line as a whole, whoever else writes there */
	setvbuf(stderr, NULL, _IOLBF, 0);
	if (argc < 2)
		return fail(STATUS_USAGE, "say what to do: see tsmctl --help");
	for (i = 1; i < argc && strcmp(argv[i], "--"); i++)
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
			help = 1;

	verb = find_verb(argc, argv);
	if (help) {
		status = verb ? print_verb_help(verb) : print_help();
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
