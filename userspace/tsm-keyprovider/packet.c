// SPDX-License-Identifier: GPL-2.0-only
/* What does an annotation packet say, and how is one written? */
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "json.h"
#include "packet.h"

#define VERSION		"0.1.0"
#define PROVIDER	"kbs"

static const struct {
	const char *name;
	size_t iv, tag;
} types[] = {
	[WRAP_A256GCM] = { "A256GCM", 12, 16 },
	[WRAP_A256CTR] = { "A256CTR", 16, 0 },
};

size_t wrap_iv_size(enum wrap_type type)
{
	return types[type].iv;
}

size_t wrap_tag_size(enum wrap_type type)
{
	return types[type].tag;
}

enum status wrap_type_read(const char *name, enum wrap_type *type)
{
	size_t i;

	for (i = 0; name && i < ARRAY_SIZE(types); i++) {
		if (!strcmp(name, types[i].name)) {
			*type = (enum wrap_type)i;
			return STATUS_OK;
		}
	}
	return fail(STATUS_BAD_INPUT, "unknown wrap type %.32s: A256GCM or A256CTR",
		    name ? name : "(none)");
}

static const char *text_of(const json_t *top, const char *name)
{
	return json_string_value(json_object_get(top, name));
}

/* Absent in v1; what else it may say is for other services and other times. */
static int is_or_absent(const json_t *top, const char *name, const char *value)
{
	const json_t *member = json_object_get(top, name);

	return !member || (json_is_string(member) && !strcmp(json_string_value(member), value));
}

static enum status read_base64(const json_t *top, const char *name, struct bytes *out)
{
	const char *text = text_of(top, name);
	enum status status = text ? base64_decode(text, out) : STATUS_BAD_INPUT;

	if (status == STATUS_BAD_INPUT)
		return fail(status, "the annotation's %s is missing, or no base64", name);
	return status;
}

static enum status read_members(const json_t *top, struct packet *packet)
{
	const char *kid = text_of(top, "kid");
	enum status status;

	if (!json_is_object(top))
		return fail(STATUS_BAD_INPUT, "the annotation is no JSON object");
	if (!is_or_absent(top, "version", VERSION) || !is_or_absent(top, "provider", PROVIDER))
		return fail(STATUS_BAD_INPUT,
			    "the annotation is not of version " VERSION " and provider " PROVIDER);
	if (!kid)
		return fail(STATUS_BAD_INPUT, "the annotation has no kid: what key it was wrapped with");
	packet->kid = strdup(kid);
	if (!packet->kid)
		return fail(STATUS_FAILED, "out of memory");
	status = wrap_type_read(text_of(top, "wrap_type"), &packet->type);
	if (!status)
		status = read_base64(top, "iv", &packet->iv);
	if (!status)
		status = read_base64(top, "wrapped_data", &packet->wrapped);
	if (!status && (packet->iv.len != types[packet->type].iv ||
			packet->wrapped.len < types[packet->type].tag))
		status = fail(STATUS_BAD_INPUT,
			      "the annotation's iv or wrapped_data has a wrong length");
	return status;
}

enum status packet_read(const struct bytes *text, struct packet *packet)
{
	enum status status;
	json_t *top;

	status = json_read(text, JSON_REJECT_DUPLICATES, &top);
	if (!status)
		status = read_members(top, packet);
	json_decref(top);
	return status;
}

enum status packet_write(const struct packet *packet, int v2, struct bytes *text)
{
	struct bytes iv = { 0 }, wrapped = { 0 };
	enum status status;
	json_t *top = NULL;
	char *dump = NULL;

	status = base64_encode(&packet->iv, &iv);
	if (!status)
		status = base64_encode(&packet->wrapped, &wrapped);
	if (status)
		goto out;
	top = json_pack("{s:s, s:s, s:s, s:s}", "kid", packet->kid,
			"wrapped_data", (char *)wrapped.data, "iv", (char *)iv.data,
			"wrap_type", types[packet->type].name);
	if (v2 && top &&
	    json_object_update_new(top, json_pack("{s:s, s:s, s:{}, s:{}}", "version", VERSION,
						  "provider", PROVIDER, "provider_settings",
						  "annotations"))) {
		json_decref(top);
		top = NULL;
	}
	dump = top ? json_dumps(top, JSON_COMPACT) : NULL;
	status = dump ? bytes_alloc(text, strlen(dump)) : fail(STATUS_FAILED, "out of memory");
	if (!status)
		memcpy(text->data, dump, text->len);
out:
	free(dump);
	json_decref(top);
	bytes_free(&iv);
	bytes_free(&wrapped);
	return status;
}

void packet_free(struct packet *packet)
{
	free(packet->kid);
	bytes_free(&packet->iv);
	bytes_free(&packet->wrapped);
}
