// SPDX-License-Identifier: GPL-2.0-only
/* <tsm/verify.h>: does a wrong signature, key or algorithm show at its own step? */
#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "array_size.h"
#include "relying_party.h"
#include "signed_regions.h"
#include "token_parts.h"

static void put_hex_bytes(uint8_t *out, const char *hex)
{
	struct enc e = { .len = 0 };

	enc_hex(&e, hex);
	memcpy(out, e.data, e.len);
}

static void flipped_bits(void **state)
{
	(void)state;
	mint_token(&m, &token);
	flip_every_byte(token.data, token.len, 1, 8);
	mint_init(&m, 907, 0, 0, "sha-512", -7);
	mint_token(&m, &token);
	flip_every_byte(token.data, token.len, 1, 2);
}

static void wrong_algorithms(void **state)
{
	static const char *const headers[] = {
		"a1 01 26",	/* ES256, right */
		"a1 01 38 22",	/* ES384 with a key of P-256 */
		"a1 01 38 23",	/* ES512 */
		"a1 01 27",	/* EdDSA */
		"a1 01 00", "a1 01 05", "a1 01 38 24", "a1 01 3b 7fffffffffffffff",
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(headers); i++) {
		mint_init(&m, 399, 0, 2023, "sha-256", -7);
		m.part[REALM].protected_hex = headers[i];
		verify();
		expect(i ? "vvvvxv---" : "vvvvvv---", i ? TSM_VERDICT_INVALID : TSM_VERDICT_VALID);
		if (i == 1 || i == 2)
			expect_fault("vvvvxv---", TSM_STEP_REALM_SIGNATURE, 0, TSM_TOKEN_REALM,
				     "its algorithm does not go with the key's curve");
		m.part[REALM].protected_hex = NULL;
		m.part[PLATFORM].protected_hex = headers[i];
		verify();
		expect(i ? "vxvvvv---" : "vvvvvv---", i ? TSM_VERDICT_INVALID : TSM_VERDICT_VALID);
	}
}

/* All is right with the signature, but that the algorithm is of a larger curve than the key. */
static void keys_of_smaller_curves(void **state)
{
	static const struct { int key, as; } t[] = { { -7, -35 }, { -7, -36 }, { -35, -36 } };
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(t); i++) {
		mint_init(&m, 399, 0, 2023, "sha-256", t[i].key);
		new_anchors();
		add_anchor(t[i].key);
		m.part[REALM].as_alg = t[i].as;
		verify();
		expect_fault("vvvvxv---", TSM_STEP_REALM_SIGNATURE, 0, TSM_TOKEN_REALM,
			     "its algorithm does not go with the key's curve");
		m.part[REALM].as_alg = 0;
		m.part[PLATFORM].as_alg = t[i].as;
		verify();
		expect_fault("vxvvvv---", TSM_STEP_PLATFORM_SIGNATURE, 0, TSM_TOKEN_PLATFORM,
			     "its algorithm does not go with the key's curve");
	}
}

/* r and s have to be 1 to n - 1 (SEC 1 section 4.1.4), and each as long as the curve's. */
static void wrong_signatures(void **state)
{
	static const struct { int alg; size_t size; const char *n; } t[] = {
		{ -7, 32, "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551" },
		{ -35, 48, "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf"
			   "581a0db248b0a77aecec196accc52973" },
		{ -36, 66, "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
			   "fa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409" },
	};
	struct region regions[REGIONS];
	static struct enc before;
	uint8_t *at;
	size_t i, k, size;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(t); i++) {
		mint_init(&m, 399, 2023, 2023, "sha-256", t[i].alg);
		new_anchors();
		add_anchor(t[i].alg);
		mint_token(&m, &before);
		size = t[i].size;
		for (k = 0; k < 8; k++) {
			token = before;
			find_regions(token.data, regions);
			assert_string_equal(regions[2].name, "signature");
			assert_int_equal(regions[2].len, 2 * size);
			at = regions[2].data;
			if (k == 0)
				memset(at, 0, 2 * size);
			else if (k == 1)
				memset(at, 0xff, 2 * size);
			else if (k < 4)
				memset(at + (k - 2) * size, 0, size);
			else if (k < 6)
				memset(at + (k - 4) * size, 0xff, size);
			else
				put_hex_bytes(at + (k - 6) * size, t[i].n);
			verify_bytes(token.data, token.len);
			expect_fault("vvvvxv---", TSM_STEP_REALM_SIGNATURE, 0, TSM_TOKEN_REALM,
				     "not by this key");
		}
	}
}

static void signatures_of_another_length(void **state)
{
	static uint8_t longer[132];
	static struct taken t;
	static struct enc from;
	size_t i;

	(void)state;
	mint_token(&m, &from);
	for (i = 0; i <= sizeof(longer); i++) {
		take_token(from.data, &t);
		memcpy(longer, t.part[REALM].signature.data, 64);
		t.part[REALM].signature = (struct slice){ longer, i };
		taken_encode(&t, &token);
		verify_bytes(token.data, token.len);
		if (i == 64)
			expect("vvvvvv---", TSM_VERDICT_VALID);
		else
			expect_fault("vvvvxv---", TSM_STEP_REALM_SIGNATURE, 0, TSM_TOKEN_REALM,
				     "not the length of its algorithm");
	}
}

/* OpenSSL calls it an error of its own, but it is the token's: a verdict, no errno. */
static void signatures_at_infinity(void **state)
{
	static const int algs[] = { -7, -35, -36 };
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(algs); i++) {
		mint_init(&m, 399, 2023, 2023, "sha-256", algs[i]);
		new_anchors();
		add_anchor(algs[i]);
		m.part[REALM].at_infinity = true;
		verify();
		expect_fault("vvvvxv---", TSM_STEP_REALM_SIGNATURE, 0, TSM_TOKEN_REALM,
			     "not by this key");
		m.part[PLATFORM].at_infinity = true;
		verify();
		expect_fault("vxvvxv---", TSM_STEP_PLATFORM_SIGNATURE, 0, TSM_TOKEN_PLATFORM,
			     "not by this key");
	}
}

int main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(flipped_bits), T(wrong_algorithms), T(keys_of_smaller_curves),
		T(wrong_signatures), T(signatures_of_another_length), T(signatures_at_infinity),
	};

	return cmocka_run_group_tests_name("verify signatures", tests, NULL, NULL);
}
