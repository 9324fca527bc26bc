// SPDX-License-Identifier: LGPL-2.1-or-later
/* Is this text JSON, without a name twice? */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include <jose/b64.h>

#include "parse.h"

int parse_json(const char *text, size_t len, json_t **out)
{
	json_error_t error = { 0 };

	*out = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
	/* a failure to grow an object has no text */
	if (!*out && (!*error.text || json_error_code(&error) == json_error_out_of_memory))
		return -ENOMEM;
	return 0;
}

int parse_base64(const json_t *text, json_t **out)
{
	size_t len = jose_b64_dec(text, NULL, 0);
	char *json;
	int rc = 0;

	*out = NULL;
	if (len == SIZE_MAX)
		return 0;
	json = malloc(len + 1);
	if (!json)
		return -ENOMEM;
	if (jose_b64_dec(text, json, len) == len)
		rc = parse_json(json, len, out);
	free(json);
	return rc;
}
