// SPDX-License-Identifier: LGPL-2.1-or-later
/* Does a token have the values of one reference entry, and is its platform secured? */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "appraisal/policy.h"
#include "appraisal/store.h"
#include "base/digest.h"

/* draft-ffm-rats-cca-token, security lifecycle: the upper byte is the state */
#define LIFECYCLE_SECURED	0x30

/* Labels inside a software component */
enum {
	COMPONENT_TYPE = 1,
	COMPONENT_MEASUREMENT = 2,
	COMPONENT_VERSION = 4,
	COMPONENT_SIGNER = 5,
	COMPONENT_HASH = 6,
};

/*
 * Where an entry stops to fit. Of several entries the one that fits furthest is the
 * one that was meant, so its misfit is the reason to give.
 */
struct misfit {
	unsigned int how_far;
	int64_t claim;
	char what[128];
};

static struct bytes bytes_of(const struct tsm_claim *claim)
{
	struct bytes b;

	b.data = tsm_claim_bytes(claim, &b.len);
	return b;
}

static struct bytes claim_bytes(const struct tsm_token *token, enum tsm_token_part part,
				int64_t label)
{
	return bytes_of(tsm_token_find(token, part, label));
}

static void keep(struct misfit *best, const struct misfit *m)
{
	if (m->claim && (!best->claim || m->how_far > best->how_far))
		*best = *m;
}

static const struct tsm_claim *entry_of(const struct tsm_claim *map, int64_t label)
{
	const struct tsm_claim *claim = tsm_claim_child(map);

	while (claim && (tsm_claim_label_text(claim) || tsm_claim_label(claim) != label))
		claim = tsm_claim_next(claim);
	return claim;
}

/* What an entry does not say may be anything. */
static bool text_fits(const json_t *ref, const char *name, const struct tsm_claim *map,
		      int64_t label)
{
	const char *want = json_string_value(store_get(ref, name));
	const char *have = tsm_claim_text(entry_of(map, label));

	return !want || (have && !strcmp(want, have));
}

static const char *component_misfit(const json_t *ref, const struct tsm_claim *map)
{
	if (!text_fits(ref, "component-type", map, COMPONENT_TYPE))
		return "type";
	if (!store_equal(store_get(ref, "signer-id"), bytes_of(entry_of(map, COMPONENT_SIGNER))))
		return "signer id";
	if (!text_fits(ref, "version", map, COMPONENT_VERSION))
		return "version";
	if (!text_fits(ref, "hash-algo-id", map, COMPONENT_HASH))
		return "hash";
	if (!store_equal(store_get(ref, "measurement-value"),
			 bytes_of(entry_of(map, COMPONENT_MEASUREMENT))))
		return "measurement";
	return NULL;
}

static struct misfit components_misfit(const json_t *refs, const struct tsm_claim *components)
{
	struct misfit m = { .how_far = 1 };
	const struct tsm_claim *map = tsm_claim_child(components);
	const char *type, *what;
	size_t i;

	for (i = 0; map && i < json_array_size(refs); i++, map = tsm_claim_next(map)) {
		what = component_misfit(json_array_get(refs, i), map);
		if (!what)
			continue;
		type = tsm_claim_text(entry_of(map, COMPONENT_TYPE));
		m.claim = TSM_LABEL_SW_COMPONENTS;
		m.how_far = 1 + (unsigned int)i;
		snprintf(m.what, sizeof(m.what), "software component %zu (%.40s) has another %s", i,
			 type ? type : "no type", what);
		return m;
	}
	if (map || i < json_array_size(refs)) {
		m.claim = TSM_LABEL_SW_COMPONENTS;
		m.how_far = 1 + (unsigned int)i;
		snprintf(m.what, sizeof(m.what), "it has %s software components",
			 map ? "more" : "fewer");
	}
	return m;
}

static struct misfit platform_misfit(const json_t *ref, const struct tsm_token *token)
{
	const struct tsm_claim *components;
	struct misfit m = { 0 };

	if (!store_equal(store_get(ref, "platform-configuration"),
			 claim_bytes(token, TSM_TOKEN_PLATFORM, TSM_LABEL_CONFIG))) {
		m.claim = TSM_LABEL_CONFIG;
		snprintf(m.what, sizeof(m.what), "its configuration is another");
		return m;
	}
	components = tsm_token_find(token, TSM_TOKEN_PLATFORM, TSM_LABEL_SW_COMPONENTS);
	return components_misfit(store_get(ref, "sw-components"), components);
}

bool policy_secured(const struct tsm_token *token, struct judgement *j)
{
	int64_t lifecycle = tsm_claim_int(tsm_token_find(token, TSM_TOKEN_PLATFORM,
							 TSM_LABEL_LIFECYCLE));

	if (lifecycle >> 8 == LIFECYCLE_SECURED)
		return true;
	judge(j, TSM_VERDICT_INVALID, TSM_TOKEN_PLATFORM, TSM_LABEL_LIFECYCLE,
	      "the platform's lifecycle is 0x%04" PRIx64 ", not secured (0x3000 to 0x30ff)",
	      lifecycle);
	return false;
}

void policy_platform(const json_t *entries, const struct tsm_token *token, struct judgement *j)
{
	struct bytes id = claim_bytes(token, TSM_TOKEN_PLATFORM, TSM_LABEL_IMPLEMENTATION_ID);
	struct misfit best = { 0 }, m;
	const json_t *ref;
	size_t i;

	json_array_foreach(entries, i, ref) {
		if (!store_equal(store_get(ref, "implementation-id"), id))
			continue;
		m = platform_misfit(ref, token);
		if (!m.claim) {
			judge(j, TSM_VERDICT_VALID, TSM_TOKEN_PLATFORM, 0,
			      "secured; configuration and software components are those of entry %zu",
			      i);
			return;
		}
		keep(&best, &m);
	}
	if (best.claim)
		judge(j, TSM_VERDICT_INVALID, TSM_TOKEN_PLATFORM, best.claim,
		      "no entry for this implementation fits: %s", best.what);
	else
		judge(j, TSM_VERDICT_INVALID, TSM_TOKEN_PLATFORM, TSM_LABEL_IMPLEMENTATION_ID,
		      "no entry is for this platform's implementation id");
}

static enum tsm_hash hash_of(const json_t *name)
{
	return digest_from_name(json_string_value(name));
}

static struct misfit realm_misfit(const json_t *ref, const struct tsm_token *token)
{
	const json_t *rems = store_get(ref, "extensible-measurements");
	const json_t *rpv = store_get(ref, "personalization-value");
	const struct tsm_claim *rak_hash = tsm_token_find(token, TSM_TOKEN_REALM,
							  TSM_LABEL_RAK_HASH);
	enum tsm_hash hash = hash_of(store_get(ref, "rak-hash-algorithm"));
	struct misfit m = { 0 };
	struct bytes rem;
	unsigned int i;

	if (digest_from_name(tsm_claim_text(rak_hash)) != hash) {
		m.claim = TSM_LABEL_RAK_HASH;
		snprintf(m.what, sizeof(m.what), "the hash of its RAK is not %s",
			 tsm_hash_name(hash));
		return m;
	}
	m.how_far++;
	if (rpv && !store_equal(rpv, claim_bytes(token, TSM_TOKEN_REALM, TSM_LABEL_RPV))) {
		m.claim = TSM_LABEL_RPV;
		snprintf(m.what, sizeof(m.what), "its RPV is another");
		return m;
	}
	for (i = 0; i < json_array_size(rems); i++) {
		m.how_far++;
		rem.data = tsm_token_rem(token, i, &rem.len);
		if (!store_equal(json_array_get(rems, i), rem)) {
			m.claim = TSM_LABEL_REMS;
			snprintf(m.what, sizeof(m.what), "its rem%u is another", i);
			return m;
		}
	}
	return m;
}

void policy_realm(const json_t *entries, const struct tsm_token *token, struct judgement *j)
{
	struct bytes rim = claim_bytes(token, TSM_TOKEN_REALM, TSM_LABEL_RIM);
	struct misfit best = { 0 }, m;
	const json_t *ref;
	size_t i;

	json_array_foreach(entries, i, ref) {
		if (!store_equal(store_get(ref, "initial-measurement"), rim))
			continue;
		m = realm_misfit(ref, token);
		if (!m.claim) {
			judge(j, TSM_VERDICT_VALID, TSM_TOKEN_REALM, 0,
			      "RIM, hash of the RAK%s%s are those of entry %zu",
			      store_get(ref, "personalization-value") ? ", RPV" : "",
			      store_get(ref, "extensible-measurements") ? ", REMs" :
			      " (REMs may be any)", i);
			return;
		}
		keep(&best, &m);
	}
	if (best.claim)
		judge(j, TSM_VERDICT_INVALID, TSM_TOKEN_REALM, best.claim,
		      "no entry with this RIM fits: %s", best.what);
	else
		judge(j, TSM_VERDICT_INVALID, TSM_TOKEN_REALM, TSM_LABEL_RIM,
		      "its RIM is in no entry");
}
