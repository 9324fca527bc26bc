// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include <curl/curl.h>

#include "faults.h"
#include "faults_curl.h"

#define ALLOCATION(type, name, params, args) \
	type __real_##name params; \
	static type curl_##name params { return faults_library() ? NULL : __real_##name args; }

ALLOCATION(void *, malloc, (size_t n), (n))
ALLOCATION(void *, calloc, (size_t n, size_t size), (n, size))
ALLOCATION(void *, realloc, (void *p, size_t n), (p, n))
ALLOCATION(char *, strdup, (const char *s), (s))

bool faults_curl_begin(void)
{
	return !curl_global_init_mem(CURL_GLOBAL_ALL, curl_malloc, free, curl_realloc, curl_strdup,
				     curl_calloc);
}
