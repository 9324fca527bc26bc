/* SPDX-License-Identifier: GPL-2.0-only */
/* Arguments and files that verbs take. */
#ifndef TSMCTL_INPUT_H
#define TSMCTL_INPUT_H

#include "tsmctl.h"

/* The whole of a file, or of stdin for "-", malloced; at most @max bytes. */
enum status read_file(const char *name, size_t max, uint8_t **data, size_t *len);

/* HEX, @FILE or "-": up to @size bytes into @out. */
enum status read_bytes_arg(const char *option, const char *arg, uint8_t *out, size_t size,
			   size_t *len);

/* "rim", "rem0" to "rem3" into the register's number. */
enum status read_register_arg(const char *arg, uint32_t *number);

/* Of a verb without options: exactly @count words, from argv[optind] on; @words names them. */
enum status parse_words(int argc, char **argv, int count, const char *words);

/* Of a verb that takes one option with a value, and no word; *value stays without it. */
enum status parse_one_option(int argc, char **argv, const char *name, const char **value,
			     const char *verb);

#endif
