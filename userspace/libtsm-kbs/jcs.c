// SPDX-License-Identifier: LGPL-2.1-or-later
/* Is this value within what jansson writes in canonical form? */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "jcs.h"

#define DEPTH_MAX	16
#define INTEGER_MAX	9007199254740992LL	/* 2^53 */

static bool is_plain(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (text[i] < 0x20 || text[i] > 0x7e)
			return false;
	return true;
}

/* Within these bounds jansson's sorted, compact form is the canonical one. */
static bool is_within(json_t *value, int depth)
{
	const char *name;
	json_t *child;
	size_t i;

	if (depth > DEPTH_MAX || json_is_real(value))
		return false;
	if (json_is_integer(value))
		return json_integer_value(value) <= INTEGER_MAX &&
		       json_integer_value(value) >= -INTEGER_MAX;
	if (json_is_string(value))
		return is_plain(json_string_value(value), json_string_length(value));
	json_array_foreach(value, i, child)
		if (!is_within(child, depth + 1))
			return false;
	json_object_foreach(value, name, child)
		if (!is_plain(name, strlen(name)) || !is_within(child, depth + 1))
			return false;
	return true;
}

int jcs_dump(json_t *value, char **text)
{
	if (!is_within(value, 0))
		return -EDOM;
	*text = json_dumps(value, JSON_SORT_KEYS | JSON_COMPACT | JSON_ENCODE_ANY);
	return *text ? 0 : -ENOMEM;
}
