// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whole verifications a second on one core, against those two of OpenSSL that a
 * verification cannot do without: same algorithm, as much data, keys at hand. Both in
 * turn in every round, and the median of the rounds' ratios, so that what else the
 * machine does weighs on both. Prints rows of the benches' table, as JSON; the limit is
 * 0.9 of the bare rate with ES384, which tokens have as a rule. With ES256, OpenSSL is so
 * quick (hand-written P-256) that importing the RAK weighs more: shown, not judged.
 */
#include <malloc.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/ec.h>
#include <openssl/evp.h>

#include <tsm/verify.h>

#include "array_size.h"
#include "mint.h"

#define SECONDS	0.25	/* of each in a round */
#define LIMIT	0.9

#define need(x) do { \
	if (!(x)) { \
		fprintf(stderr, "verify: failed: %s\n", #x); \
		abort(); \
	} \
} while (0)

static struct tsm_ctx *ctx;
static struct tsm_verify_opts opts;
static struct enc token;
static uint8_t challenge[64];

static struct bare {
	EVP_PKEY *key;
	const EVP_MD *md;
	uint8_t data[1024], signature[160];
	size_t signature_len;
} bare[2];

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void whole(void)
{
	struct tsm_verify *v = NULL;

	need(!tsm_verify_new(ctx, token.data, token.len, &opts, &v));
	need(tsm_verify_verdict(v) == TSM_VERDICT_VALID);
	tsm_verify_free(&v);
}

static void two_signatures(void)
{
	int i;

	for (i = 0; i < 2; i++) {
		EVP_MD_CTX *md = EVP_MD_CTX_new();

		need(EVP_DigestVerifyInit(md, NULL, bare[i].md, NULL, bare[i].key) == 1);
		need(EVP_DigestVerify(md, bare[i].signature, bare[i].signature_len, bare[i].data,
				      token.len / 2) == 1);
		EVP_MD_CTX_free(md);
	}
}

static double rate(void (*once)(void))
{
	double start = now(), end;
	long n = 0;

	do {
		once();
		n++;
		end = now();
	} while (end - start < SECONDS);
	return (double)n / (end - start);
}

static void begin(int alg, const char *group, const EVP_MD *md)
{
	static const char refs[] =
		"{\"platform\":[{\"implementation-id\":\"1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e\","
		"\"platform-configuration\":\"cfcfcfcf\",\"sw-components\":["
		"{\"measurement-value\":\"0000000000000000000000000000000000000000000000000000000000000001\","
		"\"signer-id\":\"0000000000000000000000000000000000000000000000000000000000000002\"},"
		"{\"measurement-value\":\"0000000000000000000000000000000000000000000000000000000000000003\","
		"\"signer-id\":\"0000000000000000000000000000000000000000000000000000000000000004\"}]}],"
		"\"realm\":[{\"rak-hash-algorithm\":\"sha-256\",\"initial-measurement\":"
		"\"8888888888888888888888888888888888888888888888888888888888888888\"}]}";
	static struct tsm_refvalues *refvalues;
	static struct tsm_anchors *anchors;
	static struct mint m;
	struct enc key = { .len = 0 };
	uint8_t x[66], y[66];
	size_t size;
	int i;

	mint_init(&m, 399, 2023, 2023, "sha-256", alg);
	mint_token(&m, &token);
	memset(challenge, 0xcc, sizeof(challenge));
	size = mint_public(alg, PLATFORM, x, y);
	enc_hex(&key, "a4 0102 20");
	enc_int(&key, alg == -7 ? 1 : 2);
	enc_int(&key, -2);
	enc_bytes(&key, x, size);
	enc_int(&key, -3);
	enc_bytes(&key, y, size);

	tsm_anchors_free(&anchors);
	tsm_refvalues_free(&refvalues);
	need(!tsm_anchors_new(ctx, &anchors) && !tsm_refvalues_new(ctx, &refvalues));
	need(!tsm_anchors_add(ctx, anchors, key.data, key.len));
	need(!tsm_refvalues_add(ctx, refvalues, refs, strlen(refs)));
	opts = (struct tsm_verify_opts){
		.size = sizeof(opts), .anchors = anchors,
		.challenge = challenge, .challenge_len = 64,
		.refvalues = refvalues, .waive = 1u << TSM_STEP_EVENT_LOG,
	};
	for (i = 0; i < 2; i++) {
		EVP_MD_CTX *ctx_md = EVP_MD_CTX_new();

		EVP_PKEY_free(bare[i].key);
		need(bare[i].key = EVP_EC_gen(group));
		bare[i].md = md;
		bare[i].signature_len = sizeof(bare[i].signature);
		need(EVP_DigestSignInit(ctx_md, NULL, md, NULL, bare[i].key) == 1);
		need(EVP_DigestSign(ctx_md, bare[i].signature, &bare[i].signature_len, bare[i].data,
				    token.len / 2) == 1);
		EVP_MD_CTX_free(ctx_md);
	}
}

static int compare(const void *a, const void *b)
{
	double d = *(const double *)a - *(const double *)b;

	return (d > 0) - (d < 0);
}

static double median(double *values, size_t n)
{
	qsort(values, n, sizeof(*values), compare);
	return values[n / 2];
}

static void bench(bool judged, const char *name, size_t rounds)
{
	double *ratios = calloc(rounds, sizeof(*ratios)), *rates = calloc(rounds, sizeof(*rates));
	double *bares = calloc(rounds, sizeof(*bares)), ratio;
	size_t i;

	need(ratios && rates && bares);
	whole();
	two_signatures();
	for (i = 0; i < rounds; i++) {
		rates[i] = rate(whole);
		bares[i] = rate(two_signatures);
		ratios[i] = rates[i] / bares[i];
	}
	ratio = median(ratios, rounds);
	printf("{\"what\": \"tokens verified, %s\", \"peer\": \"two bare signatures\", ", name);
	printf("\"ours\": %.1f, \"theirs\": %.1f, \"unit\": \"a second\", ", median(rates, rounds),
	       median(bares, rounds));
	printf("\"ratio\": {\"median\": %.4f, \"quartiles\": [%.4f, %.4f], \"range\": [%.4f, %.4f]}, ",
	       ratio, ratios[rounds / 4], ratios[rounds * 3 / 4], ratios[0], ratios[rounds - 1]);
	printf("\"limit\": %s, \"at\": \"least\", \"met\": %s}\n", judged ? "0.9" : "null",
	       judged && ratio < LIMIT ? "false" : "true");
	free(ratios);
	free(rates);
	free(bares);
}

/* What one verification holds while its verdicts are read. */
static void kept(void)
{
	struct tsm_verify *v = NULL;
	size_t before, after;

	whole();
	before = mallinfo2().uordblks;
	need(!tsm_verify_new(ctx, token.data, token.len, &opts, &v));
	after = mallinfo2().uordblks;
	tsm_verify_free(&v);
	printf("{\"what\": \"memory of a verified token\", \"peer\": \"the token itself\", ");
	printf("\"ours\": %zu, \"theirs\": %zu, \"unit\": \"bytes\", ", after - before, token.len);
	printf("\"ratio\": {\"median\": %.4f}, \"limit\": null, \"at\": \"most\", \"met\": true}\n",
	       (double)(after - before) / (double)token.len);
}

static const struct {
	const char *name, *group;
	int alg;
	const EVP_MD *(*md)(void);
	bool judged;
} algs[] = {
	{ "ES384", "P-384", -35, EVP_sha384, true },
	{ "ES256", "P-256", -7, EVP_sha256, false },
};

static void begin_with(size_t i)
{
	begin(algs[i].alg, algs[i].group, algs[i].md());
}

static int refuse(void)
{
	fprintf(stderr, "usage: verify rate ROUNDS\n"
			"       verify count ES384|ES256 whole|bare TIMES\n");
	return 2;
}

static int rates(size_t rounds)
{
	cpu_set_t one;
	size_t i;

	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	sched_setaffinity(0, sizeof(one), &one);
	for (i = 0; i < ARRAY_SIZE(algs); i++) {
		begin_with(i);
		bench(algs[i].judged, algs[i].name, rounds);
	}
	kept();
	return 0;
}

/* For valgrind to count. */
static int times(const char *name, const char *what, size_t n)
{
	size_t i = 0;

	while (i < ARRAY_SIZE(algs) && strcmp(name, algs[i].name))
		i++;
	if (i == ARRAY_SIZE(algs))
		return refuse();
	begin_with(i);
	while (n--)
		(!strcmp(what, "whole") ? whole : two_signatures)();
	return 0;
}

int main(int argc, char **argv)
{
	size_t n = argc > 2 ? strtoul(argv[argc - 1], NULL, 10) : 0;

	if (!n)
		return refuse();
	need(!tsm_ctx_new(NULL, &ctx));
	if (argc == 3 && !strcmp(argv[1], "rate"))
		return rates(n);
	if (argc == 5 && !strcmp(argv[1], "count"))
		return times(argv[2], argv[3], n);
	return refuse();
}
