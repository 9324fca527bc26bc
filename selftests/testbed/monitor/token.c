// SPDX-License-Identifier: GPL-2.0-only
/*
 * CCA attestation tokens (RMM specification, A7; draft-ffm-rats-cca-token): the
 * platform's token is a given, made and signed when the monitor was built; the
 * realm's is made here and signed with the RAK that the platform's token names.
 */
#include "cbor.h"
#include "crypto.h"
#include "platform.h"
#include "realm.h"
#include "token.h"

#include <string.h>

enum claim {
	CHALLENGE = 10,
	PROFILE = 265,
	RPV = 44235,
	HASH_ALGORITHM = 44236,
	RAK = 44237,
	RIM = 44238,
	REM = 44239,
	RAK_HASH = 44240,
};

enum collection { PLATFORM_TOKEN = 44234, REALM_TOKEN = 44241 };

#define TAG_COSE_SIGN1		18
#define TAG_CMW_COLLECTION	907
#define COAP_EAT_CWT		263	/* application/eat+cwt */

static const char realm_profile[] = "tag:arm.com,2023:realm#1.0.0";
static const u8 protected_header[] = { 0xa1, 0x01, 0x38, 0x22 };	/* {1: -35}: ES384 */

struct platform {
	struct bytes rak, token;
};

static const struct platform platforms[] = {
	[PROFILE_LEGACY] = {
		.rak = { platform_rak_legacy, sizeof(platform_rak_legacy) },
		.token = { platform_token_legacy, sizeof(platform_token_legacy) },
	},
	[PROFILE_2023] = {
		.rak = { platform_rak_2023, sizeof(platform_rak_2023) },
		.token = { platform_token_2023, sizeof(platform_token_2023) },
	},
};

static const char *hash_name(enum hash hash)
{
	static const char *const names[] = {
		[HASH_SHA256] = "sha-256", [HASH_SHA384] = "sha-384", [HASH_SHA512] = "sha-512",
	};

	return names[hash];
}

static void measurement(struct cbor *out, unsigned int index)
{
	cbor_bytes(out, realm.measurements[index], hash_size(realm.hash));
}

/* Claims in ascending order, as deterministic encoding has them (RFC 8949, 4.2.1). */
void token_claim(struct token_operation *op, const u8 challenge[CHALLENGE_SIZE])
{
	const struct bytes *rak = &platforms[realm.profile].rak;
	struct cbor out = { op->claims, 0, sizeof(op->claims) };
	bool legacy = realm.profile == PROFILE_LEGACY;

	cbor_map(&out, legacy ? 7 : 8);
	cbor_uint(&out, CHALLENGE);
	cbor_bytes(&out, challenge, CHALLENGE_SIZE);
	if (!legacy) {
		cbor_uint(&out, PROFILE);
		cbor_text(&out, realm_profile);
	}
	cbor_uint(&out, RPV);
	cbor_bytes(&out, realm.rpv, RPV_SIZE);
	cbor_uint(&out, HASH_ALGORITHM);
	cbor_text(&out, hash_name(realm.hash));
	cbor_uint(&out, RAK);
	cbor_bytes(&out, rak->data, rak->size);

	spin_lock(&realm.lock);
	cbor_uint(&out, RIM);
	measurement(&out, 0);
	cbor_uint(&out, REM);
	cbor_array(&out, REMS);
	for (unsigned int i = 1; i <= REMS; i++)
		measurement(&out, i);
	spin_unlock(&realm.lock);

	cbor_uint(&out, RAK_HASH);
	cbor_text(&out, hash_name(HASH_SHA256));

	op->claims_size = out.size;
}

/* The signature over Sig_structure (RFC 9052, 4.4). */
static bool sign(const struct token_operation *op, u8 signature[ES384_SIZE])
{
	u8 head[64], digest[HASH_MAX];
	struct cbor out = { head, 0, sizeof(head) };

	cbor_array(&out, 4);
	cbor_text(&out, "Signature1");
	cbor_bytes(&out, protected_header, sizeof(protected_header));
	cbor_bytes(&out, NULL, 0);
	cbor_bytes_head(&out, op->claims_size);
	hash(HASH_SHA384, (struct bytes[]){ { head, out.size }, { op->claims, op->claims_size } },
	     2, digest);

	return sign_es384(platform_rak_private, digest, signature);
}

static void collection_entry(struct cbor *out, enum collection key, const void *data, size_t size)
{
	cbor_uint(out, key);
	if (realm.wrapper == TAG_CMW_COLLECTION) {
		cbor_array(out, 2);
		cbor_uint(out, COAP_EAT_CWT);
	}
	cbor_bytes(out, data, size);
}

bool token_sign(struct token_operation *op)
{
	const struct bytes *platform = &platforms[realm.profile].token;
	u8 cose[CLAIMS_MAX + 2 * ES384_SIZE], signature[ES384_SIZE] = {};
	struct cbor inner = { cose, 0, sizeof(cose) };
	struct cbor out = { op->token, 0, sizeof(op->token) };

	if (op->claims_size > sizeof(op->claims))
		return false;
	if (op->sign && !sign(op, signature))
		return false;

	cbor_tag(&inner, TAG_COSE_SIGN1);
	cbor_array(&inner, 4);
	cbor_bytes(&inner, protected_header, sizeof(protected_header));
	cbor_map(&inner, 0);
	cbor_bytes(&inner, op->claims, op->claims_size);
	cbor_bytes(&inner, signature, sizeof(signature));

	cbor_tag(&out, realm.wrapper);
	cbor_map(&out, 2);
	collection_entry(&out, PLATFORM_TOKEN, platform->data, platform->size);
	collection_entry(&out, REALM_TOKEN, cose, inner.size);

	op->size = out.size;
	op->sent = 0;

	return inner.size <= inner.capacity && out.size <= out.capacity;
}
