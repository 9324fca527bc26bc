// SPDX-License-Identifier: GPL-2.0-only
/*
 * tsm-keyprovider: an ocicrypt key provider in the cmd form. A layer's key is wrapped
 * with a key that a KBS holds, which it gives to realms that attest themselves.
 */
#include <errno.h>
#include <getopt.h>
#include <malloc.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <jansson.h>
#include <openssl/crypto.h>

#include "kek.h"
#include "keyprovider.h"
#include "protocol.h"
#include "wrap.h"

#define INPUT_MAX	(1024 * 1024)
#define PROVIDER	"attestation-agent"

struct args {
	const char *url;
	const char *provider;
	int v2;
	struct tsm_kbs_opts opts;
};

static const char *log_name;

enum status fail(enum status status, const char *fmt, ...)
{
	char line[1024], *c;
	va_list ap;
	FILE *log;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	/* it may hold an image's words, and a terminal shows it */
	for (c = line; *c; c++)
		if (*c < 0x20 || *c > 0x7e)
			*c = '?';
	fprintf(stderr, "tsm-keyprovider: %s\n", line);
	log = log_name ? fopen(log_name, "ae") : NULL;
	if (log) {
		fprintf(log, "tsm-keyprovider: %s\n", line);
		fclose(log);
	}
	return status;
}

static enum status print_help(void)
{
	puts("tsm-keyprovider [--url URL] [--ca FILE | --pin FILE | --plain-http]\n"
	     "    [--proxy URL] [--timeout SECONDS] [--dir DIR] [--provider NAME] [--v2]\n"
	     "    [--log FILE]\n"
	     "\n"
	     "An ocicrypt key provider (cmd): reads a request from stdin, answers on stdout.\n"
	     "Unwrapping takes the key from the KBS at URL; wrapping takes it from a file:\n"
	     "encrypt with provider:" PROVIDER ":keyid=kbs:///REPOSITORY/TYPE/TAG::keypath=FILE\n"
	     "\n"
	     "Exit status:\n"
	     "  0  done\n"
	     "  1  memory, or anything else that is not below\n"
	     "  2  usage\n"
	     "  3  bad input: the request, its parameters or the annotation\n"
	     "  4  no key: the KBS, or the file, does not give it\n"
	     "  5  the key is not the one that the layer's was wrapped with");
	return STATUS_OK;
}

static enum status set_timeout(const char *text, unsigned int *ms)
{
	char *end;
	unsigned long seconds = strtoul(text, &end, 10);

	if (!*text || *text == '-' || *end || !seconds || seconds > 86400)
		return fail(STATUS_USAGE, "--timeout: give seconds, 1 to 86400");
	*ms = (unsigned int)seconds * 1000;
	return STATUS_OK;
}

static enum status parse(int argc, char **argv, struct args *args, int *help)
{
	enum { URL = 256, CA, PIN, PLAIN_HTTP, PROXY, TIMEOUT, DIR, NAME, V2, LOG, HELP };
	static const struct option options[] = {
		{ "url", required_argument, NULL, URL },
		{ "ca", required_argument, NULL, CA },
		{ "pin", required_argument, NULL, PIN },
		{ "plain-http", no_argument, NULL, PLAIN_HTTP },
		{ "proxy", required_argument, NULL, PROXY },
		{ "timeout", required_argument, NULL, TIMEOUT },
		{ "dir", required_argument, NULL, DIR },
		{ "provider", required_argument, NULL, NAME },
		{ "v2", no_argument, NULL, V2 },
		{ "log", required_argument, NULL, LOG },
		{ "help", no_argument, NULL, HELP },
		{ 0 }
	};
	enum status status = STATUS_OK;
	int c;

	args->opts.size = sizeof(args->opts);
	args->provider = PROVIDER;
	while (!status && (c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == URL)
			args->url = optarg;
		else if (c == CA)
			args->opts.ca_file = optarg;
		else if (c == PIN)
			args->opts.pin_file = optarg;
		else if (c == PLAIN_HTTP)
			args->opts.flags |= TSM_KBS_PLAIN_HTTP;
		else if (c == PROXY)
			args->opts.proxy = optarg;
		else if (c == TIMEOUT)
			status = set_timeout(optarg, &args->opts.timeout_ms);
		else if (c == DIR)
			args->opts.report_dir = optarg;
		else if (c == NAME)
			args->provider = optarg;
		else if (c == V2)
			args->v2 = 1;
		else if (c == LOG)
			log_name = optarg;
		else if (c == HELP)
			*help = 1;
		else
			status = fail(STATUS_USAGE, "unknown option, or no value: see --help");
	}
	if (!status && optind < argc)
		status = fail(STATUS_USAGE, "no argument %s is known: see --help", argv[optind]);
	return status;
}

/* --- wrap and unwrap --- */

/* "keyid=URI::keypath=FILE[::algorithm=A256GCM|A256CTR]", taken apart in place. */
static enum status read_parameter(char *text, struct packet *packet, const char **keypath)
{
	const char *kid = NULL;
	char *next, *value;

	for (; text; text = next) {
		next = strstr(text, "::");
		if (next) {
			*next = '\0';
			next += 2;
		}
		value = strchr(text, '=');
		if (!value)
			return fail(STATUS_BAD_INPUT, "parameter %.64s: it is no NAME=VALUE", text);
		*value++ = '\0';
		if (!strcmp(text, "keyid"))
			kid = value;
		else if (!strcmp(text, "keypath"))
			*keypath = value;
		else if (strcmp(text, "algorithm") != 0)
			return fail(STATUS_BAD_INPUT, "unknown parameter %.64s: keyid, keypath, algorithm",
				    text);
		else if (wrap_type_read(value, &packet->type))
			return STATUS_BAD_INPUT;
	}
	if (!kid || strncmp(kid, "kbs", 3) != 0 || !*keypath)
		return fail(STATUS_BAD_INPUT,
			    "wrapping takes keyid=kbs:///REPOSITORY/TYPE/TAG::keypath=FILE");
	packet->kid = strdup(kid);
	return packet->kid ? STATUS_OK : fail(STATUS_FAILED, "out of memory");
}

static enum status do_wrap(struct request *request, const struct args *args, struct bytes *result)
{
	struct packet packet = { .type = WRAP_A256GCM };
	const char *keypath = NULL;
	uint8_t kek[KEK_SIZE];
	enum status status;

	if (strlen((char *)request->parameter.data) != request->parameter.len)
		return fail(STATUS_BAD_INPUT, "the parameter is no text");
	status = read_parameter((char *)request->parameter.data, &packet, &keypath);
	if (!status)
		status = kek_from_file(keypath, kek);
	if (!status)
		status = key_wrap(kek, &request->data, &packet);
	if (!status)
		status = packet_write(&packet, args->v2, result);
	OPENSSL_cleanse(kek, sizeof(kek));
	packet_free(&packet);
	return status;
}

static enum status do_unwrap(const struct request *request, const struct args *args,
			     struct bytes *result)
{
	struct packet packet = { 0 };
	uint8_t kek[KEK_SIZE];
	enum status status;

	if (!args->url)
		return fail(STATUS_USAGE, "unwrapping needs --url URL, the KBS's");
	status = packet_read(&request->data, &packet);
	if (!status)
		status = kek_from_kbs(args->url, &args->opts, packet.kid, kek);
	if (!status)
		status = key_unwrap(kek, &packet, result);
	OPENSSL_cleanse(kek, sizeof(kek));
	packet_free(&packet);
	return status;
}

static enum status read_input(struct bytes *input)
{
	enum status status = bytes_alloc(input, INPUT_MAX);
	size_t len = 0;
	ssize_t n = 1;

	while (!status && n && len < INPUT_MAX) {
		n = read(STDIN_FILENO, input->data + len, INPUT_MAX - len);
		if (n < 0)
			status = fail(STATUS_FAILED, "cannot read the request: %s", strerror(errno));
		else
			len += (size_t)n;
	}
	if (!status && n)
		status = fail(STATUS_BAD_INPUT, "the request is longer than %d bytes", INPUT_MAX);
	input->len = status ? INPUT_MAX : len;
	return status;
}

/* jansson's texts hold keys here, and this program is whose they are: wiped when freed. */
static void wiping_free(void *memory)
{
	if (memory)
		OPENSSL_cleanse(memory, malloc_usable_size(memory));
	free(memory);
}

int main(int argc, char **argv)
{
	struct bytes input = { 0 }, result = { 0 };
	struct request request = { 0 };
	struct args args = { 0 };
	enum status status;
	int help = 0;

	prctl(PR_SET_DUMPABLE, 0);
	signal(SIGPIPE, SIG_IGN);
	json_set_alloc_funcs(malloc, wiping_free);
	opterr = 0;
	status = parse(argc, argv, &args, &help);
	if (status || help)
		return status ? status : print_help();
	status = read_input(&input);
	if (!status)
		status = request_read(&input, args.provider, &request);
	if (!status && request.operation == OPERATION_WRAP)
		status = do_wrap(&request, &args, &result);
	else if (!status)
		status = do_unwrap(&request, &args, &result);
	if (!status)
		status = answer_write(request.operation, &result);
	bytes_free(&result);
	request_free(&request);
	bytes_free(&input);
	return status;
}
