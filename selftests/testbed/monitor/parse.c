// SPDX-License-Identifier: GPL-2.0-only
/* Reading text. */
#include "parse.h"

#include <string.h>

int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;

	return -1;
}

static bool digits(const char **text, unsigned int base, u64 *value)
{
	const char *p = *text;
	u64 sum = 0;
	int digit;

	for (; digit = hex_digit(*p), digit >= 0 && digit < (int)base; p++)
		if (__builtin_mul_overflow(sum, base, &sum) ||
		    __builtin_add_overflow(sum, digit, &sum))
			return false;
	if (p == *text)
		return false;
	*text = p;
	*value = sum;

	return true;
}

bool parse_decimal(const char **text, u64 *value)
{
	return digits(text, 10, value);
}

bool parse_number(const char **text, u64 *value)
{
	const char *p = *text;

	if (!parse_literal(&p, "0x"))
		return digits(text, 10, value);
	if (!digits(&p, 16, value))
		return false;
	*text = p;

	return true;
}

bool parse_literal(const char **text, const char *literal)
{
	size_t size = strlen(literal);

	if (strncmp(*text, literal, size))
		return false;
	*text += size;

	return true;
}

bool parse_word(const char **text, const char *const *words, size_t count, size_t *index)
{
	size_t size = strcspn(*text, "\n");

	for (size_t i = 0; i < count; i++) {
		if (strlen(words[i]) != size || memcmp(*text, words[i], size))
			continue;
		*text += size;
		*index = i;
		return true;
	}

	return false;
}
