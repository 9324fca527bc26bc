/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TSMCTL_OUT_H
#define TSMCTL_OUT_H

#include <stdio.h>

#include <jansson.h>

#include "tsmctl.h"

void print_hex(FILE *f, const uint8_t *data, size_t len);

/* Text from outside: printable ASCII as it stands, any other byte as \xNN. */
void print_text(FILE *f, const char *text);

/* As lower-case hex digits; NULL without memory. */
json_t *json_hex(const uint8_t *data, size_t len);

/* Prints and frees; a NULL is what a lack of memory left. */
enum status print_json(json_t *json);

/*
 * Into a file as a whole or not at all: a file beside it, synced, then renamed.
 * Mode as umask has it: what is saved here is meant to be shown to a verifier.
 * What is no regular file (/dev/stdout, a pipe) is just written to. Only being
 * killed in between leaves the file beside it, NAME.XXXXXX.
 */
enum status save_file(const char *name, const uint8_t *data, size_t len);

#endif
