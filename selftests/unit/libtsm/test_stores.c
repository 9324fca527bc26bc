// SPDX-License-Identifier: GPL-2.0-only
/* <tsm/verify.h>: files of trust anchors and reference values, right and wrong. */
#include <errno.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/pem.h>

#include <tsm/verify.h>

#include "array_size.h"
#include "faults.h"
#include "mint.h"

#define INSTANCE	"010203040506070809000a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20"
#define IMPLEMENTATION	"7f454c4602010100000000000000000003003e00010000005058000000000000"
#define UPPER	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define X384	"IShnxS4rlQiwpCCpBWDzlNLfqiG911FP8akBr-fh94uxHU5m-Kijivp2r2oxxN6M"
#define Y384	"hM4tr8mWQli1P61xh3T0ViDREbF26DGOEYfbAjWjGNN7pZf-6A4OTHYqEryz6m7U"
#define JWK	"{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"" X384 "\",\"y\":\"" Y384 "\"}"
#define ENTRY(key) \
	"{\"instance-id\":\"" INSTANCE "\",\"implementation-id\":\"" IMPLEMENTATION \
	"\",\"pkey\":" key "}"
#define D32	"0000000000000000000000000000000000000000000000000000000000000001"
#define D48	D32 "00000000000000000000000000000002"
#define D64	D32 D32

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
	static const char two[] = " \t\r\n[" ENTRY(JWK) "," ENTRY(JWK) "]";
	static const char upper[] =
		"[{\"pkey\":" JWK
		",\"instance-id\":\"01" UPPER "\",\"implementation-id\":\"" UPPER "\"}]";

	(void)state;
	accept_anchors(two, strlen(two), 2);
	accept_anchors(upper, strlen(upper), 3);
	accept_anchors("[]", 2, 3);
	accept_anchors(JWK, strlen(JWK), 4);
}

static void wrong_stores(void **state)
{
	static const struct {
		const char *text, *words;
	} t[] = {
		{ "[", "no JSON, at line 1" },
		{ "[1]", "entry 0 is no object" },
		{ "[" ENTRY(JWK) "]x", "no JSON" },
		{ "[" ENTRY(JWK) ",{}]", "entry 1 has no \"instance-id\"" },
		{
		"[{\"instance-id\":\"00\",\"implementation-id\":\""
		IMPLEMENTATION "\",\"pkey\":" JWK "}]",
		  "entry 0: \"instance-id\" has a wrong type, length or value" },
		{ "[{\"instance-id\":\"" INSTANCE "\",\"implementation-id\":7,\"pkey\":" JWK "}]",
		  "entry 0: \"implementation-id\" has a wrong" },
		{ "[{\"instance-id\":\"" INSTANCE "\",\"implementation-id\":\"g"
		"f454c4602010100000000000000000003003e00010000005058000000000000\",\"pkey\":"
		JWK "}]",
		  "entry 0: \"implementation-id\" has a wrong" },
		{ "[{\"instance-id\":\"" INSTANCE "\",\"instance-id\":\"" INSTANCE
		"\",\"implementation-id\":\""
		IMPLEMENTATION "\",\"pkey\":" JWK "}]",
		  "no JSON, at line 1: duplicate object key" },
		{
		"[{\"x-reason\":\"revoked\",\"instance-id\":\""
		INSTANCE "\",\"implementation-id\":\"" IMPLEMENTATION "\",\"pkey\":" JWK "}]",
		  "\"x-reason\" is no member that this libtsm knows" },
		{ "[{\"instance-id\":\"" INSTANCE
		"\",\"implementation-id\":\""
		IMPLEMENTATION "\",\"pkey\":null}]",
		  "entry 0 has no \"pkey\"" },
		{ "[" ENTRY("7") "]", "entry 0: pkey: it is no JWK of type EC" },
		{ "[" ENTRY("\"key\"") "]", "entry 0: pkey: it is no PEM of a public key" },
		{ "hello", "neither JSON, nor PEM, nor a COSE_Key" },
		{ " \n", "neither JSON" },
		{ "\"[]\"", "neither JSON" },
		{ "[\"\xff\"]", "no JSON" },
		{ "[\"\\u0000\"]", "no JSON" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(t); i++)
		refuse_anchors(t[i].text, strlen(t[i].text), EBADMSG, t[i].words);
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
	static const struct {
		const char *text, *words;	/* NULL: right */
	} t[] = {
		{ "{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"" X384 "\",\"y\":\"" Y384
		"\",\"use\":\"sig\",\"alg\":\"ES384\",\"kid\":\"1\"}",
		NULL },
		{
		"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"TKRFE_RwSXooI8DdatPOYg_uiKm2XrtT_uEMEvqQZrw\",\"y\":\"CRx3H8NHN1lcxqKi92P0OsZBxX3VFaktllpD3SjtN7s\"}",
		NULL },
		{ "{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}", "no JWK of type EC" },
		{
		"{\"crv\":\"P-384\",\"x\":\""
		X384 "\",\"y\":\"" Y384 "\"}", "no JWK of type EC" },
		{
		"{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\""
		X384 "\",\"y\":\"" Y384 "\",\"d\":\"AA\"}", "private key" },
		{
		"{\"kty\":\"EC\",\"crv\":\"secp256k1\",\"x\":\""
		X384 "\",\"y\":\"" Y384 "\"}", "its curve is not" },
		{ "{\"kty\":\"EC\",\"x\":\"" X384 "\",\"y\":\"" Y384 "\"}", "its curve is not" },
		{
		"{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\""
		X384 "\",\"y\":\"" Y384 "\",\"alg\":\"ES256\"}", "for another use or algorithm" },
		{
		"{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\""
		X384 "\",\"y\":\"" Y384 "\",\"use\":\"enc\"}", "for another use or algorithm" },
		{
		"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\""
		X384 "\",\"y\":\"" Y384 "\"}", "its coordinates are not base64url" },
		{
		"{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\""
		X384 "\"}", "its coordinates are not base64url" },
		{
		"{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\""
		X384 "=\",\"y\":\"" Y384 "\"}", "its coordinates are not base64url" },
		{
		"{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"+ShnxS4rlQiwpCCpBWDzlNLfqiG911FP8akBr-fh94uxHU5m-Kijivp2r2oxxN6M\",\"y\":\""
		Y384 "\"}", "its coordinates are not base64url" },
		{
		"{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\""
		Y384 "\",\"y\":\"" X384 "\"}", "are no point of its curve" },
		/* the last digit carries bits that are left over */
		{
		"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"TKRFE_RwSXooI8DdatPOYg_uiKm2XrtT_uEMEvqQZrx\",\"y\":\"CRx3H8NHN1lcxqKi92P0OsZBxX3VFaktllpD3SjtN7s\"}",
		"its coordinates are not base64url" },
		{
		"{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"________________________________________________________________\",\"y\":\""
		Y384 "\"}", "are no point of its curve" },
	};
	size_t i, right = 0;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(t); i++) {
		if (t[i].words)
			refuse_anchors(t[i].text, strlen(t[i].text), EBADMSG, t[i].words);
		else
			accept_anchors(t[i].text, strlen(t[i].text), ++right);
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
	end = json + sprintf(json, "[{\"instance-id\":\"" INSTANCE
			     "\",\"implementation-id\":\""
			     IMPLEMENTATION "\",\"pkey\":\"");
	for (i = 0; text[i]; i++)
		end += text[i] == '\n' ? sprintf(end, "\\n") : sprintf(end, "%c", text[i]);
	end += sprintf(end, "\"}]");
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

#define X256	"5820 4ca44513f470497a2823c0dd6ad3ce620fee88a9b65ebb53fee10c12fa9066bc"
#define Y256	"5820 091c771fc34737595cc6a2a2f763f43ac641c57dd515a92d965a43dd28ed37bb"

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
		{
		"a5 0102 2001 21"
		X256 "22" Y256 "05 40", "just public" },		/* Base IV */
		{ "a5 0102 2001 21" X256 "22" Y256 "6178 40", "just public" },
		{
		"a5 0102 048101 2001 21"
		X256 "22" Y256, "just public" },		/* for signing */
		{ "a5 0102 0402 2001 21" X256 "22" Y256, "just public" },
		{ "a4 0102 2008 21" X256 "22" Y256, "its curve is not" },
		{ "a3 0102 21" X256 "22" Y256, "its curve is not" },
		{ "a5 0102 03 3822 2001 21" X256 "22" Y256, "for another algorithm" },
		{ "a5 0102 03 6145 2001 21" X256 "22" Y256, "for another algorithm" },
		{ "a4 0102 2001 21" X256 "22f5",
		"its coordinates are not"
		},		/* compressed */
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

#define COMPONENT	"{\"measurement-value\":\"" D32 "\",\"signer-id\":\"" D48 "\"}"
#define PLATFORM_ENTRY	"{\"implementation-id\":\"" IMPLEMENTATION \
			"\",\"sw-components\":[" COMPONENT \
			"],\"platform-configuration\":\"cfcf\"}"
#define REALM_ENTRY	"{\"initial-measurement\":\"" D64 "\",\"rak-hash-algorithm\":\"sha-256\"}"

static void right_refvalues(void **state)
{
	static const char *const right[] = {
		"{\"platform\":[" PLATFORM_ENTRY "],\"realm\":[" REALM_ENTRY "," REALM_ENTRY "]}",
		"{\"platform\":[" PLATFORM_ENTRY "]}",
		"{\"realm\":[" REALM_ENTRY "]}",
		"{\"platform\":null,\"realm\":[{\"initial-measurement\":\"" D32
		"\",\"rak-hash-algorithm\":\"sha-512\",\"extensible-measurements\":[\""
		D32 "\",\"" D32 "\",\"" D32 "\",\"" D32 "\"],\"personalization-value\":\"" D64
			"\"}]}",
		"{\"realm\":[{\"initial-measurement\":\"" D48
		"\",\"rak-hash-algorithm\":\"sha-256\",\"extensible-measurements\":[\""
		D48 "\",\"" D48 "\",\"" D48 "\",\"" D48 "\"]}]}",
		/* what serde writes for values that are not there */
		"{\"platform\":[{\"implementation-id\":\"" IMPLEMENTATION
		"\",\"platform-configuration\":\"\",\"sw-components\":[{\"measurement-value\":\""
		D32 "\",\"signer-id\":\"" D32
			"\",\"version\":null,\"component-type\":null}]}],\"realm\":[]}",
		"{\"platform\":[{\"implementation-id\":\"" IMPLEMENTATION
		"\",\"platform-configuration\":\"00\",\"sw-components\":[{\"measurement-value\":\""
		D64 "\",\"signer-id\":\"" D32
			"\",\"version\":\"1\",\"component-type\":\"BL\",\"hash-algo-id\":\"sha-512\"}]}]}",
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(right); i++)
		if (tsm_refvalues_add(ctx, refvalues, right[i], strlen(right[i])))
			fail_msg("refused: %s", tsm_error(ctx));
	assert_int_equal(tsm_refvalues_platforms(refvalues), 4);
	assert_int_equal(tsm_refvalues_realms(refvalues), 5);
}

static void wrong_refvalues(void **state)
{
	static const struct {
		const char *text, *words;
	} t[] = {
		{ "", "empty" },
		{ "[]", "the file is no object" },
		{ "{}", "neither \"platform\" nor \"realm\"" },
		{ "{\"realms\":[]}", "\"realms\" is no member that this libtsm knows" },
		{ "{\"realm\":{}}", "\"realm\" has a wrong type" },
		{ "{\"platform\":[7]}", "platform entry 0 is no object" },
		{ "{\"realm\":[" REALM_ENTRY ",7]}", "realm entry 1 is no object" },
		{
		"{\"realm\":[{\"rak-hash-algorithm\":\"sha-256\"}]}",
		"realm entry 0 has no \"initial-measurement\"" },
		{ "{\"realm\":[{\"initial-measurement\":\"" D32 "\"}]}",
		"realm entry 0 has no \"rak-hash-algorithm\""
		},
		{
		"{\"realm\":[{\"initial-measurement\":\""
		D32 "\",\"rak-hash-algorithm\":\"md5\"}]}", "\"rak-hash-algorithm\" has a wrong" },
		{ "{\"realm\":[{\"initial-measurement\":\"" D32
		"0\",\"rak-hash-algorithm\":\"sha-256\"}]}",
		"\"initial-measurement\" has a wrong" },
		{ "{\"realm\":[{\"initial-measurement\":\"" D32
		"00\",\"rak-hash-algorithm\":\"sha-256\"}]}",
		"\"initial-measurement\" has a wrong" },
		{ "{\"realm\":[{\"initial-measurement\":\"" D32
		"\",\"rak-hash-algorithm\":\"sha-256\",\"extensible-measurements\":[]}]}",
		"\"extensible-measurements\" has a wrong" },
		{ "{\"realm\":[{\"initial-measurement\":\"" D32
		"\",\"rak-hash-algorithm\":\"sha-256\",\"extensible-measurements\":[\""
		D32 "\",\"" D32 "\",\"" D48 "\",\"" D32 "\"]}]}",
			"realm entry 0: REM 2 is not hex of the RIM's length" },
		{ "{\"realm\":[{\"initial-measurement\":\"" D64
		"\",\"rak-hash-algorithm\":\"sha-256\",\"extensible-measurements\":[\""
		D64 "\",\"" D64 "\",\"" D64 "\",\"" D32 "\"]}]}",
			"realm entry 0: REM 3 is not hex of the RIM's length" },
		{ "{\"realm\":[{\"initial-measurement\":\"" D32
		"\",\"rak-hash-algorithm\":\"sha-256\",\"extensible-measurements\":[\""
		D32 "\",1,\"" D32 "\",\"" D32 "\"]}]}", "REM 1 is not hex" },
		{ "{\"realm\":[{\"initial-measurement\":\"" D32
		"\",\"rak-hash-algorithm\":\"sha-256\",\"personalization-value\":\""
		D32 "\"}]}", "\"personalization-value\" has a wrong" },
		{ "{\"realm\":[{\"initial-measurement\":\"" D32
		"\",\"rak-hash-algorithm\":\"sha-256\",\"x-reason\":\"insecure\"}]}",
		"\"x-reason\" is no member" },
		{ "{\"platform\":[{\"implementation-id\":\"" IMPLEMENTATION
		  "\",\"sw-components\":[" COMPONENT "]}]}",
		"platform entry 0 has no \"platform-configuration\""
		},
		{ "{\"platform\":[{\"implementation-id\":\"" IMPLEMENTATION
		  "\",\"sw-components\":[" COMPONENT ",{}],\"platform-configuration\":\"\"}]}",
		"platform entry 0: component 1 has no \"measurement-value\""
		},
		{ "{\"platform\":[{\"implementation-id\":\"" IMPLEMENTATION
		  "\",\"sw-components\":[{\"measurement-value\":\"" D32 "\",\"signer-id\":\"" D48
		"\",\"version\":1}],\"platform-configuration\":\"\"}]}",
		"component 0: \"version\" has a wrong" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(t); i++)
		refuse_refvalues(t[i].text, *t[i].text ? EBADMSG : EINVAL, t[i].words);
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
	static const char store[] = "[" ENTRY(JWK) "]";
	static const char refs[] =
	"{\"platform\":["
	PLATFORM_ENTRY "],\"realm\":[" REALM_ENTRY "]}";
	size_t len;

	(void)state;
	for (len = 1; len < strlen(store); len++)
		assert_int_equal(tsm_anchors_add(ctx, anchors, store, len), -EBADMSG);
	for (len = 1; len < strlen(refs); len++)
		assert_int_equal(tsm_refvalues_add(ctx, refvalues, refs, len), -EBADMSG);
}

/* --- the files of others, unchanged --- */

static size_t load(const char *name, char *data, size_t size)
{
	char path[512];
	size_t len;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", VECTORS, name);
	if (access(VECTORS, F_OK)) {
		print_message("skipped: no %s\n", path);
		skip();
	}
	f = fopen(path, "rb");
	assert_non_null(f);
	len = fread(data, 1, size, f);
	fclose(f);
	return len;
}

static void files_of_others(void **state)
{
	static const char *const files[] = {
		"rust-ccatoken/ta.json", "rust-ccatoken/ta-tfa.json", "trustee/tastore.json",
		"rust-ccatoken/cpak.json", "rust-ccatoken/pkey.json", "trustee/cpak-pub.json",
		"ccatoken/realm/tf-rmm/cca_platform.pub", "evcli/ec256-pub.json",
	};
	static const char *const private[] = {
		"trustee/cpak-priv.json", "tf-m-tools/cca_platform.pem", "evcli/ec384.json",
	};
	static char data[65536];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(files); i++)
		accept_anchors(data, load(files[i], data, sizeof(data)), i + 1);
	for (i = 0; i < ARRAY_SIZE(private); i++)
		refuse_anchors(data, load(private[i], data, sizeof(data)), EBADMSG, "");
	assert_int_equal(tsm_refvalues_add(ctx, refvalues, data,
					   load("rust-ccatoken/rv.json", data, sizeof(data))), 0);
	assert_int_equal(tsm_refvalues_add(ctx, refvalues, data,
					   load("trustee/rvstore.json", data, sizeof(data))), 0);
	assert_int_equal(tsm_refvalues_platforms(refvalues), 3);
	assert_int_equal(tsm_refvalues_realms(refvalues), 2);
}

/* --- failures of memory and of OpenSSL --- */

static int add_all(struct tsm_anchors **a, struct tsm_refvalues **r, const char *pem)
{
	static const char store[] = "[" ENTRY(JWK) "]";
	static const char refs[] =
	"{\"platform\":["
	PLATFORM_ENTRY "],\"realm\":[" REALM_ENTRY "]}";
	static struct enc cose;
	int rc;

	cose.len = 0;
	enc_hex(&cose, "a4 0102 2001 21" X256 "22" Y256);
	rc = tsm_anchors_new(ctx, a);
	if (!rc)
		rc = tsm_anchors_add(ctx, *a, store, strlen(store));
	if (!rc)
		rc = tsm_anchors_add(ctx, *a, pem, strlen(pem));
	if (!rc)
		rc = tsm_anchors_add(ctx, *a, cose.data, cose.len);
	if (!rc)
		rc = tsm_anchors_add(ctx, *a, JWK, strlen(JWK));
	if (!rc)
		rc = tsm_refvalues_new(ctx, r);
	if (!rc)
		rc = tsm_refvalues_add(ctx, *r, refs, strlen(refs));
	return rc ? rc : tsm_refvalues_add(ctx, *r, refs, strlen(refs));
}

static void every_failure(void **state)
{
	static char pem[1024];
	unsigned int n;
	bool failed;
	int rc;

	(void)state;
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
	static const char store[] = "[" ENTRY(JWK) "]";
	unsigned int n;
	bool failed = true;
	int rc;

	(void)state;
	for (n = 1; failed; n++) {
		faults_openssl_at(n);
		rc = tsm_anchors_add(ctx, anchors, store, strlen(store));
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
		T(right_refvalues), T(wrong_refvalues), T(cut_files), T(files_of_others),
		T(every_failure), T(every_failure_of_openssl),
	};

	return cmocka_run_group_tests_name("stores", tests, NULL, NULL);
}
