// SPDX-License-Identifier: GPL-2.0-only
/* <tsm/verify.h>: do the platform's key, the RAK, and the tokens belong together? */
#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "anchor_files.h"
#include "relying_party.h"

static void rak_hash_of_any_length(void **state)
{
	static const char *const hashes[] = { "sha-256", "sha-384", "sha-512" };
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		claim_set_text(&m.part[REALM].claims, 44240, hashes[i]);
		verify();
		if (i)
			expect_fault("vvvxvv---", TSM_STEP_BINDING, 10, TSM_TOKEN_PLATFORM,
				     "is not the sha-");
		else
			expect("vvvvvv---", TSM_VERDICT_VALID);
	}
}

/* The whole hash, not its beginning, and to the last byte. */
static void whole_binding(void **state)
{
	static const char *const hashes[] = { "sha-256", "sha-384", "sha-512" };
	static const size_t lens[] = { 32, 48, 64 };
	struct claims *platform = &m.part[PLATFORM].claims;
	size_t i, k;

	(void)state;
	for (i = 0; i < 3; i++) {
		for (k = 0; k <= i; k++) {
			mint_init(&m, 399, 2023, 2023, "sha-256", -7);
			claim_set_text(&m.part[REALM].claims, 44240, hashes[i]);
			mint_bind(&m, hashes[i], lens[k]);
			verify();
			if (k < i)
				expect_fault("vvvxvv---", TSM_STEP_BINDING, 10, TSM_TOKEN_PLATFORM,
					     "do not belong together");
			else
				expect("vvvvvv---", TSM_VERDICT_VALID);
		}
		for (k = 0; platform->entry[k].label[0] != 10; k++)
			continue;
		platform->entry[k].value[platform->entry[k].value_len - 1] ^= 1;
		verify();
		expect("vvvxvv---", TSM_VERDICT_INVALID);
	}
}

static void other_trust_anchors(void **state)
{
	static struct text store;

	(void)state;
	new_anchors();
	file_store(&store, STORE_DENSE, -7, REALM, 0x02, 0x1e);
	add_anchors(store.data, store.len);
	verify();
	expect_fault("v?xvvv---", TSM_STEP_TRUST_ANCHOR, 256, TSM_TOKEN_PLATFORM,
		     "none of 1 is for");
	file_store(&store, STORE_DENSE, -7, REALM, 0x01, 0x1f);
	add_anchors(store.data, store.len);
	verify();
	expect_fault("v?xvvv---", TSM_STEP_TRUST_ANCHOR, 256, TSM_TOKEN_PLATFORM,
		     "none of 2 is for");
	file_store(&store, STORE_DENSE, -7, REALM, 0x01, 0x1e);
	add_anchors(store.data, store.len);
	verify();
	expect_fault("vxvvvv---", TSM_STEP_PLATFORM_SIGNATURE, 0, TSM_TOKEN_PLATFORM,
		     "not by this key");
	add_anchor(-35);
	add_anchor(-7);			/* and among others, the right one */
	verify();
	expect("vvvvvv---", TSM_VERDICT_VALID);
}

static void tokens_that_do_not_belong_together(void **state)
{
	struct claims *realm = &m.part[REALM].claims;
	static struct mint other;

	(void)state;
	/* the RAK of another token, whose private key the attacker has not */
	mint_init(&other, 399, 2023, 2023, "sha-256", -35);
	memcpy(realm, &other.part[REALM].claims, sizeof(*realm));
	verify();
	expect_fault("vvvxxv---", TSM_STEP_BINDING, 10, TSM_TOKEN_PLATFORM,
		     "do not belong together");
	/* bound to it, and signed by another */
	memcpy(&m.part[PLATFORM].claims, &other.part[PLATFORM].claims, sizeof(*realm));
	verify();
	expect_fault("vvvvxv---", TSM_STEP_REALM_SIGNATURE, 44237, TSM_TOKEN_REALM,
		     "for another algorithm");
	/* the RAK's own signature, on a platform token for another RAK */
	mint_init(&m, 399, 2023, 2023, "sha-256", -7);
	claim_set_bytes(&m.part[PLATFORM].claims, 10, 0x55, 32);
	verify();
	expect_fault("vvvxvv---", TSM_STEP_BINDING, 10, TSM_TOKEN_PLATFORM,
		     "do not belong together");
	claim_set_bytes(&m.part[PLATFORM].claims, 10, 0x55, 64);
	verify();
	expect_fault("vvvxvv---", TSM_STEP_BINDING, 10, TSM_TOKEN_PLATFORM,
		     "do not belong together");

	/* a COSE_Key where a point belongs, and the other way round */
	mint_init(&m, 399, 2023, 2023, "sha-256", -7);
	claim_drop(realm, 265);
	verify();
	expect_fault("vvvvxv---", TSM_STEP_REALM_SIGNATURE, 44237, TSM_TOKEN_REALM,
		     "no uncompressed point");
	mint_init(&m, 399, 0, 2023, "sha-256", -7);
	claim_set_text(realm, 265, "tag:arm.com,2023:realm#1.0.0");
	verify();
	expect_fault("vvvvxv---", TSM_STEP_REALM_SIGNATURE, 44237, TSM_TOKEN_REALM, "COSE_Key");
	/* no point of the curve */
	mint_init(&m, 399, 0, 2023, "sha-256", -7);
	claim_set_bytes(realm, 44237, 0x04, 65);
	verify();
	expect_fault("vvvxxv---", TSM_STEP_REALM_SIGNATURE, 44237, TSM_TOKEN_REALM, "no point");
	claim_set_bytes(realm, 44237, 0x04, 97);
	verify();
	expect_fault("vvvxxv---", TSM_STEP_REALM_SIGNATURE, 44237, TSM_TOKEN_REALM, "no point");
}

int main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(rak_hash_of_any_length), T(whole_binding), T(other_trust_anchors),
		T(tokens_that_do_not_belong_together),
	};

	return cmocka_run_group_tests_name("verify keys", tests, NULL, NULL);
}
