// SPDX-License-Identifier: GPL-2.0-only
/* Tokens of each kind that the field has, of this mint's keys. */
#include <string.h>

#include "token_kinds.h"

const struct token_kind token_kinds[TOKEN_KINDS] = {
	{ "399 2022 raw RAK sha-512 zero REMs", 399, 0, 0, "sha-512", -35, false, "sha-256", 0xa0 },
	{ "399 2022 raw RAK sha-256 zero REMs", 399, 0, 0, "sha-256", -35, false, "sha-256", 0xa1 },
	{ "399 2022 raw RAK bound by sha-512", 399, 0, 0, "sha-256", -35, false, "sha-512", 0xa2 },
	{ "399 2023 COSE_Key", 399, 2023, 2023, "sha-256", -35, true, "sha-256", 0xa3 },
	{ "907 2024 COSE_Key", 907, 2024, 2023, "sha-256", -35, true, "sha-256", 0xa4 },
	{ "907 2022 raw RAK", 907, 0, 0, "sha-256", -35, true, "sha-256", 0xa5 },
	{ "399 2022 raw RAK ES256", 399, 0, 0, "sha-256", -7, true, "sha-256", 0xa6 },
	{ "907 2024 COSE_Key ES256 zero REMs", 907, 2024, 2023, "sha-512", -7, false, "sha-512",
	  0xa7 },
	{ "399 2023 COSE_Key ES512 sha-384", 399, 2023, 2023, "sha-384", -36, true, "sha-512", 0xa8 },
};

const char *kind_component(int n)
{
	static const char *const types[KIND_COMPONENTS] = {
		"RSE_BL1", "RSE_BL2", "RSE_S", "AP_BL1", "AP_BL2", "SCP_BL1", "SCP_BL2", "AP_BL31",
		"RMM", "HW_CONFIG", "FW_CONFIG", "TB_FW_CONFIG", "SOC_FW_CONFIG",
	};

	return types[n];
}

static void put_fill(struct enc *e, uint8_t fill, size_t len)
{
	uint8_t data[64];

	memset(data, fill, len);
	enc_bytes(e, data, len);
}

static void set_components(struct claims *c)
{
	struct enc list = { .len = 0 };
	int i;

	enc_head(&list, 4, KIND_COMPONENTS);
	for (i = 0; i < KIND_COMPONENTS; i++) {
		enc_head(&list, 5, 4);
		enc_int(&list, 1);
		enc_text(&list, kind_component(i));
		enc_int(&list, 5);
		put_fill(&list, 0x60, 32);
		enc_int(&list, 2);
		put_fill(&list, (uint8_t)(0x10 + i), 32);
		enc_int(&list, 6);
		enc_text(&list, "sha-256");
	}
	claim_set(c, 2399, &list);
}

void mint_kind(struct mint *m, const struct token_kind *kind)
{
	size_t size = hash_size(kind->hash);
	struct enc rems = { .len = 0 };
	struct claims *realm;
	int i;

	mint_init(m, kind->wrapper, kind->realm, kind->platform, kind->hash, kind->alg);
	realm = &m->part[REALM].claims;
	claim_set_bytes(realm, 44238, kind->rim, size);
	claim_set_text(realm, 44240, kind->binding);
	mint_bind(m, kind->binding, hash_size(kind->binding));
	enc_head(&rems, 4, 4);
	for (i = 0; i < 4; i++)
		put_fill(&rems, kind->rems ? (uint8_t)(0x70 + i) : 0, size);
	claim_set(realm, 44239, &rems);
	set_components(&m->part[PLATFORM].claims);
}
