// SPDX-License-Identifier: LGPL-2.1-or-later
/* Which keys may sign for a platform? Files of them, read and searched. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "appraisal/anchors.h"
#include "appraisal/key.h"
#include "appraisal/store.h"
#include "base/err.h"

#define WHAT		"trust anchors"
#define PEM_BEGIN	"-----BEGIN "

struct tsm_anchors {
	struct anchor *first;
	size_t count;
};

static const struct store_member entry_members[] = {
	{ "instance-id", STORE_HEX, .required = true, .len = { 33 } },
	{ "implementation-id", STORE_HEX, .required = true, .len = { 32 } },
	{ "pkey", STORE_ANY, .required = true },
	{ 0 }
};

static void free_list(struct anchor *anchor)
{
	struct anchor *next;

	for (; anchor; anchor = next) {
		next = anchor->next;
		crypto_key_free(anchor->key);
		free(anchor);
	}
}

static int add_empty(struct tsm_ctx *ctx, struct tsm_anchors *to)
{
	struct anchor *anchor = calloc(1, sizeof(*anchor));

	if (!anchor)
		return err_set(ctx, -ENOMEM, WHAT ": out of memory");
	anchor->next = to->first;
	to->first = anchor;
	to->count++;
	return 0;
}

static int add_entry(struct tsm_ctx *ctx, struct tsm_anchors *to, const json_t *entry, size_t n)
{
	const json_t *pkey;
	char where[64];
	int rc;

	snprintf(where, sizeof(where), WHAT ": entry %zu", n);
	rc = store_check(ctx, where, entry, entry_members);
	if (!rc)
		rc = add_empty(ctx, to);
	if (rc)
		return rc;
	store_hex(store_get(entry, "instance-id"), to->first->instance);
	store_hex(store_get(entry, "implementation-id"), to->first->implementation);
	snprintf(where, sizeof(where), WHAT ": entry %zu: pkey", n);
	pkey = store_get(entry, "pkey");
	if (json_is_string(pkey))
		return key_from_pem(ctx, where,
				    (struct bytes){ (const uint8_t *)json_string_value(pkey),
						    json_string_length(pkey) }, &to->first->key);
	return key_from_jwk(ctx, where, pkey, &to->first->key);
}

/* An array of entries, or a JWK alone. */
static int add_json(struct tsm_ctx *ctx, struct tsm_anchors *to, struct bytes file)
{
	json_t *root;
	size_t i;
	int rc;

	rc = store_load(ctx, WHAT, file, &root);
	if (rc)
		return rc;
	if (json_is_object(root)) {
		rc = add_empty(ctx, to);
		if (!rc) {
			to->first->any = true;
			rc = key_from_jwk(ctx, WHAT, root, &to->first->key);
		}
	}
	for (i = 0; !rc && i < json_array_size(root); i++)
		rc = add_entry(ctx, to, json_array_get(root, i), i);
	json_decref(root);
	return rc;
}

static const uint8_t *find_pem(const uint8_t *from, const uint8_t *end)
{
	return memmem(from, (size_t)(end - from), PEM_BEGIN, strlen(PEM_BEGIN));
}

/* Every block has to be a key: one that is passed over would be an anchor lost. */
static int add_pem(struct tsm_ctx *ctx, struct tsm_anchors *to, struct bytes file)
{
	const uint8_t *end = file.data + file.len, *block = find_pem(file.data, end), *next;
	char where[64];
	int rc = 0;

	for (; !rc && block; block = next) {
		next = find_pem(block + 1, end);
		snprintf(where, sizeof(where), WHAT ": PEM block %zu", to->count);
		rc = add_empty(ctx, to);
		if (rc)
			return rc;
		to->first->any = true;
		rc = key_from_pem(ctx, where,
				  (struct bytes){ block, (size_t)((next ? next : end) - block) },
				  &to->first->key);
	}
	return rc;
}

static int add_cose(struct tsm_ctx *ctx, struct tsm_anchors *to, struct bytes file)
{
	int rc = add_empty(ctx, to);

	if (rc)
		return rc;
	to->first->any = true;
	return key_from_cose(ctx, WHAT, file, 0, &to->first->key);
}

static int add_file(struct tsm_ctx *ctx, struct tsm_anchors *to, struct bytes file)
{
	size_t blank = 0;

	while (blank < file.len && strchr(" \t\r\n", file.data[blank]))
		blank++;
	if (blank < file.len && (file.data[blank] == '[' || file.data[blank] == '{'))
		return add_json(ctx, to, file);
	if (file.data[0] >> 5 == 5)	/* a map of CBOR */
		return add_cose(ctx, to, file);
	if (find_pem(file.data, file.data + file.len))
		return add_pem(ctx, to, file);
	return err_set(ctx, -EBADMSG, WHAT ": neither JSON, nor PEM, nor a COSE_Key");
}

int tsm_anchors_new(struct tsm_ctx *ctx, struct tsm_anchors **out)
{
	struct tsm_anchors *anchors;

	if (!ctx)
		return -EINVAL;
	if (!out)
		return err_set(ctx, -EINVAL, WHAT ": no place for them");
	anchors = calloc(1, sizeof(*anchors));
	if (!anchors)
		return err_set(ctx, -ENOMEM, WHAT ": out of memory");
	*out = anchors;
	return 0;
}

void tsm_anchors_free(struct tsm_anchors **anchors)
{
	if (!anchors || !*anchors)
		return;
	free_list((*anchors)->first);
	free(*anchors);
	*anchors = NULL;
}

int tsm_anchors_add(struct tsm_ctx *ctx, struct tsm_anchors *anchors, const void *data, size_t len)
{
	struct tsm_anchors more = { 0 };
	struct anchor **tail = &more.first;
	int rc;

	if (!ctx)
		return -EINVAL;
	if (!anchors || !data || !len)
		return err_set(ctx, -EINVAL, WHAT ": the file is empty");
	if (len > TSM_STORE_MAX)
		return err_set(ctx, -EMSGSIZE, WHAT ": %zu bytes; at most %d are accepted", len,
			       TSM_STORE_MAX);
	rc = add_file(ctx, &more, (struct bytes){ data, len });
	if (rc) {
		free_list(more.first);
		return rc;
	}
	while (*tail)
		tail = &(*tail)->next;
	*tail = anchors->first;
	anchors->first = more.first;
	anchors->count += more.count;
	return 0;
}

size_t tsm_anchors_count(const struct tsm_anchors *anchors)
{
	return anchors ? anchors->count : 0;
}

const struct anchor *anchors_find(const struct tsm_anchors *anchors, const struct anchor *after,
				  struct bytes instance, struct bytes implementation)
{
	const struct anchor *a;

	for (a = after ? after->next : anchors->first; a; a = a->next)
		if (a->any || (instance.len == sizeof(a->instance) &&
			       implementation.len == sizeof(a->implementation) &&
			       !memcmp(a->instance, instance.data, instance.len) &&
			       !memcmp(a->implementation, implementation.data, implementation.len)))
			return a;
	return NULL;
}
