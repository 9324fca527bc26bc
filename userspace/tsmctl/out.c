// SPDX-License-Identifier: GPL-2.0-only
/* How bytes from outside are printed so that no terminal obeys them. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "out.h"

void print_hex(FILE *f, const uint8_t *data, size_t len)
{
	while (len--)
		fprintf(f, "%02x", *data++);
}

void print_text_of(FILE *f, const char *text, size_t len)
{
	for (; len--; text++) {
		if (*text >= 0x20 && *text < 0x7f && *text != '\\')
			fputc(*text, f);
		else
			fprintf(f, "\\x%02x", (unsigned char)*text);
	}
}

void print_text(FILE *f, const char *text)
{
	print_text_of(f, text, strlen(text));
}

/* For people at a terminal who have not said that they want none (no-color.org). */
static bool colored(void)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(no_color && *no_color) && term && strcmp(term, "dumb");
}

#define GREEN(text)	"\033[32m" text "\033[m"
#define YELLOW(text)	"\033[33m" text "\033[m"
#define RED(text)	"\033[31m" text "\033[m"

const char *verdict_mark(enum tsm_verdict verdict)
{
	static const char *const marks[][2] = {
		[TSM_VERDICT_UNKNOWN] = { "?", YELLOW("?") },
		[TSM_VERDICT_VALID] = { "\u2713", GREEN("\u2713") },
		[TSM_VERDICT_INVALID] = { "\u2717", RED("\u2717") },
		[TSM_VERDICT_WAIVED] = { "-", "-" },
	};

	return marks[verdict][colored()];
}

json_t *json_text_of(const char *text, size_t len)
{
	char *utf8 = malloc(2 * len + 1), *to = utf8;
	json_t *json;

	if (!utf8)
		return NULL;
	for (; len--; text++) {
		unsigned char c = (unsigned char)*text;

		if (c >= 0x80)
			*to++ = (char)(0xc0 | c >> 6);
		*to++ = (char)(c >= 0x80 ? 0x80 | (c & 0x3f) : c);
	}
	json = json_stringn(utf8, (size_t)(to - utf8));
	free(utf8);
	return json;
}

json_t *json_hex(const uint8_t *data, size_t len)
{
	char *hex = malloc(2 * len + 1);
	json_t *json;
	size_t i;

	if (!hex)
		return NULL;
	hex[0] = '\0';
	for (i = 0; i < len; i++)
		snprintf(hex + 2 * i, 3, "%02x", data[i]);
	json = json_string(hex);
	free(hex);
	return json;
}

json_t *json_appended(json_t *list, json_t *value)
{
	if (!json_array_append_new(list, value))
		return list;
	json_decref(list);
	return NULL;
}

json_t *json_with(json_t *object, const char *name, json_t *value)
{
	if (!json_object_set_new(object, name, value))
		return object;
	json_decref(object);
	return NULL;
}

static enum status dump_json(json_t *json, size_t flags)
{
	enum status status = STATUS_OK;

	if (!json || json_dumpf(json, stdout, flags | JSON_ENSURE_ASCII))
		status = fail(STATUS_FAILED,
			      "cannot print JSON: out of memory, or stdout is closed");
	else
		putchar('\n');
	json_decref(json);
	return status;
}

enum status print_json(json_t *json)
{
	return dump_json(json, JSON_INDENT(2));
}

enum status print_json_line(json_t *json)
{
	return dump_json(json, JSON_COMPACT);
}

static int write_all(int fd, const uint8_t *data, size_t len)
{
	ssize_t n;

	for (; len; data += n, len -= (size_t)n) {
		n = write(fd, data, len);
		if (n < 0)
			return -1;
	}
	return 0;
}

/* As open(2) would have made it. */
static int set_mode(int fd)
{
	mode_t mask = umask(0);

	umask(mask);
	return fchmod(fd, 0666 & ~mask);
}

static int replace_file(const char *name, const uint8_t *data, size_t len, int secret)
{
	char temp[PATH_MAX];
	int fd, rc, err;

	if (snprintf(temp, sizeof(temp), "%s.XXXXXX", name) >= (int)sizeof(temp)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = mkstemp(temp);
	if (fd < 0)
		return -1;
	/* mkstemp(3) made it 0600 */
	rc = write_all(fd, data, len) || (!secret && set_mode(fd)) || fsync(fd) ? -1 : 0;
	err = errno;
	if (close(fd) && !rc) {
		rc = -1;
		err = errno;
	}
	if (!rc && rename(temp, name)) {
		rc = -1;
		err = errno;
	}
	if (rc)
		unlink(temp);
	errno = err;
	return rc;
}

static int write_special(const char *name, const uint8_t *data, size_t len)
{
	int fd = open(name, O_WRONLY);
	int rc;

	if (fd < 0)
		return -1;
	rc = write_all(fd, data, len);
	return close(fd) || rc ? -1 : 0;
}

static enum status save(const char *name, const uint8_t *data, size_t len, int secret)
{
	char target[PATH_MAX];
	struct stat st;
	int rc;

	/* a symbolic link stays, what it points to is replaced */
	if (stat(name, &st))
		rc = errno == ENOENT ? replace_file(name, data, len, secret) : -1;
	else if (!S_ISREG(st.st_mode))
		rc = write_special(name, data, len);
	else
		rc = realpath(name, target) ? replace_file(target, data, len, secret) : -1;
	return rc ? fail(STATUS_FAILED, "cannot write %s: %s", name, strerror(errno)) :
		    STATUS_OK;
}

enum status save_file(const char *name, const uint8_t *data, size_t len)
{
	return save(name, data, len, 0);
}

enum status save_secret(const char *name, const uint8_t *data, size_t len)
{
	return save(name, data, len, 1);
}

enum status write_secret(const uint8_t *data, size_t len)
{
	return write_all(STDOUT_FILENO, data, len) ?
	       fail(STATUS_FAILED, "cannot write to stdout: %s", strerror(errno)) : STATUS_OK;
}
