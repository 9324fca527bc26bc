// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "vectors_of_others.h"

static const char *folder(void)
{
	const char *name = getenv("VECTORS");

	return name ? name : VECTORS;
}

bool have_vectors_of_others(void)
{
	if (!access(folder(), F_OK))
		return true;
	printf("1..0 # SKIP extra: no vectors of others at %s\n", folder());
	return false;
}

size_t load_of_others(const char *name, void *data, size_t size)
{
	char path[512];
	size_t len;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder(), name);
	f = fopen(path, "rb");
	if (!f)
		fail_msg("cannot open %s", path);
	len = fread(data, 1, size, f);
	fclose(f);
	return len;
}
