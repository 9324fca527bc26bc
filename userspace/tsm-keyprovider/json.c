// SPDX-License-Identifier: GPL-2.0-only
/* Is this text JSON? */
#include "json.h"

enum status json_read(const struct bytes *text, size_t flags, json_t **out)
{
	json_error_t error = { 0 };

	*out = json_loadb((char *)text->data, text->len, flags, &error);
	/* a failure to grow an object has no text */
	if (!*out && (!*error.text || json_error_code(&error) == json_error_out_of_memory))
		return fail(STATUS_FAILED, "out of memory");
	return STATUS_OK;
}
