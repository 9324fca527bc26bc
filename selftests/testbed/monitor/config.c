// SPDX-License-Identifier: GPL-2.0-only
/* What the realm is to be. */
#include "config.h"
#include "fault.h"
#include "parse.h"
#include "realm.h"

#include <string.h>

struct realm realm;

static const char *const hashes[] = {
	[HASH_SHA256] = "sha256", [HASH_SHA384] = "sha384", [HASH_SHA512] = "sha512",
};

static const char *const profiles[] = {
	[PROFILE_LEGACY] = "legacy", [PROFILE_2023] = "2023",
};

static const char *const switches[] = { "off", "on" };

/* Each reads a value, and moves *text to the end of its line. */

static bool read_kernel_size(const char **text)
{
	return parse_number(text, &realm.kernel_size) && realm.kernel_size;
}

static bool read_hash(const char **text)
{
	size_t index;

	if (!parse_word(text, hashes, ARRAY_SIZE(hashes), &index))
		return false;
	realm.hash = index;

	return true;
}

static bool read_wrapper(const char **text)
{
	return parse_number(text, &realm.wrapper) &&
	       (realm.wrapper == 399 || realm.wrapper == 907);
}

static bool read_profile(const char **text)
{
	size_t index;

	if (!parse_word(text, profiles, ARRAY_SIZE(profiles), &index))
		return false;
	realm.profile = index;

	return true;
}

static bool read_sign(const char **text)
{
	size_t index;

	if (!parse_word(text, switches, ARRAY_SIZE(switches), &index))
		return false;
	realm.sign = index;

	return true;
}

static bool read_rpv(const char **text)
{
	for (size_t i = 0; i < RPV_SIZE; i++, *text += 2) {
		int high = hex_digit((*text)[0]);
		int low = high < 0 ? -1 : hex_digit((*text)[1]);

		if (low < 0)
			return false;
		realm.rpv[i] = high << 4 | low;
	}

	return true;
}

static bool read_fault(const char **text)
{
	if (!fault_arm(*text))
		return false;
	*text += strcspn(*text, "\n");

	return true;
}

static const struct {
	const char *name;
	bool (*read)(const char **text);
} keys[] = {
	{ "kernel_size=", read_kernel_size },
	{ "hash=", read_hash },
	{ "wrapper=", read_wrapper },
	{ "profile=", read_profile },
	{ "sign=", read_sign },
	{ "rpv=", read_rpv },
	{ "fault=", read_fault },
};

static bool read_line(const char **text)
{
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (parse_literal(text, keys[i].name))
			return keys[i].read(text) && parse_literal(text, "\n");

	return false;
}

const char *config_parse(const char *text, const char **line)
{
	realm.wrapper = 399;
	realm.profile = PROFILE_2023;
	realm.sign = true;

	while (*text) {
		*line = text;
		if (!read_line(&text))
			return "the configuration does not parse: ";
	}
	*line = "";

	return realm.kernel_size ? NULL : "the configuration has no kernel_size";
}
