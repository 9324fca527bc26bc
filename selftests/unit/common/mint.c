// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "array_size.h"
#include "mint.h"

#define need(x) do { \
	if (!(x)) { \
		fprintf(stderr, "mint: failed: %s\n", #x); \
		abort(); \
	} \
} while (0)

/* --- CBOR --- */

void enc_raw(struct enc *e, const void *data, size_t len)
{
	need(len <= sizeof(e->data) - e->len);
	memcpy(e->data + e->len, data, len);
	e->len += len;
}

void enc_hex(struct enc *e, const char *hex)
{
	unsigned int byte;
	uint8_t b;

	for (; *hex; hex += 2) {
		while (*hex == ' ')
			hex++;
		if (!*hex)
			break;
		need(sscanf(hex, "%2x", &byte) == 1);
		b = (uint8_t)byte;
		enc_raw(e, &b, 1);
	}
}

void enc_head(struct enc *e, unsigned int major, uint64_t arg)
{
	unsigned int size = arg < 24 ? 0 : arg <= 0xff ? 1 : arg <= 0xffff ? 2 :
			    arg <= 0xffffffff ? 4 : 8;
	uint8_t head[9];
	unsigned int i;

	head[0] = (uint8_t)(major << 5 | (size ? 23 + (size == 1 ? 1 : size == 2 ? 2 :
						       size == 4 ? 3 : 4) : arg));
	for (i = 0; i < size; i++)
		head[1 + i] = (uint8_t)(arg >> 8 * (size - 1 - i));
	enc_raw(e, head, 1 + size);
}

void enc_int(struct enc *e, int64_t value)
{
	enc_head(e, value < 0, value < 0 ? (uint64_t)(-1 - value) : (uint64_t)value);
}

void enc_bytes(struct enc *e, const void *data, size_t len)
{
	enc_head(e, 2, len);
	enc_raw(e, data, len);
}

void enc_text(struct enc *e, const char *text)
{
	enc_head(e, 3, strlen(text));
	enc_raw(e, text, strlen(text));
}

/* --- claims --- */

static void claim_append(struct claims *c, const struct enc *label, const struct enc *value)
{
	need(c->n < ARRAY_SIZE(c->entry));
	need(label->len <= sizeof(c->entry[0].label) && value->len <= sizeof(c->entry[0].value));
	memcpy(c->entry[c->n].label, label->data, label->len);
	c->entry[c->n].label_len = label->len;
	memcpy(c->entry[c->n].value, value->data, value->len);
	c->entry[c->n++].value_len = value->len;
}

static size_t claim_find(const struct claims *c, const struct enc *label)
{
	size_t i;

	for (i = 0; i < c->n; i++)
		if (c->entry[i].label_len == label->len &&
		    !memcmp(c->entry[i].label, label->data, label->len))
			break;
	return i;
}

void claim_set(struct claims *c, int64_t label, const struct enc *value)
{
	struct enc key = { .len = 0 };
	size_t i;

	enc_int(&key, label);
	i = claim_find(c, &key);
	if (i == c->n) {
		claim_append(c, &key, value);
		return;
	}
	need(value->len <= sizeof(c->entry[0].value));
	memcpy(c->entry[i].value, value->data, value->len);
	c->entry[i].value_len = value->len;
}

void claim_set_hex(struct claims *c, int64_t label, const char *hex)
{
	struct enc value = { .len = 0 };

	enc_hex(&value, hex);
	claim_set(c, label, &value);
}

void claim_set_bytes(struct claims *c, int64_t label, uint8_t fill, size_t len)
{
	struct enc value = { .len = 0 };
	uint8_t data[512];

	need(len <= sizeof(data));
	memset(data, fill, len);
	enc_bytes(&value, data, len);
	claim_set(c, label, &value);
}

void claim_set_text(struct claims *c, int64_t label, const char *text)
{
	struct enc value = { .len = 0 };

	enc_text(&value, text);
	claim_set(c, label, &value);
}

void claim_drop(struct claims *c, int64_t label)
{
	struct enc key = { .len = 0 };
	size_t i;

	enc_int(&key, label);
	i = claim_find(c, &key);
	need(i < c->n);
	memmove(&c->entry[i], &c->entry[i + 1], (--c->n - i) * sizeof(c->entry[0]));
}

bool claim_copy(struct claims *c, const struct claims *from, int64_t label)
{
	struct enc key = { .len = 0 }, value = { .len = 0 };
	size_t i, k;

	enc_int(&key, label);
	i = claim_find(c, &key);
	k = claim_find(from, &key);
	need(i < c->n && k < from->n);
	if (c->entry[i].value_len == from->entry[k].value_len &&
	    !memcmp(c->entry[i].value, from->entry[k].value, c->entry[i].value_len))
		return false;
	enc_raw(&value, from->entry[k].value, from->entry[k].value_len);
	claim_set(c, label, &value);
	return true;
}

void claim_add_hex(struct claims *c, const char *label, const char *value)
{
	struct enc key = { .len = 0 }, item = { .len = 0 };

	enc_hex(&key, label);
	enc_hex(&item, value);
	claim_append(c, &key, &item);
}

/* --- keys and signatures --- */

static const struct curve {
	int alg;
	const char *group, *digest;
	size_t size;
	int cose;
} curves[] = {
	{ -7, "P-256", "SHA256", 32, 1 },
	{ -35, "P-384", "SHA384", 48, 2 },
	{ -36, "P-521", "SHA512", 66, 3 },
};

static const struct curve *curve_of(int alg)
{
	size_t i;

	for (i = 0; i < 3; i++)
		if (curves[i].alg == alg)
			return &curves[i];
	abort();
}

/* One that lasts, in the folder MINT_KEYS: whoever checks tokens has to know it. */
static EVP_PKEY *kept_key(const char *folder, const struct curve *curve, int part)
{
	char name[256], temp[300];
	EVP_PKEY *key;
	FILE *f;

	snprintf(name, sizeof(name), "%s/%s-%s.pem", folder, part ? "platform" : "realm",
		 curve->group);
	f = fopen(name, "r");
	if (!f) {
		snprintf(temp, sizeof(temp), "%s.%d", name, (int)getpid());
		need(key = EVP_EC_gen(curve->group));
		need(f = fopen(temp, "w"));
		need(PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL) && !fclose(f));
		EVP_PKEY_free(key);
		/* the first of several wins */
		need(!link(temp, name) || errno == EEXIST);
		need(!unlink(temp));
		need(f = fopen(name, "r"));
	}
	need(key = PEM_read_PrivateKey(f, NULL, NULL, NULL));
	fclose(f);
	return key;
}

static EVP_PKEY *key_of(const struct curve *curve, int part)
{
	static EVP_PKEY *keys[3][2];
	EVP_PKEY **key = &keys[curve - curves][part];
	const char *folder = getenv("MINT_KEYS");

	if (!*key)
		need(*key = folder ? kept_key(folder, curve, part) : EVP_EC_gen(curve->group));
	return *key;
}

EVP_PKEY *mint_key(int alg, int part)
{
	return key_of(curve_of(alg), part);
}

/* The uncompressed point: 04 x y. */
static void public_point(const struct curve *curve, int part, uint8_t *point)
{
	size_t len;

	need(EVP_PKEY_get_octet_string_param(key_of(curve, part),
					     OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, point, 133, &len));
	need(len == 1 + 2 * curve->size && point[0] == 4);
}

/* r || s, as the algorithm that goes with that curve has it, whatever the key's is */
static void sign_right(const struct curve *curve, EVP_PKEY *key, const struct enc *tbs,
		       uint8_t *raw)
{
	const unsigned char *p;
	uint8_t der[256];
	size_t der_len = sizeof(der);
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	ECDSA_SIG *sig;

	need(EVP_DigestSignInit_ex(md, NULL, curve->digest, NULL, NULL, key, NULL));
	need(EVP_DigestSign(md, der, &der_len, tbs->data, tbs->len));
	p = der;
	need(sig = d2i_ECDSA_SIG(NULL, &p, (long)der_len));
	need(BN_bn2binpad(ECDSA_SIG_get0_r(sig), raw, (int)curve->size) > 0);
	need(BN_bn2binpad(ECDSA_SIG_get0_s(sig), raw + curve->size, (int)curve->size) > 0);
	ECDSA_SIG_free(sig);
	EVP_MD_CTX_free(md);
}

/*
 * With r = -m / d and any s, (m / s) G + (r / s) d G is the point at infinity: not a
 * signature, and only the key's owner can hit on it.
 */
static void sign_at_infinity(const struct curve *curve, EVP_PKEY *key, const struct enc *tbs,
			     uint8_t *raw)
{
	BIGNUM *d = NULL, *n = NULL, *m, *r = BN_new();
	uint8_t digest[EVP_MAX_MD_SIZE];
	BN_CTX *bn = BN_CTX_new();
	unsigned int len;

	need(EVP_Digest(tbs->data, tbs->len, digest, &len, EVP_get_digestbyname(curve->digest),
			NULL));
	need(m = BN_bin2bn(digest, (int)len, NULL));
	need(EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_PRIV_KEY, &d));
	need(EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_EC_ORDER, &n));
	need(BN_mod_inverse(r, d, n, bn));
	need(BN_mod_mul(r, r, m, n, bn));
	need(BN_sub(r, n, r));
	need(BN_bn2binpad(r, raw, (int)curve->size) > 0);
	memset(raw + curve->size, 0, curve->size);
	raw[2 * curve->size - 1] = 5;
	BN_free(m);
	BN_free(n);
	BN_free(r);
	BN_clear_free(d);
	BN_CTX_free(bn);
}

static void sign(struct enc *out, const struct curve *curve, EVP_PKEY *key, bool at_infinity,
		 const struct enc *protected, const struct enc *payload)
{
	struct enc tbs = { .len = 0 };
	uint8_t raw[132];

	enc_head(&tbs, 4, 4);
	enc_text(&tbs, "Signature1");
	enc_bytes(&tbs, protected->data, protected->len);
	enc_bytes(&tbs, "", 0);
	enc_bytes(&tbs, payload->data, payload->len);
	(at_infinity ? sign_at_infinity : sign_right)(curve, key, &tbs, raw);
	enc_bytes(out, raw, 2 * curve->size);
}

/* --- tokens --- */

size_t hash_size(const char *hash)
{
	return !strcmp(hash, "sha-256") ? 32 : !strcmp(hash, "sha-384") ? 48 : 64;
}

size_t mint_public(int alg, int part, uint8_t *x, uint8_t *y)
{
	const struct curve *curve = curve_of(alg);
	uint8_t point[133];

	public_point(curve, part, point);
	memcpy(x, point + 1, curve->size);
	memcpy(y, point + 1 + curve->size, curve->size);
	return curve->size;
}

/* What the claim holds: the point, or since 2023 a COSE_Key. */
static void encode_rak(const struct curve *curve, bool cose_key, struct enc *rak)
{
	uint8_t point[133];

	public_point(curve, REALM, point);
	if (!cose_key) {
		enc_raw(rak, point, 1 + 2 * curve->size);
		return;
	}
	enc_head(rak, 5, 4);
	enc_int(rak, 1);
	enc_int(rak, 2);
	enc_int(rak, -1);
	enc_int(rak, curve->cose);
	enc_int(rak, -2);
	enc_bytes(rak, point + 1, curve->size);
	enc_int(rak, -3);
	enc_bytes(rak, point + 1 + curve->size, curve->size);
}

static void set_rems(struct claims *c, size_t size)
{
	struct enc rems = { .len = 0 };
	uint8_t rem[64];
	int i;

	enc_head(&rems, 4, 4);
	for (i = 0; i < 4; i++) {
		memset(rem, 0xe0 + i, size);
		enc_bytes(&rems, rem, size);
	}
	claim_set(c, 44239, &rems);
}

static void init_realm(struct claims *c, int profile, const char *hash, const struct enc *rak)
{
	struct enc value = { .len = 0 };

	claim_set_bytes(c, 10, 0xcc, 64);
	if (profile == 2023)
		claim_set_text(c, 265, "tag:arm.com,2023:realm#1.0.0");
	if (profile == 2024) {
		claim_set_text(c, 265, "tag:arm.com,2024:realm#2.0.0");
		claim_set_bytes(c, 256, 0x01, 33);
		claim_set_hex(c, 44243, "01");
	}
	claim_set_bytes(c, 44235, 0xbb, 64);
	claim_set_text(c, 44236, hash);
	enc_bytes(&value, rak->data, rak->len);
	claim_set(c, 44237, &value);
	claim_set_bytes(c, 44238, 0x88, hash_size(hash));
	set_rems(c, hash_size(hash));
	claim_set_text(c, 44240, "sha-256");
}

static void init_platform(struct claims *c, int profile, const struct enc *rak)
{
	struct enc value = { .len = 0 };
	uint8_t binding[32];

	claim_set_text(c, 265, profile ? "tag:arm.com,2023:cca_platform#1.0.0" :
		       "http://arm.com/CCA-SSD/1.0.0");
	need(EVP_Digest(rak->data, rak->len, binding, NULL, EVP_sha256(), NULL));
	enc_bytes(&value, binding, sizeof(binding));
	claim_set(c, 10, &value);
	claim_set_bytes(c, 2396, 0x1e, 32);
	claim_set_bytes(c, 256, 0x01, 33);
	claim_set_hex(c, 2401, "44 cfcfcfcf");
	claim_set_hex(c, 2395, "19 3003");
	claim_set_text(c, 2402, "sha-256");
	claim_set_text(c, 2400, "https://verifier.example/");
	/* [{1: "BL", 2: digest, 4: "1.0", 5: digest, 6: "sha-256"}, {2: digest, 5: digest}] */
	claim_set_hex(c, 2399, "82 a5 01 62424c"
		      "02 5820 0000000000000000000000000000000000000000000000000000000000000001"
		      "04 63312e30"
		      "05 5820 0000000000000000000000000000000000000000000000000000000000000002"
		      "06 677368612d323536"
		      "a2 02 5820 0000000000000000000000000000000000000000000000000000000000000003"
		      "05 5820 0000000000000000000000000000000000000000000000000000000000000004");
}

void mint_init(struct mint *m, int wrapper, int realm_profile, int platform_profile,
	       const char *hash, int alg)
{
	struct enc rak = { .len = 0 };

	memset(m, 0, sizeof(*m));
	m->wrapper = wrapper;
	m->alg = alg;
	m->hash = hash;
	encode_rak(curve_of(alg), realm_profile != 0, &rak);
	init_realm(&m->part[REALM].claims, realm_profile, hash, &rak);
	init_platform(&m->part[PLATFORM].claims, platform_profile, &rak);
}

void mint_bind(struct mint *m, const char *hash, size_t len)
{
	char name[] = { 's', 'h', 'a', hash[4], hash[5], hash[6], '\0' };
	struct enc key = { .len = 0 }, value = { .len = 0 };
	struct claims *c = &m->part[REALM].claims;
	uint8_t digest[EVP_MAX_MD_SIZE];
	const uint8_t *rak;

	enc_int(&key, 44237);
	rak = c->entry[claim_find(c, &key)].value;
	need(rak[0] == 0x58);
	need(EVP_Digest(rak + 2, rak[1], digest, NULL, EVP_get_digestbyname(name), NULL));
	enc_bytes(&value, digest, len);
	claim_set(&m->part[PLATFORM].claims, 10, &value);
}

void mint_claims(const struct claims *c, struct enc *payload)
{
	size_t i;

	enc_head(payload, 5, c->n);
	for (i = 0; i < c->n; i++) {
		enc_raw(payload, c->entry[i].label, c->entry[i].label_len);
		enc_raw(payload, c->entry[i].value, c->entry[i].value_len);
	}
}

static void encode_part(const struct mint *m, int which, struct enc *out)
{
	struct enc protected = { .len = 0 }, payload = { .len = 0 };
	const struct part *part = &m->part[which];
	int alg = part->as_alg ? part->as_alg : m->alg;

	if (part->cose_hex) {
		enc_hex(out, part->cose_hex);
		return;
	}
	if (part->protected_hex) {
		enc_hex(&protected, part->protected_hex);
	} else {
		enc_head(&protected, 5, 1);
		enc_int(&protected, 1);
		enc_int(&protected, alg);
	}
	if (part->payload)
		payload = *part->payload;
	else
		mint_claims(&part->claims, &payload);

	if (!part->untagged)
		enc_head(out, 6, 18);
	enc_head(out, 4, 4);
	enc_bytes(out, protected.data, protected.len);
	if (part->unprotected_hex)
		enc_hex(out, part->unprotected_hex);
	else
		enc_head(out, 5, 0);
	enc_bytes(out, payload.data, payload.len);
	sign(out, curve_of(alg), key_of(curve_of(m->alg), which), part->at_infinity, &protected,
	     &payload);
}

void mint_part(const struct mint *m, int part, struct enc *out)
{
	out->len = 0;
	encode_part(m, part, out);
}

void mint_token(struct mint *m, struct enc *token)
{
	static const int labels[] = { [REALM] = 44241, [PLATFORM] = 44234 };
	int which;

	token->len = 0;
	enc_head(token, 6, (uint64_t)m->wrapper);
	enc_head(token, 5, (uint64_t)(2 + m->wrapper_more));
	for (which = PLATFORM; which >= REALM; which--) {
		struct enc cose = { .len = 0 };

		encode_part(m, which, &cose);
		enc_int(token, labels[which]);
		if (m->wrapper == 907) {
			enc_head(token, 4, m->cmw_indicator ? 3 : 2);
			enc_hex(token, m->cmw_type ? m->cmw_type : "190107");
		}
		enc_bytes(token, cose.data, cose.len);
		if (m->wrapper == 907 && m->cmw_indicator)
			enc_int(token, 4);
	}
	if (m->wrapper_hex)
		enc_hex(token, m->wrapper_hex);
}
