// SPDX-License-Identifier: GPL-2.0-only
/*
 * threads URL CA URI HEX: what <tsm/kbs.h> says of threads, with ThreadSanitizer in the
 * build named tsan. Some threads get the resource, whose content is HEX, again and again,
 * each with a ctx and clients of its own; others only make and free those. They begin at
 * once, so that what libcurl and OpenSSL set up at first use is set up by several.
 * Prints "ok", or what was wrong first.
 */
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tsm/kbs.h>

#define GETTING	4
#define MAKING	3
#define ROUNDS	3
#define MAKES	100

static const char *url, *ca, *uri, *content;
static pthread_barrier_t barrier;

/* What a thread found wrong first. */
static _Thread_local char failed[1024];

static void note(const char *what, const struct tsm_ctx *ctx)
{
	if (!*failed)
		snprintf(failed, sizeof(failed), "%s (%s)", what, tsm_error(ctx));
}

#define need(ctx, x)	((x) ? (void)0 : note(#x, ctx))

static bool is_content(const struct tsm_kbs_resource *resource)
{
	const uint8_t *data;
	char hex[256] = "";
	size_t len, i;

	data = tsm_kbs_resource_data(resource, &len);
	for (i = 0; i < len && i < sizeof(hex) / 2 - 1; i++)
		snprintf(hex + 2 * i, 3, "%02x", data[i]);
	return !strcmp(hex, content);
}

static void get(struct tsm_ctx *ctx, struct tsm_kbs *kbs)
{
	struct tsm_kbs_resource *resource = NULL;

	need(ctx, !tsm_kbs_resource_new(ctx, kbs, uri, &resource));
	need(ctx, is_content(resource));
	tsm_kbs_resource_free(&resource);
	need(ctx, tsm_kbs_resource_new(ctx, kbs, "kbs:///no/such/resource", &resource) == -ENOKEY);
	need(ctx, strstr(tsm_error(ctx), "no such resource"));
}

/* With each kind of key that is quick to make. */
static void trips(struct tsm_ctx *ctx, size_t me)
{
	struct tsm_kbs_opts opts = { .size = sizeof(opts), .ca_file = ca };
	struct tsm_kbs *kbs = NULL;
	int i;

	for (i = 0; i < ROUNDS && !*failed; i++) {
		opts.key = (me + (size_t)i) % 2 ? TSM_KBS_KEY_P256 : TSM_KBS_KEY_P521;
		need(ctx, !tsm_kbs_new(ctx, url, &opts, &kbs));
		get(ctx, kbs);
		need(ctx, !tsm_kbs_attest(ctx, kbs));
		get(ctx, kbs);
		tsm_kbs_free(&kbs);
	}
}

static void makes(void)
{
	struct tsm_kbs_opts opts = { .size = sizeof(opts), .ca_file = ca };
	struct tsm_ctx *ctx = NULL;
	struct tsm_kbs *kbs = NULL;
	int i;

	for (i = 0; i < MAKES && !*failed; i++) {
		need(NULL, !tsm_ctx_new(NULL, &ctx));
		need(ctx, !tsm_kbs_new(ctx, url, &opts, &kbs));
		tsm_kbs_free(&kbs);
		need(ctx, tsm_kbs_new(ctx, "ftp://x", &opts, &kbs) == -EINVAL);
		need(ctx, strstr(tsm_error(ctx), "not https"));
		tsm_ctx_free(&ctx);
	}
}

static void *thread(void *arg)
{
	size_t me = (size_t)arg;
	struct tsm_ctx *ctx = NULL;

	pthread_barrier_wait(&barrier);
	if (me < GETTING) {
		need(NULL, !tsm_ctx_new(NULL, &ctx));
		trips(ctx, me);
		tsm_ctx_free(&ctx);
	} else {
		makes();
	}
	return *failed ? strdup(failed) : NULL;
}

int main(int argc, char **argv)
{
	pthread_t threads[GETTING + MAKING];
	void *found, *first = NULL;
	size_t i;

	if (argc != 5)
		return 3;
	url = argv[1];
	ca = argv[2];
	uri = argv[3];
	content = argv[4];
	pthread_barrier_init(&barrier, NULL, GETTING + MAKING);
	for (i = 0; i < GETTING + MAKING; i++)
		if (pthread_create(&threads[i], NULL, thread, (void *)i))
			return 3;
	for (i = 0; i < GETTING + MAKING; i++) {
		pthread_join(threads[i], &found);
		if (found && !first)
			first = found;
		else
			free(found);
	}
	pthread_barrier_destroy(&barrier);
	puts(first ? first : "ok");
	i = first ? 1 : 0;
	free(first);
	return (int)i;
}
