// SPDX-License-Identifier: GPL-2.0-only
/* What is in a file, a hexadecimal argument, a register's name? */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tsm/eventlog.h>

#include "input.h"

/* Up to @size bytes; returns an errno. */
static int read_all(int fd, uint8_t *data, size_t size, size_t *len)
{
	ssize_t n = 1;

	*len = 0;
	while (n && *len < size) {
		n = read(fd, data + *len, size - *len);
		if (n > 0)
			*len += (size_t)n;
		else if (n < 0 && errno != EINTR)
			return errno;
	}
	return 0;
}

enum status read_file(const char *name, size_t max, uint8_t **data, size_t *len)
{
	const char *shown = strcmp(name, "-") ? name : "stdin";
	int fd = strcmp(name, "-") ? open(name, O_RDONLY | O_CLOEXEC) : dup(STDIN_FILENO);
	int err;

	if (fd < 0)
		return fail(STATUS_FAILED, "cannot open %s: %s", shown, strerror(errno));
	*data = malloc(max + 1);
	err = *data ? read_all(fd, *data, max + 1, len) : ENOMEM;
	close(fd);
	if (!err && *len > max)
		err = EFBIG;
	if (!err)
		return STATUS_OK;

	free(*data);
	*data = NULL;
	if (err == EFBIG)
		return fail(STATUS_BAD_INPUT, "%s is longer than the %zu bytes that it may have",
			    shown, max);
	return fail(STATUS_FAILED, "cannot read %s: %s", shown, strerror(err));
}

static int digit(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

static enum status read_hex(const char *option, const char *hex, uint8_t *out, size_t size,
			    size_t *len)
{
	size_t i, digits = strlen(hex);

	for (i = 0; i < digits; i++)
		if (!isxdigit((unsigned char)hex[i]))
			return fail(STATUS_BAD_INPUT,
				    "%s: character %zu is no hex digit: give 0-9 and a-f, @FILE or -",
				    option, i + 1);
	if (digits % 2 || !digits)
		return fail(STATUS_BAD_INPUT, "%s: %zu hex digits: give two for each byte", option,
			    digits);
	if (digits / 2 > size)
		return fail(STATUS_BAD_INPUT, "%s: %zu bytes: give at most %zu", option, digits / 2,
			    size);
	for (i = 0; i < digits; i += 2)
		out[i / 2] = (uint8_t)(digit(hex[i]) << 4 | digit(hex[i + 1]));
	*len = digits / 2;
	return STATUS_OK;
}

enum status read_bytes_arg(const char *option, const char *arg, uint8_t *out, size_t size,
			   size_t *len)
{
	enum status status;
	uint8_t *data;

	if (strcmp(arg, "-") && arg[0] != '@')
		return read_hex(option, arg, out, size, len);
	status = read_file(arg[0] == '@' ? arg + 1 : arg, size, &data, len);
	if (status)
		return status;
	memcpy(out, data, *len);
	free(data);
	return STATUS_OK;
}

enum status read_register_arg(const char *arg, uint32_t *number)
{
	const char *name;
	uint32_t r;

	for (r = 0; (name = tsm_register_name(r)); r++) {
		if (!strcmp(arg, name)) {
			*number = r;
			return STATUS_OK;
		}
	}
	return fail(STATUS_BAD_INPUT,
		    "there is no such register: give rim, rem0, rem1, rem2 or rem3");
}

enum status parse_words(int argc, char **argv, int count, const char *words)
{
	static const struct option none[] = { { 0 } };
	int c = getopt_long(argc, argv, ":", none, NULL);

	if (c != -1)
		return fail_option(argv, c);
	if (argc - optind != count)
		return fail(STATUS_USAGE, "%s takes %s: see tsmctl --help", argv[0], words);
	return STATUS_OK;
}

enum status parse_one_option(int argc, char **argv, const char *name, const char **value,
			     const char *verb)
{
	const struct option options[] = {
		{ name, required_argument, NULL, OPTION_FIRST },
		{ 0 }
	};
	int c;

	while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (c != OPTION_FIRST)
			return fail_option(argv, c);
		*value = optarg;
	}
	if (optind < argc)
		return fail(STATUS_USAGE, "%s takes no %s: see tsmctl --help", verb, argv[optind]);
	return STATUS_OK;
}
