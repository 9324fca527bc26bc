// SPDX-License-Identifier: LGPL-2.1-or-later
/* Which values does the relying party accept? Files of them, read. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "appraisal/refvalues.h"
#include "base/err.h"

#define WHAT	"reference values"
#define DIGEST	{ 32, 48, 64 }

struct tsm_refvalues {
	json_t *platforms;
	json_t *realms;
};

static const struct store_member file_members[] = {
	{ "platform", STORE_ARRAY },
	{ "realm", STORE_ARRAY },
	{ 0 }
};

static const struct store_member platform_members[] = {
	{ "implementation-id", STORE_HEX, .required = true, .len = { 32 } },
	{ "sw-components", STORE_ARRAY, .required = true },
	{ "platform-configuration", STORE_HEX, .required = true },
	{ 0 }
};

static const struct store_member component_members[] = {
	{ "measurement-value", STORE_HEX, .required = true, .len = DIGEST },
	{ "signer-id", STORE_HEX, .required = true, .len = DIGEST },
	{ "component-type", STORE_TEXT },
	{ "version", STORE_TEXT },
	{ "hash-algo-id", STORE_TEXT },
	{ 0 }
};

static const struct store_member realm_members[] = {
	{ "initial-measurement", STORE_HEX, .required = true, .len = DIGEST },
	{ "rak-hash-algorithm", STORE_HASH, .required = true },
	{ "extensible-measurements", STORE_ARRAY, .len = { TSM_REMS } },
	{ "personalization-value", STORE_HEX, .len = { 64 } },
	{ 0 }
};

static int check_platform(struct tsm_ctx *ctx, const json_t *entry, size_t n)
{
	const json_t *components;
	char where[96];
	size_t i;
	int rc;

	snprintf(where, sizeof(where), WHAT ": platform entry %zu", n);
	rc = store_check(ctx, where, entry, platform_members);
	components = store_get(entry, "sw-components");
	for (i = 0; !rc && i < json_array_size(components); i++) {
		snprintf(where, sizeof(where), WHAT ": platform entry %zu: component %zu", n, i);
		rc = store_check(ctx, where, json_array_get(components, i), component_members);
	}
	return rc;
}

/* REMs are as long as the RIM, or the entry could never fit. */
static int check_realm(struct tsm_ctx *ctx, const json_t *entry, size_t n)
{
	const json_t *rems, *rim;
	char where[96];
	size_t i;
	int rc;

	snprintf(where, sizeof(where), WHAT ": realm entry %zu", n);
	rc = store_check(ctx, where, entry, realm_members);
	rim = store_get(entry, "initial-measurement");
	rems = store_get(entry, "extensible-measurements");
	for (i = 0; !rc && i < json_array_size(rems); i++)
		if (!store_is_hex(json_array_get(rems, i), json_string_length(rim) / 2))
			rc = err_set(ctx, -EBADMSG, "%s: REM %zu is not hex of the RIM's length",
				     where, i);
	return rc;
}

static int check_file(struct tsm_ctx *ctx, const json_t *root)
{
	const json_t *platforms, *realms;
	size_t i;
	int rc;

	rc = store_check(ctx, WHAT ": the file", root, file_members);
	if (rc)
		return rc;
	platforms = store_get(root, "platform");
	realms = store_get(root, "realm");
	if (!platforms && !realms)
		return err_set(ctx, -EBADMSG, WHAT
			       ": the file has neither \"platform\" nor \"realm\"");
	for (i = 0; !rc && i < json_array_size(platforms); i++)
		rc = check_platform(ctx, json_array_get(platforms, i), i);
	for (i = 0; !rc && i < json_array_size(realms); i++)
		rc = check_realm(ctx, json_array_get(realms, i), i);
	return rc;
}

/* A new array of what there was and what comes; NULL where there is neither. */
static int merge(json_t *had, json_t *more, json_t **all)
{
	*all = NULL;
	if (!had && !json_is_array(more))
		return 0;
	*all = json_array();
	if (*all && !(had && json_array_extend(*all, had)) &&
	    !(json_is_array(more) && json_array_extend(*all, more)))
		return 0;
	json_decref(*all);
	*all = NULL;
	return -ENOMEM;
}

static int add(struct tsm_ctx *ctx, struct tsm_refvalues *refvalues, const json_t *root)
{
	json_t *platforms, *realms;

	if (merge(refvalues->platforms, json_object_get(root, "platform"), &platforms))
		return err_set(ctx, -ENOMEM, WHAT ": out of memory");
	if (merge(refvalues->realms, json_object_get(root, "realm"), &realms)) {
		json_decref(platforms);
		return err_set(ctx, -ENOMEM, WHAT ": out of memory");
	}
	json_decref(refvalues->platforms);
	json_decref(refvalues->realms);
	refvalues->platforms = platforms;
	refvalues->realms = realms;
	return 0;
}

int tsm_refvalues_new(struct tsm_ctx *ctx, struct tsm_refvalues **out)
{
	struct tsm_refvalues *refvalues;

	if (!ctx)
		return -EINVAL;
	if (!out)
		return err_set(ctx, -EINVAL, WHAT ": no place for them");
	refvalues = calloc(1, sizeof(*refvalues));
	if (!refvalues)
		return err_set(ctx, -ENOMEM, WHAT ": out of memory");
	*out = refvalues;
	return 0;
}

void tsm_refvalues_free(struct tsm_refvalues **refvalues)
{
	if (!refvalues || !*refvalues)
		return;
	json_decref((*refvalues)->platforms);
	json_decref((*refvalues)->realms);
	free(*refvalues);
	*refvalues = NULL;
}

int tsm_refvalues_add(struct tsm_ctx *ctx, struct tsm_refvalues *refvalues, const void *data,
		      size_t len)
{
	json_t *root;
	int rc;

	if (!ctx)
		return -EINVAL;
	if (!refvalues || !data || !len)
		return err_set(ctx, -EINVAL, WHAT ": the file is empty");
	if (len > TSM_STORE_MAX)
		return err_set(ctx, -EMSGSIZE, WHAT ": %zu bytes; at most %d are accepted", len,
			       TSM_STORE_MAX);
	rc = store_load(ctx, WHAT, (struct bytes){ data, len }, &root);
	if (rc)
		return rc;
	rc = check_file(ctx, root);
	if (!rc)
		rc = add(ctx, refvalues, root);
	json_decref(root);
	return rc;
}

size_t tsm_refvalues_platforms(const struct tsm_refvalues *refvalues)
{
	return refvalues ? json_array_size(refvalues->platforms) : 0;
}

size_t tsm_refvalues_realms(const struct tsm_refvalues *refvalues)
{
	return refvalues ? json_array_size(refvalues->realms) : 0;
}

const json_t *refvalues_platforms(const struct tsm_refvalues *refvalues)
{
	return refvalues ? refvalues->platforms : NULL;
}

const json_t *refvalues_realms(const struct tsm_refvalues *refvalues)
{
	return refvalues ? refvalues->realms : NULL;
}
