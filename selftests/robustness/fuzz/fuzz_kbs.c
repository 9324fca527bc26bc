// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any answers of a KBS to a client that attests and gets a resource, twice: each error
 * is of those that <tsm/kbs.h> lists, and says why. An input is the kind of key, then
 * answers, each with its status, a byte that says whether the cookie comes along, and
 * its length.
 */
#include <errno.h>
#include <string.h>

#include <tsm/kbs.h>

#include "libtsm-kbs/evidence.h"
#include "libtsm-kbs/fail.h"
#include "fakehttp.h"
#include "fuzz.h"

#define HEAD	5	/* of an answer */

static struct tsm_ctx *ctx;

/* What a realm says of itself is up to other tests. */
int evidence_take(struct tsm_ctx *c, const struct tsm_kbs_opts *opts,
		  const uint8_t challenge[TSM_CHALLENGE_MAX], unsigned int timeout_ms,
		  json_t **out)
{
	(void)opts;
	(void)challenge;
	(void)timeout_ms;
	*out = json_pack("{s:[i]}", "token", 1);
	return *out ? 0 : kbs_fail_memory(c);
}

static void failed(int rc)
{
	static const int errors[] = {
		EKEYREJECTED, ENOKEY, EHOSTUNREACH, EAGAIN, EPROTO, EPROTONOSUPPORT, EBADMSG,
		EMSGSIZE,
	};
	const char *text = tsm_error(ctx);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(errors) && rc != -errors[i]; i++)
		;
	need(i < ARRAY_SIZE(errors) || faults_end());
	need(i < ARRAY_SIZE(errors) || rc == -ENOMEM || rc == -EIO);
	need(*text);
	for (; *text; text++)
		need(*text >= ' ' && *text <= '~');
}

static void get(struct tsm_kbs *kbs)
{
	struct tsm_kbs_resource *resource = NULL;
	size_t len, i;
	int rc;

	rc = tsm_kbs_resource_new(ctx, kbs, "kbs:///a/b/c", &resource);
	need(!rc == !!resource);
	if (rc)
		return failed(rc);
	/* it becomes a header */
	need(*tsm_kbs_token(kbs) && !strpbrk(tsm_kbs_token(kbs), " \r\n"));
	need(tsm_kbs_resource_data(resource, &len));
	for (i = 0; i < len; i++)
		need(tsm_kbs_resource_data(resource, NULL)[i] == (uint8_t)i);
	tsm_kbs_resource_free(&resource);
}

static void push(const uint8_t *data, size_t size)
{
	size_t len;

	while (size >= HEAD) {
		len = data[3] | (size_t)data[4] << 8;
		if (len > size - HEAD)
			len = size - HEAD;
		fakehttp_push(data[0] | data[1] << 8, data[2] & 1, data + HEAD, len);
		data += HEAD + len;
		size -= HEAD + len;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* no time for another try */
	struct tsm_kbs_opts opts = { .size = sizeof(opts), .timeout_ms = 1 };
	struct tsm_kbs *kbs = NULL;
	int round;

	if (!ctx)
		need(!tsm_ctx_new(NULL, &ctx));
	if (size <= FUZZ_HEAD)
		return -1;
	opts.key = data[FUZZ_HEAD] % 2 ? TSM_KBS_KEY_P521 : TSM_KBS_KEY_P256;
	for (round = 0; round < 2; round++) {
		fakehttp_begin();
		push(data + FUZZ_HEAD + 1, size - FUZZ_HEAD - 1);
		need(!tsm_kbs_new(ctx, "https://kbs.example", &opts, &kbs));
		if (round)
			fuzz_faults(data);
		get(kbs);
		get(kbs);
		faults_end();
		tsm_kbs_free(&kbs);
	}
	return 0;
}
