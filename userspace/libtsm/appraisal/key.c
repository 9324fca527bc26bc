// SPDX-License-Identifier: LGPL-2.1-or-later
/* Which public key is in this point, COSE_Key, JWK or PEM? */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "appraisal/key.h"
#include "base/err.h"
#include "token/cbor.h"
#include "token/cose.h"

/* One table for the curves' names everywhere: RFC 9053 section 2.1 ties alg to curve. */
static const struct {
	const char *jwk_alg;
	int64_t cose_crv;
	int64_t cose_alg;
} curves[] = {
	[CRYPTO_P256] = { "ES256", 1, COSE_ALG_ES256 },
	[CRYPTO_P384] = { "ES384", 2, COSE_ALG_ES384 },
	[CRYPTO_P521] = { "ES512", 3, COSE_ALG_ES512 },
};

static int bad(struct tsm_ctx *ctx, const char *what, const char *why)
{
	return err_set(ctx, -EBADMSG, "%s: %s", what, why);
}

/* The text for what crypto.c returned. */
static int explain(struct tsm_ctx *ctx, const char *what, int rc, const char *why)
{
	if (rc == -EBADMSG)
		return bad(ctx, what, why);
	return rc ? err_crypto(ctx, rc, what) : 0;
}

static int from_coordinates(struct tsm_ctx *ctx, const char *what, enum crypto_curve curve,
			    const uint8_t *x, const uint8_t *y, struct crypto_key **out)
{
	return explain(ctx, what, crypto_key_from_point(curve, x, y, out),
		       "its coordinates are no point of its curve");
}

int key_from_point(struct tsm_ctx *ctx, const char *what, struct bytes in, struct crypto_key **out)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(curves); i++) {
		enum crypto_curve curve = (enum crypto_curve)i;
		size_t size = crypto_curve_size(curve);

		if (in.len == 1 + 2 * size && in.data[0] == 0x04)
			return from_coordinates(ctx, what, curve, in.data + 1, in.data + 1 + size,
						out);
	}
	return bad(ctx, what, "it is no uncompressed point");
}

/* RFC 9052 section 7.1, and RFC 9053 section 7.1.1 for negative labels. */
enum {
	KEY_KTY = 1, KEY_KID = 2, KEY_ALG = 3, KEY_OPS = 4, KEY_CRV = -1, KEY_X = -2, KEY_Y = -3,
	KTY_EC2 = 2,
	OPS_VERIFY = 2,
};

/* A parameter that is not known may restrict the key; a private one has no place here. */
static bool only_known(const struct cbor_item *map)
{
	struct cbor_iter iter = cbor_inside(map);
	struct cbor_item key, value;
	int64_t label;

	while (cbor_next(&iter, &key) && cbor_next(&iter, &value))
		if (!cbor_int(&key, &label) || !label || label > KEY_OPS || label < KEY_Y)
			return false;
	return true;
}

static bool is_for_verifying(const struct cbor_item *map)
{
	struct cbor_item ops, op;
	struct cbor_iter iter;
	int64_t number;

	if (!cbor_find(map, KEY_OPS, &ops))
		return true;
	iter = cbor_inside(&ops);
	while (ops.kind == CBOR_ARRAY && cbor_next(&iter, &op))
		if (cbor_int(&op, &number) && number == OPS_VERIFY)
			return true;
	return false;
}

static bool find_int(const struct cbor_item *map, int64_t key, int64_t *number)
{
	struct cbor_item value;

	return cbor_find(map, key, &value) && cbor_int(&value, number);
}

static bool find_curve(const struct cbor_item *map, enum crypto_curve *curve)
{
	int64_t crv;
	size_t i;

	if (!find_int(map, KEY_CRV, &crv))
		return false;
	for (i = 0; i < ARRAY_SIZE(curves); i++) {
		if (curves[i].cose_crv == crv) {
			*curve = (enum crypto_curve)i;
			return true;
		}
	}
	return false;
}

static bool is_for_alg(const struct cbor_item *map, enum crypto_curve curve, int64_t alg)
{
	struct cbor_item value;
	int64_t own;

	if (alg && alg != curves[curve].cose_alg)
		return false;
	return !cbor_find(map, KEY_ALG, &value) ||
	       (cbor_int(&value, &own) && own == curves[curve].cose_alg);
}

static bool find_coordinate(const struct cbor_item *map, int64_t label, enum crypto_curve curve,
			    struct cbor_item *value)
{
	return cbor_find(map, label, value) && value->kind == CBOR_BYTES &&
	       value->content.len == crypto_curve_size(curve);
}

int key_from_cose(struct tsm_ctx *ctx, const char *what, struct bytes in, int64_t alg,
		  struct crypto_key **out)
{
	struct cbor_item map, x, y;
	enum crypto_curve curve;
	int64_t kty;
	int rc;

	rc = cbor_open(ctx, what, "the COSE_Key", in, &map);
	if (rc)
		return rc;
	if (map.kind != CBOR_MAP || !find_int(&map, KEY_KTY, &kty) || kty != KTY_EC2)
		return bad(ctx, what, "it is no COSE_Key of type EC2");
	if (!only_known(&map) || !is_for_verifying(&map))
		return bad(ctx, what, "it is no COSE_Key that is just public and for verifying");
	if (!find_curve(&map, &curve))
		return bad(ctx, what, "its curve is not P-256, P-384 or P-521");
	if (!is_for_alg(&map, curve, alg))
		return bad(ctx, what, "it is for another algorithm, or its curve is");
	if (!find_coordinate(&map, KEY_X, curve, &x) || !find_coordinate(&map, KEY_Y, curve, &y))
		return bad(ctx, what,
			   "its coordinates are not two byte strings as long as its curve's");
	return from_coordinates(ctx, what, curve, x.content.data, y.content.data, out);
}

static int base64url_digit(char c)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	const char *at = strchr(digits, c);

	return at && c ? (int)(at - digits) : -1;
}

/* RFC 7515 section 2: no padding. Exactly @size bytes, and no bit left over that is set. */
static bool base64url(const json_t *value, uint8_t *out, size_t size)
{
	const char *text = json_string_value(value);
	uint32_t bits = 0;
	unsigned int n = 0;

	if (!text || json_string_length(value) != (size * 8 + 5) / 6)
		return false;
	for (; *text; text++) {
		int digit = base64url_digit(*text);

		if (digit < 0)
			return false;
		bits = bits << 6 | (uint32_t)digit;
		n += 6;
		if (n >= 8) {
			n -= 8;
			*out++ = (uint8_t)(bits >> n);
		}
	}
	return !(bits & ((1u << n) - 1));
}

static bool is_text(const json_t *object, const char *name, const char *text)
{
	const char *value = json_string_value(json_object_get(object, name));

	return value && !strcmp(value, text);
}

/* Members that are not known are to be ignored (RFC 7517 section 4), unlike in COSE. */
int key_from_jwk(struct tsm_ctx *ctx, const char *what, const json_t *jwk, struct crypto_key **out)
{
	uint8_t x[CRYPTO_COORDINATE_MAX], y[CRYPTO_COORDINATE_MAX];
	enum crypto_curve curve;
	size_t i = 0, size;

	if (!json_is_object(jwk) || !is_text(jwk, "kty", "EC"))
		return bad(ctx, what, "it is no JWK of type EC");
	if (json_object_get(jwk, "d"))
		return bad(ctx, what, "it is a private key: give the public one, without \"d\"");
	while (i < ARRAY_SIZE(curves) &&
	       !is_text(jwk, "crv", crypto_curve_name((enum crypto_curve)i)))
		i++;
	if (i == ARRAY_SIZE(curves))
		return bad(ctx, what, "its curve is not P-256, P-384 or P-521");
	if ((json_object_get(jwk, "alg") && !is_text(jwk, "alg", curves[i].jwk_alg)) ||
	    (json_object_get(jwk, "use") && !is_text(jwk, "use", "sig")))
		return bad(ctx, what, "it is for another use or algorithm");
	curve = (enum crypto_curve)i;
	size = crypto_curve_size(curve);
	if (!base64url(json_object_get(jwk, "x"), x, size) ||
	    !base64url(json_object_get(jwk, "y"), y, size))
		return bad(ctx, what, "its coordinates are not base64url of its curve's length");
	return from_coordinates(ctx, what, curve, x, y, out);
}

int key_from_pem(struct tsm_ctx *ctx, const char *what, struct bytes in, struct crypto_key **out)
{
	return explain(ctx, what, crypto_key_from_pem(in, out),
		       "it is no PEM of a public key (SubjectPublicKeyInfo) on P-256, P-384 or P-521");
}
