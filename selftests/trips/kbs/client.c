// SPDX-License-Identifier: GPL-2.0-only
/*
 * client URL [NAME=VALUE]... COMMAND...: libtsm-kbs as an agent would use it, with the
 * faked kernel of selftests/unit. Options: ca pin proxy timeout request_timeout max key
 * plain initdata log cancel; signals: SIGALRM each ms; forks: a child whenever asked
 * whether to cancel, which complains of what a program run by it would inherit. Commands,
 * in order:
 *
 *	attest		begin a session
 *	get URI		prints "ok", the length and the content in hex
 *	take URI	the same, but says nothing of the content, and keeps it
 *	drop		frees what was taken
 *	token		prints the result token
 *	free		frees the client
 *	faults KIND URI	gets it with a client of its own, as often as it takes for each call
 *			for "memory" (of many, some), to "openssl", or of "curl" for memory to
 *			fail once, and once more with the same client if that failed
 *	wait		prints "waiting" and reads a line
 *
 * Each prints one line, "ok ..." or "ERRNO text".
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>

#include <tsm/kbs.h>

#include "fake_provider.h"
#include "fakefs.h"
#include "faults.h"
#include "faults_curl.h"

static struct tsm_kbs_resource *taken;
static struct tsm_ctx *ctx;
static struct tsm_kbs *kbs;
static struct tsm_kbs_opts opts = { .size = sizeof(opts) };
static const char *url;
static long cancel_ms = -1;

EVP_PKEY *__wrap_EVP_PKEY_Q_keygen(OSSL_LIB_CTX *libctx, const char *propq, const char *type, ...);
EVP_PKEY *__real_EVP_PKEY_Q_keygen(OSSL_LIB_CTX *libctx, const char *propq, const char *type, ...);

/*
 * The session's private key, of RSA a prime, masked: whoever searches this process knows
 * it from here.
 */
static void tell_key(EVP_PKEY *key)
{
	const char *name = EVP_PKEY_is_a(key, "RSA") ? OSSL_PKEY_PARAM_RSA_FACTOR1 :
			   OSSL_PKEY_PARAM_PRIV_KEY;
	unsigned char bytes[256];
	BIGNUM *bn = NULL;
	int i, len;

	if (!getenv("TELL_KEY") || !EVP_PKEY_get_bn_param(key, name, &bn))
		return;
	len = BN_bn2bin(bn, bytes);
	BN_clear_free(bn);
	printf("key ");
	for (i = 0; i < len; i++)
		printf("%02x", bytes[i] ^ 0x5a);
	putchar('\n');
	OPENSSL_cleanse(bytes, sizeof(bytes));
}

EVP_PKEY *__wrap_EVP_PKEY_Q_keygen(OSSL_LIB_CTX *libctx, const char *propq, const char *type, ...)
{
	EVP_PKEY *key;
	va_list ap;

	if (faults_openssl())
		return NULL;
	va_start(ap, type);
	if (!strcmp(type, "EC"))
		key = __real_EVP_PKEY_Q_keygen(libctx, propq, type, va_arg(ap, char *));
	else
		key = __real_EVP_PKEY_Q_keygen(libctx, propq, type, va_arg(ap, size_t));
	va_end(ap);
	if (key)
		tell_key(key);
	return key;
}

static void print_log(void *data, enum tsm_log_level level, const char *text)
{
	(void)data;
	fprintf(stderr, "%s: %s\n", level == TSM_LOG_WARNING ? "warning" : "debug", text);
}

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int cancel(void *data)
{
	(void)data;
	return now_ms() >= cancel_ms;
}

static void nothing(int number)
{
	(void)number;
}

static void send_signals(void)
{
	const struct itimerval each_ms = { { 0, 1000 }, { 0, 1000 } };
	const struct sigaction action = { .sa_handler = nothing };	/* no SA_RESTART */

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &each_ms, NULL);
}

static int fork_child(void *data)
{
	int fd, flags, status = 0;
	pid_t pid = fork();

	(void)data;
	if (!pid) {
		for (fd = STDERR_FILENO + 1; fd < 256 && !status; fd++) {
			flags = fcntl(fd, F_GETFD);
			if (flags >= 0 && !(flags & FD_CLOEXEC))
				status = fd;
		}
		_exit(status);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return 1;
	if (status)
		fprintf(stderr, "inherited: descriptor %d\n", WEXITSTATUS(status));
	return 0;
}

static void *read_file(const char *name, size_t *len)
{
	static char data[4 << 20];
	FILE *f = fopen(name, "r");

	if (!f)
		exit(3);
	*len = fread(data, 1, sizeof(data) - 1, f);
	data[*len] = '\0';
	fclose(f);
	return data;
}

static void set_option(struct tsm_kbs_opts *o, const char *name, const char *value)
{
	size_t len;

	if (!strcmp(name, "ca"))
		o->ca_file = value;
	else if (!strcmp(name, "pin"))
		o->pin_file = value;
	else if (!strcmp(name, "proxy"))
		o->proxy = value;
	else if (!strcmp(name, "timeout"))
		o->timeout_ms = (unsigned int)atoi(value);
	else if (!strcmp(name, "request_timeout"))
		o->request_timeout_ms = (unsigned int)atoi(value);
	else if (!strcmp(name, "max"))
		o->max_size = (size_t)atol(value);
	else if (!strcmp(name, "key"))
		o->key = (enum tsm_kbs_key)atoi(value);
	else if (!strcmp(name, "flags"))
		o->flags = (unsigned int)atoi(value);
	else if (!strcmp(name, "dir"))
		o->report_dir = value;
	else if (!strcmp(name, "initdata"))
		o->initdata = strdup(read_file(value, &len));
	else if (!strcmp(name, "log"))
		o->eventlog = read_file(value, &o->eventlog_len);
	else if (!strcmp(name, "cancel"))
		cancel_ms = now_ms() + atol(value);
	else if (!strcmp(name, "signals"))
		send_signals();
	else if (!strcmp(name, "forks"))
		o->cancel = fork_child;
	else
		exit(3);
	if (cancel_ms >= 0)
		o->cancel = cancel;
}

static void result(int rc)
{
	if (rc)
		printf("%s %s\n", strerrorname_np(-rc), tsm_error(ctx));
	else
		puts("ok");
}

static void get(const char *uri)
{
	struct tsm_kbs_resource *resource = NULL;
	const uint8_t *data;
	size_t len;
	int rc;

	rc = tsm_kbs_resource_new(ctx, kbs, uri, &resource);
	if (rc) {
		result(rc);
		return;
	}
	data = tsm_kbs_resource_data(resource, &len);
	printf("ok %zu ", len);
	while (len--)
		printf("%02x", *data++);
	putchar('\n');
	tsm_kbs_resource_free(&resource);
}

/* The kernel has its memory, and needs no OpenSSL. */
static size_t kernel_token(const uint8_t *challenge, size_t len, uint8_t *out)
{
	size_t n;

	faults_pause(true);
	n = fake_token(challenge, len, out);
	faults_pause(false);
	return n;
}

static void get_with_faults(const char *kind, const char *uri)
{
	unsigned int n;
	bool failed;
	int rc;

	for (n = 1, failed = true; failed; n += n < 100 || strcmp(kind, "memory") ? 1 : n / 8) {
		struct tsm_kbs_resource *resource = NULL;
		struct tsm_kbs *one = NULL;

		if (!strcmp(kind, "openssl"))
			faults_openssl_at(n);
		else if (!strcmp(kind, "curl"))
			faults_library_at(n);
		else
			faults_at(n);
		rc = tsm_kbs_new(ctx, url, &opts, &one);
		if (!rc)
			rc = tsm_kbs_resource_new(ctx, one, uri, &resource);
		failed = faults_end();
		printf("%s %u %s %s\n", failed ? "failed" : "all", n, rc ? strerrorname_np(-rc) : "ok",
		       rc ? tsm_error(ctx) : "");
		tsm_kbs_resource_free(&resource);
		if (rc && one) {
			rc = tsm_kbs_resource_new(ctx, one, uri, &resource);
			if (rc)
				printf("not again: %s %s\n", strerrorname_np(-rc), tsm_error(ctx));
			tsm_kbs_resource_free(&resource);
		}
		tsm_kbs_free(&one);
	}
}

static void run(char **argv)
{
	for (; *argv; argv++) {
		if (!strcmp(*argv, "attest")) {
			result(tsm_kbs_attest(ctx, kbs));
		} else if (!strcmp(*argv, "get")) {
			get(*++argv);
		} else if (!strcmp(*argv, "take")) {
			result(tsm_kbs_resource_new(ctx, kbs, *++argv, &taken));
		} else if (!strcmp(*argv, "drop")) {
			tsm_kbs_resource_free(&taken);
			result(0);
		} else if (!strcmp(*argv, "faults")) {
			get_with_faults(argv[1], argv[2]);
			argv += 2;
		} else if (!strcmp(*argv, "token")) {
			puts(tsm_kbs_token(kbs) ? tsm_kbs_token(kbs) : "none");
		} else if (!strcmp(*argv, "free")) {
			tsm_kbs_free(&kbs);
			result(0);
		} else if (!strcmp(*argv, "wait")) {
			puts("waiting");
			if (getchar() == EOF)
				exit(3);
		} else {
			exit(3);
		}
	}
}

int main(int argc, char **argv)
{
	struct tsm_ctx_opts ctx_opts = { .size = sizeof(ctx_opts), .root = fake_root,
					 .log = print_log };
	int rc;

	if (argc < 3)
		return 3;
	url = argv[1];
	setvbuf(stdout, NULL, _IOLBF, 0);
	fake_make_report = kernel_token;
	fake_from_environment();
	for (argv += 2; *argv && strchr(*argv, '='); argv++) {
		char *value = strchr(*argv, '=');

		*value = '\0';
		set_option(&opts, *argv, value + 1);
	}
	if (!faults_curl_begin() || tsm_ctx_new(&ctx_opts, &ctx))
		return 3;
	rc = tsm_kbs_new(ctx, url, &opts, &kbs);
	if (rc)
		result(rc);
	else
		run(argv);
	tsm_kbs_resource_free(&taken);
	tsm_kbs_free(&kbs);
	tsm_ctx_free(&ctx);
	free((void *)(uintptr_t)opts.initdata);
	return rc ? 1 : 0;
}
