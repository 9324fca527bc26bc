/* SPDX-License-Identifier: GPL-2.0-only */
/* What is printed: hex, text from outside, JSON, verdicts. */
#ifndef TSMCTL_OUT_H
#define TSMCTL_OUT_H

#include <stdio.h>

#include <jansson.h>

#include <tsm/eventlog.h>

#include "tsmctl.h"

void print_hex(FILE *f, const uint8_t *data, size_t len);

/* Text from outside: printable ASCII as it stands, any other byte as \xNN. */
void print_text(FILE *f, const char *text);
void print_text_of(FILE *f, const char *text, size_t len);

/* As lower-case hex digits; NULL without memory. */
json_t *json_hex(const uint8_t *data, size_t len);

/* Text from outside that JSON may not be able to hold: bytes above 0x7e as \u00NN. */
json_t *json_text_of(const char *text, size_t len);

/*
 * @list with @value at its end, @object with @value as its @name; take both over, and are
 * NULL where one is, or without memory. A row of these needs one look at its end.
 */
json_t *json_appended(json_t *list, json_t *value);
json_t *json_with(json_t *object, const char *name, json_t *value);

/* On one line; else as print_json(). */
enum status print_json_line(json_t *json);

/* Prints and frees; a NULL is what a lack of memory left. */
enum status print_json(json_t *json);

/* What kind of verdict this is in front of its line; in colour for people at a terminal. */
const char *verdict_mark(enum tsm_verdict verdict);

/*
 * Into a file as a whole or not at all: a file beside it, synced, then renamed.
 * Mode as umask has it: what is saved here is meant to be shown to a verifier.
 * What is no regular file (/dev/stdout, a pipe) is just written to. Only being
 * killed in between leaves the file beside it, NAME.XXXXXX.
 */
enum status save_file(const char *name, const uint8_t *data, size_t len);

/* The same for nobody else to read: mode 0600, also where a file was before. */
enum status save_secret(const char *name, const uint8_t *data, size_t len);

/* To stdout, past stdio, whose buffer would keep a copy. */
enum status write_secret(const uint8_t *data, size_t len);

#endif
