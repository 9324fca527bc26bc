// SPDX-License-Identifier: GPL-2.0-only
/* The documents of stores/, as the tests read them. */
#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "store_files.h"

const char *store_file(const char *name, size_t *len)
{
	static char data[16384];
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", STORES, name);
	f = fopen(path, "r");
	if (!f)
		fail_msg("cannot open %s", path);
	*len = fread(data, 1, sizeof(data) - 1, f);
	fclose(f);
	/* a file that is cut before its last newline is whole */
	if (*len && data[*len - 1] == '\n')
		--*len;
	data[*len] = '\0';
	return data;
}
