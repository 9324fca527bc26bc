// SPDX-License-Identifier: GPL-2.0-only
/* Which values do all accepted realms have, in the message that Trustee takes? */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "out.h"
#include "rvps.h"

/* The claims' names in Trustee's EAR begin so, too; the policy sees them in base64. */
#define PREFIX	"cca.realm.cca-realm-"

static const char *const claims[] = {
	"initial-measurement", "extensible-measurements", "personalization-value",
};

static json_t *json_base64(const uint8_t *data, size_t len)
{
	char *text = malloc(len / 3 * 4 + 5);
	json_t *json = NULL;

	if (text)
		json = json_stringn(text, (size_t)EVP_EncodeBlock((uint8_t *)text, data, (int)len));
	free(text);
	return json;
}

/* Hex as base64, a list of it as a list. */
static json_t *transcribe(const json_t *value)
{
	uint8_t *data;
	json_t *out;
	size_t i;
	long len;

	if (json_is_array(value)) {
		out = json_array();
		for (i = 0; i < json_array_size(value); i++)
			out = json_appended(out, transcribe(json_array_get(value, i)));
		return out;
	}
	data = OPENSSL_hexstr2buf(json_string_value(value), &len);
	out = data ? json_base64(data, (size_t)len) : NULL;
	OPENSSL_free(data);
	return out;
}

static int holds(const json_t *list, const json_t *value)
{
	size_t i;

	for (i = 0; i < json_array_size(list); i++)
		if (json_equal(json_array_get(list, i), value))
			return 1;
	return 0;
}

static int all_have(const json_t *realms, const char *claim)
{
	size_t i;

	for (i = 0; i < json_array_size(realms); i++)
		if (!json_object_get(json_array_get(realms, i), claim))
			return 0;
	return 1;
}

/* What the claim may be, each value once. */
static json_t *accepted(const json_t *realms, const char *claim)
{
	json_t *list = json_array(), *value;
	size_t i;

	for (i = 0; i < json_array_size(realms); i++) {
		value = transcribe(json_object_get(json_array_get(realms, i), claim));
		if (holds(list, value))
			json_decref(value);
		else
			list = json_appended(list, value);
	}
	return list;
}

json_t *rvps_message(const json_t *realms)
{
	json_t *values = json_object(), *payload = NULL, *message = NULL;
	char name[64], *text;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(claims); i++) {
		if (!all_have(realms, claims[i]))
			continue;
		snprintf(name, sizeof(name), PREFIX "%s", claims[i]);
		values = json_with(values, name, accepted(realms, claims[i]));
	}
	text = json_dumps(values, JSON_COMPACT);
	if (text)
		payload = json_base64((uint8_t *)text, strlen(text));
	if (payload)
		message = json_pack("{s:s, s:s, s:o}", "version", "0.1.0", "type", "sample",
				    "payload", payload);
	free(text);
	json_decref(values);
	return message;
}
