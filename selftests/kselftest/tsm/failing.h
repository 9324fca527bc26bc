/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Allocations that fail, where the kernel can be told so: the N-th that this
 * task makes with code of certain addresses on its stack, of slab or of pages.
 */
#ifndef FAILING_H
#define FAILING_H

#include "measure.h"

#define FAILSLAB	"/sys/kernel/debug/failslab/"
#define FAIL_PAGES	"/sys/kernel/debug/fail_page_alloc/"
#define FAIL_NTH	"/proc/thread-self/fail-nth"

/* Where arm64 has the code of modules, and none of the kernel's own. */
#define MODULES_BEGIN	0xffff800000000000ULL
#define MODULES_END	0xffff800080000000ULL

static inline void failing_put(struct __test_metadata *_metadata, const char *dir,
			       const char *name, unsigned long long value)
{
	char path[64], text[32];

	snprintf(path, sizeof(path), "%s%s", dir, name);
	snprintf(text, sizeof(text), "%llu", value);
	ASSERT_EQ(0, text_write(path, text))
		TH_LOG("%s", path);
}

/* Allocations with code in [begin, end) on their stack can be made to fail. */
static inline void failing_setup(struct __test_metadata *_metadata, unsigned long long begin,
				 unsigned long long end)
{
	static const char *const dirs[] = { FAILSLAB, FAIL_PAGES };

	if (access(FAILSLAB "require-start", F_OK))
		SKIP(return, "not a kernel that fails allocations (--kernel debug)");
	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		failing_put(_metadata, dirs[i], "probability", 0);
		failing_put(_metadata, dirs[i], "verbose", 0);
		failing_put(_metadata, dirs[i], "stacktrace-depth", 32);
		failing_put(_metadata, dirs[i], "require-start", begin);
		failing_put(_metadata, dirs[i], "require-end", end);
		failing_put(_metadata, dirs[i], "ignore-gfp-wait", 0);
	}
	failing_put(_metadata, FAIL_PAGES, "ignore-gfp-highmem", 0);
	failing_put(_metadata, FAIL_PAGES, "min-order", 0);
}

static inline int failing_at(unsigned int n)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", n);

	return text_write(FAIL_NTH, text);
}

/* None fails any more; whether the one that was to fail has been reached. */
static inline bool failing_end(void)
{
	char text[16] = "";
	int err = text_read(FAIL_NTH, text, sizeof(text));

	failing_at(0);

	return !err && !strcmp(text, "0");
}

/* The addresses of realm_tsm's code. */
static inline bool realm_tsm_range(unsigned long long *begin, unsigned long long *end)
{
	FILE *modules = fopen("/proc/modules", "re");
	unsigned long long size;
	char line[256];
	bool found = false;

	while (modules && !found && fgets(line, sizeof(line), modules))
		found = sscanf(line, "realm_tsm %llu %*s %*s %*s %llx", &size, begin) == 2;
	if (modules)
		fclose(modules);
	*end = *begin + size;

	return found;
}

#endif /* FAILING_H */
