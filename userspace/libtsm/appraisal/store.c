// SPDX-License-Identifier: LGPL-2.1-or-later
/* Is this JSON file bounded, and does it have these members and no other? */
#include <errno.h>
#include <string.h>

#include "appraisal/store.h"
#include "base/digest.h"
#include "base/err.h"

#include <tsm/verify.h>

#define MAX_DEPTH	8
#define MAX_VALUES	65536

/* jansson recurses, and allocates as it reads: count before it does. */
static const char *check_bounds(struct bytes file)
{
	size_t i, depth = 0, values = 0;
	bool in_string = false;

	for (i = 0; i < file.len; i++) {
		uint8_t c = file.data[i];

		if (in_string) {
			i += c == '\\';
			in_string = c != '"';
		} else if (c == '"') {
			in_string = true;
		} else if (c == '[' || c == '{') {
			depth++;
			values++;
		} else if ((c == ']' || c == '}') && depth) {
			depth--;
		} else if (c == ',') {
			values++;
		}
		if (depth > MAX_DEPTH)
			return "it is nested too deeply";
		if (values > MAX_VALUES)
			return "it has too many values";
	}
	return NULL;
}

int store_load(struct tsm_ctx *ctx, const char *what, struct bytes file, json_t **root)
{
	const char *why = check_bounds(file);
	json_error_t error = { 0 };

	if (why)
		return err_set(ctx, -EMSGSIZE, "%s: %s", what, why);
	*root = json_loadb((const char *)file.data, file.len, JSON_REJECT_DUPLICATES, &error);
	if (*root)
		return 0;
	/* a failure to grow an object has no text */
	if (!*error.text || json_error_code(&error) == json_error_out_of_memory)
		return err_set(ctx, -ENOMEM, "%s: out of memory", what);
	return err_set(ctx, -EBADMSG, "%s: no JSON, at line %d: %s", what, error.line, error.text);
}

static bool has_len(const size_t *right, size_t len)
{
	return !right[0] || len == right[0] || (right[1] && len == right[1]) ||
	       (right[2] && len == right[2]);
}

static bool is_hex(const json_t *value, const size_t *right)
{
	const char *text = json_string_value(value);
	size_t len = json_string_length(value);

	return text && len % 2 == 0 && strspn(text, "0123456789abcdefABCDEF") == len &&
	       has_len(right, len / 2);
}

bool store_is_hex(const json_t *value, size_t len)
{
	const size_t right[3] = { len };

	return is_hex(value, right);
}

static bool is_right(const struct store_member *member, const json_t *value)
{
	switch (member->kind) {
	case STORE_HEX:
		return is_hex(value, member->len);
	case STORE_TEXT:
		return json_is_string(value);
	case STORE_HASH:
		return digest_from_name(json_string_value(value)) != TSM_HASH_NONE;
	case STORE_ARRAY:
		return json_is_array(value) && has_len(member->len, json_array_size(value));
	default:
		return true;
	}
}

static const struct store_member *find(const struct store_member *members, const char *name)
{
	for (; members->name; members++)
		if (!strcmp(members->name, name))
			return members;
	return NULL;
}

int store_check(struct tsm_ctx *ctx, const char *where, const json_t *object,
		const struct store_member *members)
{
	const struct store_member *member;
	const json_t *value;
	void *iter;

	if (!json_is_object(object))
		return err_set(ctx, -EBADMSG, "%s is no object", where);
	for (member = members; member->name; member++) {
		value = store_get(object, member->name);
		if (!value && member->required)
			return err_set(ctx, -EBADMSG, "%s has no \"%s\"", where, member->name);
		if (value && !is_right(member, value))
			return err_set(ctx, -EBADMSG,
				       "%s: \"%s\" has a wrong type, length or value",
				       where, member->name);
	}
	/* the iterator of a const object: jansson has none, and it changes nothing */
	for (iter = json_object_iter((json_t *)(uintptr_t)object); iter;
	     iter = json_object_iter_next((json_t *)(uintptr_t)object, iter))
		if (!find(members, json_object_iter_key(iter)))
			return err_set(ctx, -EBADMSG,
				       "%s: \"%.100s\" is no member that this libtsm knows",
				       where, json_object_iter_key(iter));
	return 0;
}

const json_t *store_get(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);

	return json_is_null(value) ? NULL : value;
}

static uint8_t digit(char c)
{
	return (uint8_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

static uint8_t hex_byte(const char *hex)
{
	return (uint8_t)(digit(hex[0]) << 4 | digit(hex[1]));
}

void store_hex(const json_t *hex, uint8_t *out)
{
	const char *text = json_string_value(hex);

	for (; *text; text += 2)
		*out++ = hex_byte(text);
}

bool store_equal(const json_t *hex, struct bytes bytes)
{
	const char *text = json_string_value(hex);
	size_t i;

	if (json_string_length(hex) != 2 * bytes.len)
		return false;
	for (i = 0; i < bytes.len; i++)
		if (hex_byte(text + 2 * i) != bytes.data[i])
			return false;
	return true;
}
