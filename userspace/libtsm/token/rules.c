// SPDX-License-Identifier: LGPL-2.1-or-later
/* The table of claims that the RMM specification has, and the walk that holds a part against it. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "base/err.h"
#include "token/rules.h"

struct check;

struct claim_rule {
	int64_t label;
	const char *name;
	enum tsm_claim_type type;
	enum tsm_claim_type or_type;
	bool required;
	bool since_2024;		/* in older profiles outside the specification */
	size_t len[3];			/* of bytes; all zero: any */
	const struct claim_rule *entries; /* for each map in an array, or a COSE_Key's parameters */
	int (*check)(struct check *c, const struct tsm_claim *claim);
};

/* What an error text has to name. */
struct check {
	struct tsm_ctx *ctx;
	enum tsm_token_part part;
	struct tsm_claim *claims;
	char where[64];			/* "realm token", or deeper */
	int64_t inside;			/* the claim that we are in; 0: none */
	bool is_2024;			/* the realm's profile */
};

#define DIGEST	{ 32, 48, 64 }
#define PROFILE_2024	"tag:arm.com,2024:realm#2.0.0"

static int check_hash(struct check *c, const struct tsm_claim *claim);
static int check_profile(struct check *c, const struct tsm_claim *claim);
static int check_instance_id(struct check *c, const struct tsm_claim *claim);
static int check_mec_policy(struct check *c, const struct tsm_claim *claim);
static int check_lifecycle(struct check *c, const struct tsm_claim *claim);
static int check_components(struct check *c, const struct tsm_claim *claim);
static int check_rak(struct check *c, const struct tsm_claim *claim);
static int check_rim(struct check *c, const struct tsm_claim *claim);
static int check_rems(struct check *c, const struct tsm_claim *claim);

/* RFC 9053 section 7.1.1 */
static const struct claim_rule cose_key[] = {
	{ 1, "kty", TSM_CLAIM_INT, .required = true },
	{ 2, "kid", TSM_CLAIM_BYTES },
	{ 3, "alg", TSM_CLAIM_INT, TSM_CLAIM_TEXT },
	{ -1, "crv", TSM_CLAIM_INT, .required = true },
	{ -2, "x", TSM_CLAIM_BYTES, .required = true, .len = { 32, 48, 66 } },
	{ -3, "y", TSM_CLAIM_BYTES, TSM_CLAIM_OTHER, .required = true, .len = { 32, 48, 66 } },
	{ 0 }
};

/* DEN0137 chapter A7.2.3; the instance id and MEC policy come with the 2024 profile */
static const struct claim_rule realm_rules[] = {
	{ TSM_LABEL_CHALLENGE, "challenge", TSM_CLAIM_BYTES, .required = true, .len = { 64 } },
	{ TSM_LABEL_INSTANCE_ID, "instance-id", TSM_CLAIM_BYTES, .required = true,
	  .since_2024 = true, .len = { 33 }, .check = check_instance_id },
	{ TSM_LABEL_PROFILE, "profile", TSM_CLAIM_TEXT, .check = check_profile },
	{ TSM_LABEL_RPV, "rpv", TSM_CLAIM_BYTES, .required = true, .len = { 64 } },
	{ TSM_LABEL_HASH, "hash", TSM_CLAIM_TEXT, .required = true, .check = check_hash },
	{ TSM_LABEL_RAK, "rak", TSM_CLAIM_BYTES, .required = true, .entries = cose_key,
	  .check = check_rak },
	{ TSM_LABEL_RIM, "rim", TSM_CLAIM_BYTES, .required = true, .len = DIGEST,
	  .check = check_rim },
	{ TSM_LABEL_REMS, "rems", TSM_CLAIM_ARRAY, .required = true, .check = check_rems },
	{ TSM_LABEL_RAK_HASH, "rak-hash", TSM_CLAIM_TEXT, .required = true, .check = check_hash },
	{ TSM_LABEL_MEC_POLICY, "mec-policy", TSM_CLAIM_INT, TSM_CLAIM_TEXT, .required = true,
	  .since_2024 = true, .check = check_mec_policy },
	{ 0 }
};

static const struct claim_rule component[] = {
	{ 1, "type", TSM_CLAIM_TEXT },
	{ 2, "measurement", TSM_CLAIM_BYTES, .required = true, .len = DIGEST },
	{ 4, "version", TSM_CLAIM_TEXT },
	{ 5, "signer-id", TSM_CLAIM_BYTES, .required = true, .len = DIGEST },
	{ 6, "hash", TSM_CLAIM_TEXT },
	{ 0 }
};

/* DEN0137 chapter A7.2.4 */
static const struct claim_rule platform_rules[] = {
	{ TSM_LABEL_CHALLENGE, "challenge", TSM_CLAIM_BYTES, .required = true, .len = DIGEST },
	{ TSM_LABEL_INSTANCE_ID, "instance-id", TSM_CLAIM_BYTES, .required = true, .len = { 33 },
	  .check = check_instance_id },
	{ TSM_LABEL_PROFILE, "profile", TSM_CLAIM_TEXT, .required = true, .check = check_profile },
	{ TSM_LABEL_LIFECYCLE, "lifecycle", TSM_CLAIM_INT, .required = true,
	  .check = check_lifecycle },
	{ TSM_LABEL_IMPLEMENTATION_ID, "implementation-id", TSM_CLAIM_BYTES, .required = true,
	  .len = { 32 } },
	{ TSM_LABEL_SW_COMPONENTS, "sw-components", TSM_CLAIM_ARRAY, .required = true,
	  .entries = component, .check = check_components },
	{ TSM_LABEL_VERIFICATION_SERVICE, "verification-service", TSM_CLAIM_TEXT },
	{ TSM_LABEL_CONFIG, "config", TSM_CLAIM_BYTES, .required = true },
	{ TSM_LABEL_PLATFORM_HASH, "hash", TSM_CLAIM_TEXT, .required = true, .check = check_hash },
	{ 0 }
};

/* The legacy profile of a realm is that it has none. */
static const char *const profiles[][2] = {
	[TSM_TOKEN_REALM] = { "tag:arm.com,2023:realm#1.0.0", PROFILE_2024 },
	[TSM_TOKEN_PLATFORM] = { "http://arm.com/CCA-SSD/1.0.0",
				 "tag:arm.com,2023:cca_platform#1.0.0" },
};

/* Tells the ctx which of the part's claims is at fault. */
static int at_claim(const struct check *c, int64_t label, int err)
{
	c->ctx->claim = c->inside ? c->inside : label;
	c->ctx->part = c->part;
	return err;
}

static int bad(struct check *c, const struct tsm_claim *claim, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static int bad(struct check *c, const struct tsm_claim *claim, const char *fmt, ...)
{
	char why[160];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	err_set(c->ctx, -EBADMSG, "%s: claim %" PRId64 " (%s) %s", c->where, claim->label,
		claim->rule->name, why);
	return at_claim(c, claim->label, -EBADMSG);
}

static int unknown(struct check *c, const struct tsm_claim *claim)
{
	err_set(c->ctx, -EPROTONOSUPPORT,
		"%s: claim %" PRId64 " (%s) is %.100s, which this libtsm does not know", c->where,
		claim->label, claim->rule->name, claim->text);
	return at_claim(c, claim->label, -EPROTONOSUPPORT);
}

static int check_hash(struct check *c, const struct tsm_claim *claim)
{
	/* in a token only with the hyphen, "sha-256" */
	return digest_from_name(claim->text) && strchr(claim->text, '-') ? 0 : unknown(c, claim);
}

static int check_profile(struct check *c, const struct tsm_claim *claim)
{
	size_t i;

	for (i = 0; i < 2; i++)
		if (!strcmp(claim->text, profiles[c->part][i]))
			return 0;
	return unknown(c, claim);
}

static int check_instance_id(struct check *c, const struct tsm_claim *claim)
{
	return claim->bytes.data[0] == 0x01 ? 0 :
	       bad(c, claim, "begins with %02x instead of 01, a random UEID",
		   claim->bytes.data[0]);
}

static int check_mec_policy(struct check *c, const struct tsm_claim *claim)
{
	return claim->number >= 0 && claim->number <= 0xff ? 0 :
	       bad(c, claim, "is %" PRId64 ", not a number of 8 bits", claim->number);
}

static int check_lifecycle(struct check *c, const struct tsm_claim *claim)
{
	return claim->number >= 0 && claim->number <= 0xffff ? 0 :
	       bad(c, claim, "is %" PRId64 ", not a number of 16 bits", claim->number);
}

static int check_rak(struct check *c, const struct tsm_claim *claim)
{
	size_t len = claim->bytes.len;

	/* an uncompressed point of P-256, P-384, P-521 */
	return claim->child || len == 65 || len == 97 || len == 133 ? 0 :
	       bad(c, claim, "is neither a COSE_Key nor a point: %zu bytes", len);
}

static int check_size(struct check *c, const struct tsm_claim *claim, size_t len, const char *which)
{
	const struct tsm_claim *hash = claims_find(c->claims, TSM_LABEL_HASH);
	size_t size = hash && hash->text ? tsm_hash_size(digest_from_name(hash->text)) : 0;

	/* a hash that is missing or unknown is the fault to report, by its own rule */
	return !size || len == size ? 0 :
	       bad(c, claim, "%shas %zu bytes; claim 44236 (hash) says %s, which has %zu", which,
		   len, hash->text, size);
}

static int check_rim(struct check *c, const struct tsm_claim *claim)
{
	return check_size(c, claim, claim->bytes.len, "");
}

static int check_rems(struct check *c, const struct tsm_claim *claim)
{
	const struct tsm_claim *rem;
	char which[24];
	int n = 0, rc;

	for (rem = claim->child; rem; rem = rem->next, n++) {
		snprintf(which, sizeof(which), "entry %d ", n);
		if (rem->type != TSM_CLAIM_BYTES)
			return bad(c, claim, "%sis no byte string", which);
		rc = check_size(c, claim, rem->bytes.len, which);
		if (rc)
			return rc;
	}
	return n == 4 ? 0 : bad(c, claim, "has %d entries; 4 are right", n);
}

static int apply(struct check *c, const struct claim_rule *rules, struct tsm_claim *claims);

/* One level down, with that in the error texts. */
static int apply_inside(struct check *c, const struct tsm_claim *claim, const char *entry,
			const struct claim_rule *rules, struct tsm_claim *claims)
{
	struct check inner = *c;

	snprintf(inner.where, sizeof(inner.where), "%.20s: %s%s", c->where, claim->rule->name,
		 entry);
	inner.inside = claim->label;
	return apply(&inner, rules, claims);
}

static int check_components(struct check *c, const struct tsm_claim *claim)
{
	const struct tsm_claim *entry;
	char which[24];
	int n = 0, rc;

	if (!claim->child)
		return bad(c, claim, "is empty");
	for (entry = claim->child; entry; entry = entry->next, n++) {
		snprintf(which, sizeof(which), " entry %d", n);
		if (entry->type != TSM_CLAIM_MAP)
			return bad(c, claim, "%s is no map", which + 1);
		rc = apply_inside(c, claim, which, claim->rule->entries, entry->child);
		if (rc)
			return rc;
	}
	return 0;
}

static bool has_len(const struct claim_rule *rule, size_t len)
{
	return !rule->len[0] || len == rule->len[0] || (rule->len[1] && len == rule->len[1]) ||
	       (rule->len[2] && len == rule->len[2]);
}

static int check_claim(struct check *c, struct tsm_claim *claim)
{
	static const char *const types[] = {
		[TSM_CLAIM_INT] = "number", [TSM_CLAIM_BYTES] = "byte string",
		[TSM_CLAIM_TEXT] = "text", [TSM_CLAIM_ARRAY] = "array", [TSM_CLAIM_MAP] = "map",
	};
	const struct claim_rule *rule = claim->rule;
	char lens[32];

	if (claim->type != rule->type && (!rule->or_type || claim->type != rule->or_type))
		return bad(c, claim, "is no %s", types[rule->type]);
	if (claim->type == TSM_CLAIM_BYTES && !has_len(rule, claim->bytes.len)) {
		snprintf(lens, sizeof(lens), rule->len[1] ? "%zu, %zu or %zu" : "%zu", rule->len[0],
			 rule->len[1], rule->len[2]);
		return bad(c, claim, "has %zu bytes; %s are right", claim->bytes.len, lens);
	}
	if (claim->child && claim->type == TSM_CLAIM_BYTES) {
		int rc = apply_inside(c, claim, "", rule->entries, claim->child);

		if (rc)
			return rc;
	}
	return rule->check ? rule->check(c, claim) : 0;
}

static int apply(struct check *c, const struct claim_rule *rules, struct tsm_claim *claims)
{
	const struct claim_rule *rule;
	struct tsm_claim *claim;
	int rc;

	for (rule = rules; rule->name; rule++) {
		if (rule->since_2024 && !c->is_2024)
			continue;
		claim = claims_find(claims, rule->label);
		if (claim) {
			claim->rule = rule;
			rc = check_claim(c, claim);
			if (rc)
				return rc;
		} else if (rule->required) {
			err_set(c->ctx, -EBADMSG, "%s: mandatory claim %" PRId64 " (%s) is missing",
				c->where, rule->label, rule->name);
			return at_claim(c, rule->label, -EBADMSG);
		}
	}
	return 0;
}

int rules_check(struct tsm_ctx *ctx, enum tsm_token_part part, struct tsm_claim *claims)
{
	const struct tsm_claim *profile = claims_find(claims, TSM_LABEL_PROFILE);
	struct check c = { .ctx = ctx, .part = part, .claims = claims };

	c.is_2024 = profile && profile->text && !strcmp(profile->text, PROFILE_2024);
	snprintf(c.where, sizeof(c.where), "%s", claims_part_name(part));
	return apply(&c, part == TSM_TOKEN_REALM ? realm_rules : platform_rules, claims);
}

const char *rules_name(const struct claim_rule *rule)
{
	return rule ? rule->name : NULL;
}
