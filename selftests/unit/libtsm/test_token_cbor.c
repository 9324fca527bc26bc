// SPDX-License-Identifier: GPL-2.0-only
/* <tsm/token.h>: does CBOR that was made to hurt, cut or mutated do any harm? */
#include <errno.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <tsm/token.h>

#include "array_size.h"
#include "minted_token.h"
#include "touch_token.h"

static const struct {
	const char *hex, *words;
	int err;
} evil[] = {
	/* cut short */
	{ "19 01", "ends too early", EBADMSG },
	{ "42 00", "ends too early", EBADMSG },
	{ "82 00", "ends too early", EBADMSG },
	{ "a1 00", "ends too early", EBADMSG },
	{ "c1", "ends too early", EBADMSG },
	{ "d9 01", "ends too early", EBADMSG },
	{ "f9 00", "ends too early", EBADMSG },
	/* claims of more than there is: must cost neither memory nor time */
	{ "5b 7fffffffffffffff", "ends too early", EBADMSG },
	{ "5b ffffffffffffffff", "ends too early", EBADMSG },
	{ "7b fffffffffffffff0 61", "ends too early", EBADMSG },
	{ "9b 7fffffffffffffff", "ends too early", EBADMSG },
	{ "9b ffffffffffffffff 00", "ends too early", EBADMSG },
	{ "bb 8000000000000000", "ends too early", EBADMSG },
	{ "bb ffffffffffffffff 00 00", "ends too early", EBADMSG },
	/* indefinite lengths, and their end alone */
	{ "5f 41 00 ff", "an indefinite length", EBADMSG },
	{ "7f 61 61 ff", "an indefinite length", EBADMSG },
	{ "9f 00 ff", "an indefinite length", EBADMSG },
	{ "bf 00 00 ff", "an indefinite length", EBADMSG },
	{ "ff", "an indefinite length", EBADMSG },
	{ "81 ff", "an indefinite length", EBADMSG },
	/* reserved */
	{ "1c", "that CBOR reserves", EBADMSG },
	{ "3d", "that CBOR reserves", EBADMSG },
	{ "5e", "that CBOR reserves", EBADMSG },
	{ "7c", "that CBOR reserves", EBADMSG },
	{ "9d", "that CBOR reserves", EBADMSG },
	{ "be", "that CBOR reserves", EBADMSG },
	{ "dc 00", "that CBOR reserves", EBADMSG },
	{ "fc", "that CBOR reserves", EBADMSG },
	{ "e0", "that CBOR reserves", EBADMSG },
	{ "f8 20", "that CBOR reserves", EBADMSG },
	/* repeated keys */
	{ "a2 00 00 00 00", "a key that is repeated", EBADMSG },
	{ "a2 6161 00 6161 00", "a key that is repeated", EBADMSG },
	{ "a3 20 00 00 00 20 00", "a key that is repeated", EBADMSG },
	{ "a1 00 a2 4100 00 4100 01", "a key that is repeated", EBADMSG },
	{ "a2 0a 00 180a 00", "a key that is repeated", EBADMSG },
	{ "a2 3900ff 00 38ff 00", "a key that is repeated", EBADMSG },
	{ "a2 6161 00 780161 00", "a key that is repeated", EBADMSG },
	{ "a2 4161 00 5a0000000161 00", "a key that is repeated", EBADMSG },
	/* keys that are neither */
	{ "a1 a0 00", "a key that is neither", EBADMSG },
	{ "a1 8100 00", "a key that is neither", EBADMSG },
	{ "a1 f5 00", "a key that is neither", EBADMSG },
	{ "a1 c100 00", "a key that is neither", EBADMSG },
	{ "a1 00 a1 f90000 00", "a key that is neither", EBADMSG },
	/* text that is not UTF-8: alone, overlong, surrogate, beyond, cut */
	{ "61 80", "not UTF-8", EBADMSG },
	{ "61 ff", "not UTF-8", EBADMSG },
	{ "62 c080", "not UTF-8", EBADMSG },
	{ "62 c1bf", "not UTF-8", EBADMSG },
	{ "63 e08080", "not UTF-8", EBADMSG },
	{ "63 e09fbf", "not UTF-8", EBADMSG },
	{ "63 eda080", "not UTF-8", EBADMSG },
	{ "64 f0808080", "not UTF-8", EBADMSG },
	{ "64 f48fbfc0", "not UTF-8", EBADMSG },
	{ "64 f4908080", "not UTF-8", EBADMSG },
	{ "64 f5808080", "not UTF-8", EBADMSG },
	{ "61 c3", "not UTF-8", EBADMSG },
	{ "62 c361", "not UTF-8", EBADMSG },
	{ "62 e282", "not UTF-8", EBADMSG },
	{ "63 f09f98", "not UTF-8", EBADMSG },
	/* too deep: 16 arrays, 16 tags */
	{ "81 81 81 81 81 81 81 81 81 81 81 81 81 81 81 81 00", "nested too deeply", EMSGSIZE },
	{ "c1 c1 c1 c1 c1 c1 c1 c1 c1 c1 c1 c1 c1 c1 c1 c1 00", "nested too deeply", EMSGSIZE },
	/* more behind */
	{ "00 00", "bytes after its end", EBADMSG },
	{ "80 80", "bytes after its end", EBADMSG },
	{ "a0 ff", "bytes after its end", EBADMSG },
};

static void evil_cbor_at_every_level(void **state)
{
	struct enc e;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(evil); i++) {
		e.len = 0;
		enc_hex(&e, evil[i].hex);
		refuse_bytes(e.data, e.len, evil[i].err, evil[i].words);
		assert_non_null(strstr(tsm_error(ctx), "token: its wrapper is not acceptable"));

		m.part[REALM].cose_hex = evil[i].hex;
		refuse(evil[i].err, evil[i].words);
		m.part[PLATFORM].payload = &e;
		refuse(evil[i].err, "platform token: its payload is not acceptable as CBOR");
		m.part[PLATFORM].protected_hex = evil[i].hex;
		refuse(evil[i].err,
		       "platform token: the protected header is not acceptable as CBOR");
	}
}

static void good_utf8_and_depth(void **state)
{
	struct claims *c = &m.part[REALM].claims;
	struct tsm_token *t;

	(void)state;
	claim_add_hex(c, "64 f09f9880", "63 e282ac");
	claim_add_hex(c, "63 ed9fbf", "64 f48fbfbf");
	claim_add_hex(c, "62 c280", "63 e0a080");
	claim_add_hex(c, "64 f0908080", "63 eebfbf");
	claim_add_hex(c, "19 9999", "81 81 81 81 81 81 81 81 81 81 81 81 81 81 80");
	t = accepted();
	tsm_token_free(&t);
}

static void bounds(void **state)
{
	static uint8_t big[TSM_TOKEN_MAX + 1];
	struct enc e = { .len = 0 };
	int i;

	(void)state;
	refuse_bytes(big, sizeof(big), EMSGSIZE, "1048577 bytes; at most 1048576");
	refuse_bytes(big, 0, EINVAL, "it is empty");
	refuse_bytes(NULL, 5, EINVAL, "it is empty");
	assert_int_equal(tsm_token_new(NULL, big, 1, NULL), -EINVAL);
	assert_int_equal(tsm_token_new(ctx, big, 1, NULL), -EINVAL);

	enc_head(&e, 4, 4096);
	for (i = 0; i < 4096; i++)
		enc_int(&e, 0);
	refuse_bytes(e.data, e.len, EMSGSIZE, "too many items");
	/* as many as are accepted: then it is another fault */
	e.len = 0;
	enc_head(&e, 4, 4095);
	for (i = 0; i < 4095; i++)
		enc_int(&e, 0);
	refuse_bytes(e.data, e.len, EPROTONOSUPPORT, "does not begin with tag");

	e.len = 0;
	enc_head(&e, 5, 513);
	for (i = 0; i < 513; i++) {
		enc_int(&e, i);
		enc_int(&e, 0);
	}
	refuse_bytes(e.data, e.len, EMSGSIZE, "a map with too many keys");
	e.data[2]--;
	e.len -= 4;
	refuse_bytes(e.data, e.len, EPROTONOSUPPORT, "does not begin with tag");
}

static void cut_or_lengthened_anywhere(void **state)
{
	size_t len;

	(void)state;
	mint_token(&m, &token);
	for (len = 1; len < token.len; len++) {
		/* of its own, so that ASan sees a read past the end */
		uint8_t *cut = malloc(len);
		struct tsm_token *t = NULL;

		memcpy(cut, token.data, len);
		assert_int_equal(tsm_token_new(ctx, cut, len, &t), -EBADMSG);
		assert_null(t);
		free(cut);
	}
	token.data[token.len++] = 0;
	refuse_bytes(token.data, token.len, EBADMSG,
		     "token: its wrapper is not acceptable as CBOR");
	assert_non_null(strstr(tsm_error(ctx), "bytes after its end"));
}

static uint64_t random_state = 88172645463325252ull;

static uint32_t random_number(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (uint32_t)(random_state >> 16);
}

/* Whatever is accepted can be walked, whatever is refused says why. */
static void random_mutations(void **state)
{
	int i, read = 0, n = getenv("MUTATIONS") ? atoi(getenv("MUTATIONS")) : 20000;
	struct enc e;

	(void)state;
	if (getenv("SEED"))
		random_state += (uint64_t)atoll(getenv("SEED"));
	for (i = 0; i < n; i++) {
		uint32_t k, changes = 1 + random_number() % 4;

		if (i % 100 == 0) {
			mint_init(&m, i % 200 ? 399 : 907, i / 200 % 3 ? 2024 : 0, 2023,
				  "sha-384", -35);
			mint_token(&m, &token);
		}
		e = token;
		for (k = 0; k < changes; k++) {
			size_t at = random_number() % e.len;

			switch (random_number() % 4) {
			case 0:
				e.data[at] ^= (uint8_t)(1u << random_number() % 8);
				break;
			case 1:
				e.data[at] = (uint8_t)random_number();
				break;
			case 2:
				memmove(e.data + at, e.data + at + 1, --e.len - at);
				break;
			default:
				memmove(e.data + at + 1, e.data + at, e.len++ - at);
			}
		}
		read += walk_bytes(ctx, e.data, e.len);
	}
	assert_in_range(read, n / 20, n);
}

int main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(evil_cbor_at_every_level), T(good_utf8_and_depth), T(bounds),
		T(cut_or_lengthened_anywhere), T(random_mutations),
	};

	return cmocka_run_group_tests_name("token cbor", tests, NULL, NULL);
}
