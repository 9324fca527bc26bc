// SPDX-License-Identifier: GPL-2.0-only
/* Is libtsm-kbs installed, and where are its functions? */
#include <dlfcn.h>
#include <string.h>

#include "kbs_load.h"

#define LIBRARY	"libtsm-kbs.so.1"

/* A function's address, which C knows no cast for from what dlsym() returns. */
static int find(void *library, const char *name, void *function)
{
	void *address = dlsym(library, name);

	memcpy(function, (const void *)&address, sizeof(address));
	return !address;
}

enum status kbs_load(struct kbs_library *kbs)
{
	void *library = dlopen(LIBRARY, RTLD_NOW);

	if (!library)
		return fail(STATUS_FAILED, "this verb needs " LIBRARY ": install libtsm-kbs1 (%s)",
			    dlerror());
	if (find(library, "tsm_kbs_new", (void *)&kbs->new_client) ||
	    find(library, "tsm_kbs_free", (void *)&kbs->free_client) ||
	    find(library, "tsm_kbs_attest", (void *)&kbs->attest) ||
	    find(library, "tsm_kbs_token", (void *)&kbs->token) ||
	    find(library, "tsm_kbs_resource_new", (void *)&kbs->get) ||
	    find(library, "tsm_kbs_resource_data", (void *)&kbs->data) ||
	    find(library, "tsm_kbs_resource_free", (void *)&kbs->free_resource))
		return fail(STATUS_FAILED, LIBRARY " is not that of this tsmctl: %s", dlerror());
	return STATUS_OK;
}
