// SPDX-License-Identifier: GPL-2.0-only
/* <tsm/verify.h>: files of trust anchors and reference values, right and wrong. */
#include <errno.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/pem.h>

#include <tsm/verify.h>

#include "anchor_files.h"
#include "array_size.h"
#include "faults.h"
#include "mint.h"
#include "store_files.h"

static struct tsm_ctx *ctx;
static struct tsm_anchors *anchors;
static struct tsm_refvalues *refvalues;

static int setup(void **state)
{
	(void)state;
	return tsm_ctx_new(NULL, &ctx) || tsm_anchors_new(ctx, &anchors) ||
	       tsm_refvalues_new(ctx, &refvalues);
}

static int teardown(void **state)
{
	(void)state;
	tsm_anchors_free(&anchors);
	tsm_refvalues_free(&refvalues);
	tsm_ctx_free(&ctx);
	return 0;
}

static void accept_anchors(const void *data, size_t len, size_t count)
{
	if (tsm_anchors_add(ctx, anchors, data, len))
		fail_msg("refused: %s", tsm_error(ctx));
	assert_int_equal(tsm_anchors_count(anchors), count);
}

static void accept_anchors_file(const char *name, size_t count)
{
	size_t len;
	const char *data = store_file(name, &len);

	accept_anchors(data, len, count);
}

static void refuse_anchors(const void *data, size_t len, int err, const char *words)
{
	size_t count = tsm_anchors_count(anchors);
	void *copy = NULL;
	int rc;

	/* exactly as long, so that a read past the end is seen; what is too long is not read */
	if (len <= TSM_STORE_MAX) {
		copy = malloc(len);
		memcpy(copy, data, len);
	}
	rc = tsm_anchors_add(ctx, anchors, copy ? copy : data, len);
	free(copy);
	if (rc != -err || !strstr(tsm_error(ctx), words))
		fail_msg("%d instead of %d, or no '%s' in: %s", rc, -err, words, tsm_error(ctx));
	assert_int_equal(tsm_anchors_count(anchors), count);
}

/* What is right, or wrong in this way; the text itself, or the name of a file that has it. */
struct document {
	const char *text, *words;
};

static const char *text_of(const struct document *d, size_t *len)
{
	size_t n = strlen(d->text);

	if (n > 5 && !strcmp(d->text + n - 5, ".json"))
		return store_file(d->text, len);
	*len = n;
	return d->text;
}

static void refuse_refvalues(const char *text, int err, const char *words)
{
	size_t realms = tsm_refvalues_realms(refvalues);
	int rc = tsm_refvalues_add(ctx, refvalues, text, strlen(text));

	if (rc != -err || !strstr(tsm_error(ctx), words))
		fail_msg("%d instead of %d, or no '%s' in: %s", rc, -err, words, tsm_error(ctx));
	assert_int_equal(tsm_refvalues_realms(refvalues), realms);
}

/* --- trust anchors --- */

static void stores(void **state)
{
	(void)state;
	accept_anchors_file("anchors/two.json", 2);
	accept_anchors_file("anchors/upper-case.json", 3);
	accept_anchors("[]", 2, 3);
	accept_anchors_file("keys/p384.json", 4);
}

static void wrong_stores(void **state)
{
	static const struct document t[] = {
		{ "[", "no JSON, at line 1" },
		{ "[1]", "entry 0 is no object" },
		{ "anchors/text-after-it.json", "no JSON" },
		{ "anchors/second-empty.json", "entry 1 has no \"instance-id\"" },
		{ "anchors/short-instance-id.json",
		  "entry 0: \"instance-id\" has a wrong type, length or value" },
		{ "anchors/numeric-implementation-id.json",
		  "entry 0: \"implementation-id\" has a wrong" },
		{ "anchors/no-hex.json", "entry 0: \"implementation-id\" has a wrong" },
		{ "anchors/repeated-member.json", "no JSON, at line 4: duplicate object key" },
		{ "anchors/unknown-member.json",
		  "\"x-reason\" is no member that this libtsm knows" },
		{ "anchors/null-key.json", "entry 0 has no \"pkey\"" },
		{ "anchors/numeric-key.json", "entry 0: pkey: it is no JWK of type EC" },
		{ "anchors/text-key.json", "entry 0: pkey: it is no PEM of a public key" },
		{ "hello", "neither JSON, nor PEM, nor a COSE_Key" },
		{ " \n", "neither JSON" },
		{ "\"[]\"", "neither JSON" },
		{ "[\"\xff\"]", "no JSON" },
		{ "[\"\\u0000\"]", "no JSON" },
	};
	const char *text;
	size_t i, len;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(t); i++) {
		text = text_of(&t[i], &len);
		refuse_anchors(text, len, EBADMSG, t[i].words);
	}
	refuse_anchors("", 0, EINVAL, "empty");
	assert_int_equal(tsm_anchors_add(NULL, anchors, "[]", 2), -EINVAL);
	assert_int_equal(tsm_anchors_add(ctx, NULL, "[]", 2), -EINVAL);
	assert_int_equal(tsm_anchors_new(ctx, NULL), -EINVAL);
	assert_int_equal(tsm_anchors_new(NULL, &anchors), -EINVAL);
	assert_int_equal(tsm_anchors_count(NULL), 0);
	tsm_anchors_free(NULL);
}

static void bounds(void **state)
{
	static const char in_string[] = "[\"[[[[[[[[[[[[[\\\"[[[[[[[[\"]";
	static char deep[20], wide[TSM_STORE_MAX];
	size_t i;

	(void)state;
	memset(deep, '[', 9);
	refuse_anchors(deep, 9, EMSGSIZE, "nested too deeply");
	memset(deep + 8, ']', 8);
	refuse_anchors(deep, 16, EBADMSG, "entry 0 is no object");
	/* brackets and commas inside strings, and escaped quotes, are neither */
	refuse_anchors(in_string, strlen(in_string), EBADMSG, "entry 0 is no object");
	wide[0] = '[';
	for (i = 1; i < 140000; i += 2)
		memcpy(wide + i, "0,", 2);
	refuse_anchors(wide, i, EMSGSIZE, "too many values");
	refuse_anchors(wide, TSM_STORE_MAX + 1, EMSGSIZE, "at most 4194304");
	assert_int_equal(tsm_refvalues_add(ctx, refvalues, wide, TSM_STORE_MAX + 1), -EMSGSIZE);
	assert_int_equal(tsm_refvalues_add(ctx, refvalues, wide, i), -EMSGSIZE);
	refuse_anchors("]]]]", 4, EBADMSG, "neither");
	/* as many values, and bytes, as are accepted: an array has one more than commas */
	wide[0] = '[';
	for (i = 1; i < 1 + 2 * 65535; i += 2)
		memcpy(wide + i, "0,", 2);
	wide[i] = '0';
	wide[i + 1] = ']';
	refuse_anchors(wide, i + 2, EBADMSG, "entry 0 is no object");
	memset(wide + i + 2, ' ', sizeof(wide) - i - 2);
	refuse_anchors(wide, sizeof(wide), EBADMSG, "entry 0 is no object");
	assert_int_equal(tsm_refvalues_add(ctx, refvalues, wide, sizeof(wide)), -EBADMSG);
}

static void jwks(void **state)
{
	static const struct document t[] = {	/* no words: right */
		{ "keys/p384-with-use.json", NULL },
		{ "keys/p256.json", NULL },
		{ "keys/rsa.json", "no JWK of type EC" },
		{ "keys/no-type.json", "no JWK of type EC" },
		{ "keys/private.json", "private key" },
		{ "keys/other-curve.json", "its curve is not" },
		{ "keys/no-curve.json", "its curve is not" },
		{ "keys/other-algorithm.json", "for another use or algorithm" },
		{ "keys/other-use.json", "for another use or algorithm" },
		{ "keys/curve-of-other-length.json", "its coordinates are not base64url" },
		{ "keys/no-y.json", "its coordinates are not base64url" },
		{ "keys/padded.json", "its coordinates are not base64url" },
		{ "keys/base64-not-url.json", "its coordinates are not base64url" },
		{ "keys/swapped.json", "are no point of its curve" },
		/* in the last digit */
		{ "keys/bits-left-over.json", "its coordinates are not base64url" },
		{ "keys/beyond-the-field.json", "are no point of its curve" },
	};
	size_t i, len, right = 0;
	const char *text;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(t); i++) {
		text = text_of(&t[i], &len);
		if (t[i].words)
			refuse_anchors(text, len, EBADMSG, t[i].words);
		else
			accept_anchors(text, len, ++right);
	}
}

static size_t make_pem(const char *group, bool private, char *pem, size_t size)
{
	EVP_PKEY *key = group ? EVP_EC_gen(group) : EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	BIO *bio = BIO_new(BIO_s_mem());
	int len;

	assert_true(private ? PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) :
		    PEM_write_bio_PUBKEY(bio, key));
	len = BIO_read(bio, pem, (int)size - 1);
	pem[len] = '\0';
	BIO_free(bio);
	EVP_PKEY_free(key);
	return (size_t)len;
}

static void pems(void **state)
{
	static const char *const groups[] = { "P-256", "P-384", "P-521" };
	static char text[4096], json[4096], *end;
	const char *store;
	size_t i, len = 0, one;

	(void)state;
	for (i = 0; i < 3; i++) {
		one = make_pem(groups[i], false, text, sizeof(text));
		accept_anchors(text, one, i + 1);
	}
	len = (size_t)sprintf(text, "# a comment\n");
	for (i = 0; i < 3; i++)
		len += make_pem(groups[i], false, text + len, sizeof(text) - len);
	accept_anchors(text, len, 6);

	/* in a store, as text */
	make_pem("P-256", false, text, sizeof(text));
	store = store_file("anchors/text-key.json", &len);
	one = (size_t)(strstr(store, "\"key\"") - store);
	end = json + sprintf(json, "%.*s\"", (int)one, store);
	for (i = 0; text[i]; i++)
		end += text[i] == '\n' ? sprintf(end, "\\n") : sprintf(end, "%c", text[i]);
	end += sprintf(end, "\"%s", store + one + strlen("\"key\""));
	accept_anchors(json, (size_t)(end - json), 7);

	one = make_pem("P-384", true, text, sizeof(text));
	refuse_anchors(text, one, EBADMSG, "PEM block 0: it is no PEM of a public key");
	one = make_pem("secp256k1", false, text, sizeof(text));
	refuse_anchors(text, one, EBADMSG, "it is no PEM of a public key");
	one = make_pem(NULL, false, text, sizeof(text));
	refuse_anchors(text, one, EBADMSG, "it is no PEM of a public key");
	/* one that is right does not carry one that is wrong */
	one = make_pem("P-384", false, text, sizeof(text));
	one += make_pem("P-384", true, text + one, sizeof(text) - one);
	refuse_anchors(text, one, EBADMSG, "PEM block 1: it is no PEM of a public key");
	refuse_anchors("-----BEGIN ", 11, EBADMSG, "PEM block 0");
}

#define X256	"5820 cca21f677a6ddc64d3e272d7ec10a8ebff574a3d1fdb2cfc11cc9fc489affab5"
#define Y256	"5820 113378eb8fd3aebc0af4002987e24ab4b36af60d8a9a99a2ee48331fce86f5ba"

static void cose_keys(void **state)
{
	static const struct {
		const char *hex, *words;	/* NULL: right */
	} t[] = {
		{ "a4 0102 2001 21" X256 "22" Y256, NULL },
		{ "a7 0102 0241aa 0326 048102 2001 21" X256 "22" Y256, NULL },
		{ "a5 0102 04820102 2001 21" X256 "22" Y256, NULL },
		{ "a4 0102 2001 21" X256 "22" Y256 "00", "bytes after its end" },
		{ "a4 0102 2001 2001 22" Y256, "repeated" },
		{ "a0", "no COSE_Key of type EC2" },
		{ "a4 0101 2001 21" X256 "22" Y256, "no COSE_Key of type EC2" },
		{ "a4 014102 2001 21" X256 "22" Y256, "no COSE_Key of type EC2" },
		{ "a5 0102 2001 21" X256 "22" Y256 "23" Y256, "just public" },		/* d */
		{ "a5 0102 2001 21" X256 "22" Y256 "05 40", "just public" },	/* Base IV */
		{ "a5 0102 2001 21" X256 "22" Y256 "6178 40", "just public" },
		{ "a5 0102 048101 2001 21" X256 "22" Y256, "just public" },	/* for signing */
		{ "a5 0102 0402 2001 21" X256 "22" Y256, "just public" },
		{ "a4 0102 2008 21" X256 "22" Y256, "its curve is not" },
		{ "a3 0102 21" X256 "22" Y256, "its curve is not" },
		{ "a5 0102 03 3822 2001 21" X256 "22" Y256, "for another algorithm" },
		{ "a5 0102 03 6145 2001 21" X256 "22" Y256, "for another algorithm" },
		{ "a4 0102 2001 21" X256 "22f5", "its coordinates are not" },	/* compressed */
		{ "a3 0102 2001 21" X256, "its coordinates are not" },
		{ "a4 0102 2001 21 4101 22" Y256, "its coordinates are not" },
		{ "a4 0102 2002 21" X256 "22" Y256, "its coordinates are not" },
		{ "a4 0102 2001 21" Y256 "22" X256, "are no point of its curve" },
	};
	size_t i, right = 0;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(t); i++) {
		static struct enc e;

		e.len = 0;
		enc_hex(&e, t[i].hex);
		if (t[i].words)
			refuse_anchors(e.data, e.len, EBADMSG, t[i].words);
		else
			accept_anchors(e.data, e.len, ++right);
	}
}

/* --- reference values --- */

static void right_refvalues(void **state)
{
	static const char *const right[] = {
		"refvalues/both.json", "refvalues/platform.json", "refvalues/realm.json",
		"refvalues/all-of-a-realm.json", "refvalues/sha-384.json",
		/* what serde writes for values that are not there */
		"refvalues/nulls.json",
		"refvalues/all-of-a-component.json",
	};
	const char *text;
	size_t i, len;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(right); i++) {
		text = store_file(right[i], &len);
		if (tsm_refvalues_add(ctx, refvalues, text, len))
			fail_msg("refused: %s", tsm_error(ctx));
	}
	assert_int_equal(tsm_refvalues_platforms(refvalues), 4);
	assert_int_equal(tsm_refvalues_realms(refvalues), 5);
}

static void wrong_refvalues(void **state)
{
	static const struct document t[] = {
		{ "", "empty" },
		{ "[]", "the file is no object" },
		{ "{}", "neither \"platform\" nor \"realm\"" },
		{ "{\"realms\":[]}", "\"realms\" is no member that this libtsm knows" },
		{ "{\"realm\":{}}", "\"realm\" has a wrong type" },
		{ "{\"platform\":[7]}", "platform entry 0 is no object" },
		{ "refvalues/second-numeric.json", "realm entry 1 is no object" },
		{ "{\"realm\":[{\"rak-hash-algorithm\":\"sha-256\"}]}",
		  "realm entry 0 has no \"initial-measurement\"" },
		{ "refvalues/no-rak-hash.json", "realm entry 0 has no \"rak-hash-algorithm\"" },
		{ "refvalues/md5.json", "\"rak-hash-algorithm\" has a wrong" },
		{ "refvalues/odd-rim.json", "\"initial-measurement\" has a wrong" },
		{ "refvalues/rim-of-33.json", "\"initial-measurement\" has a wrong" },
		{ "refvalues/no-rems.json", "\"extensible-measurements\" has a wrong" },
		{ "refvalues/longer-rem2.json",
		  "realm entry 0: REM 2 is not hex of the RIM's length" },
		{ "refvalues/shorter-rem3.json",
		  "realm entry 0: REM 3 is not hex of the RIM's length" },
		{ "refvalues/numeric-rem1.json", "REM 1 is not hex" },
		{ "refvalues/short-rpv.json", "\"personalization-value\" has a wrong" },
		{ "refvalues/unknown-member.json", "\"x-reason\" is no member" },
		{ "refvalues/no-configuration.json",
		  "platform entry 0 has no \"platform-configuration\"" },
		{ "refvalues/second-component-empty.json",
		  "platform entry 0: component 1 has no \"measurement-value\"" },
		{ "refvalues/numeric-version.json", "component 0: \"version\" has a wrong" },
	};
	size_t i, len;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(t); i++)
		refuse_refvalues(text_of(&t[i], &len), *t[i].text ? EBADMSG : EINVAL, t[i].words);
	assert_int_equal(tsm_refvalues_add(NULL, refvalues, "{}", 2), -EINVAL);
	assert_int_equal(tsm_refvalues_add(ctx, NULL, "{}", 2), -EINVAL);
	assert_int_equal(tsm_refvalues_new(ctx, NULL), -EINVAL);
	assert_int_equal(tsm_refvalues_new(NULL, &refvalues), -EINVAL);
	assert_int_equal(tsm_refvalues_platforms(NULL), 0);
	assert_int_equal(tsm_refvalues_realms(NULL), 0);
	tsm_refvalues_free(NULL);
}

/* Every beginning of a file is refused or, where it is whole, read. */
static void cut_files(void **state)
{
	const char *text;
	size_t len, whole;

	(void)state;
	text = store_file("anchors/one.json", &whole);
	for (len = 1; len < whole; len++)
		assert_int_equal(tsm_anchors_add(ctx, anchors, text, len), -EBADMSG);
	text = store_file("refvalues/both.json", &whole);
	for (len = 1; len < whole; len++)
		assert_int_equal(tsm_refvalues_add(ctx, refvalues, text, len), -EBADMSG);
}

/* --- the forms that tools of the field write --- */

static void files_of_every_form(void **state)
{
	static const int algs[] = { -7, -35, -36 };
	size_t i, len, n = 0;
	struct text file;
	const char *text;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(algs); i++) {
		file_store(&file, STORE_SPREAD, algs[i], PLATFORM, 0x01, 0x7f);
		accept_anchors(file.data, file.len, ++n);
		file_store(&file, STORE_DENSE, algs[i], PLATFORM, 0x01, 0x7f);
		accept_anchors(file.data, file.len, ++n);
		file_jwk(&file, algs[i], PLATFORM, "");
		accept_anchors(file.data, file.len, ++n);
		file_jwk(&file, algs[i], PLATFORM, "\"kid\": \"example\",");
		accept_anchors(file.data, file.len, ++n);
		file_pem(&file, algs[i], PLATFORM);
		accept_anchors(file.data, file.len, ++n);

		file_private_jwk(&file, algs[i], PLATFORM);
		refuse_anchors(file.data, file.len, EBADMSG, "private key");
		file_private_pem(&file, algs[i], PLATFORM);
		refuse_anchors(file.data, file.len, EBADMSG, "it is no PEM of a public key");
	}
	text = store_file("refvalues/two-platforms-upper-case.json", &len);
	assert_int_equal(tsm_refvalues_add(ctx, refvalues, text, len), 0);
	text = store_file("refvalues/many-components.json", &len);
	assert_int_equal(tsm_refvalues_add(ctx, refvalues, text, len), 0);
	assert_int_equal(tsm_refvalues_platforms(refvalues), 3);
	assert_int_equal(tsm_refvalues_realms(refvalues), 2);
}

/* --- failures of memory and of OpenSSL --- */

static char failing[3][4096];	/* a store, a JWK, reference values: as files are read */

static void read_failing(void)
{
	static const char *const names[] = {
		"anchors/one.json", "keys/p384.json", "refvalues/both.json",
	};
	size_t i, len;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		snprintf(failing[i], sizeof(failing[i]), "%s", store_file(names[i], &len));
}

static int add_all(struct tsm_anchors **a, struct tsm_refvalues **r, const char *pem)
{
	static struct enc cose;
	int rc;

	cose.len = 0;
	enc_hex(&cose, "a4 0102 2001 21" X256 "22" Y256);
	rc = tsm_anchors_new(ctx, a);
	if (!rc)
		rc = tsm_anchors_add(ctx, *a, failing[0], strlen(failing[0]));
	if (!rc)
		rc = tsm_anchors_add(ctx, *a, pem, strlen(pem));
	if (!rc)
		rc = tsm_anchors_add(ctx, *a, cose.data, cose.len);
	if (!rc)
		rc = tsm_anchors_add(ctx, *a, failing[1], strlen(failing[1]));
	if (!rc)
		rc = tsm_refvalues_new(ctx, r);
	if (!rc)
		rc = tsm_refvalues_add(ctx, *r, failing[2], strlen(failing[2]));
	return rc ? rc : tsm_refvalues_add(ctx, *r, failing[2], strlen(failing[2]));
}

static void every_failure(void **state)
{
	static char pem[1024];
	unsigned int n;
	bool failed;
	int rc;

	(void)state;
	read_failing();
	make_pem("P-256", false, pem, sizeof(pem));
	for (n = 1;; n++) {
		struct tsm_anchors *a = NULL;
		struct tsm_refvalues *r = NULL;

		faults_at(n);
		rc = add_all(&a, &r, pem);
		failed = faults_end();
		tsm_anchors_free(&a);
		tsm_refvalues_free(&r);
		if (!failed)
			break;
		if (rc != -ENOMEM)
			fail_msg("call %u: %d, %s", n, rc, tsm_error(ctx));
	}
	assert_int_equal(rc, 0);
	assert_true(n > 30);
}

static void every_failure_of_openssl(void **state)
{
	unsigned int n;
	bool failed = true;
	int rc;

	(void)state;
	read_failing();
	for (n = 1; failed; n++) {
		faults_openssl_at(n);
		rc = tsm_anchors_add(ctx, anchors, failing[0], strlen(failing[0]));
		failed = faults_end();
		assert_int_equal(rc, failed ? -EIO : 0);
		if (failed)
			assert_non_null(strstr(tsm_error(ctx), "pkey: the cryptographic library"));
		assert_int_equal(tsm_anchors_count(anchors), failed ? 0 : 1);
	}
	assert_int_equal(n - 2, 3);
}

int main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(stores), T(wrong_stores), T(bounds), T(jwks), T(pems), T(cose_keys),
		T(right_refvalues), T(wrong_refvalues), T(cut_files), T(files_of_every_form),
		T(every_failure), T(every_failure_of_openssl),
	};

	return cmocka_run_group_tests_name("stores", tests, NULL, NULL);
}
