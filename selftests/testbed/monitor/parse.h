/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading text: each reader moves *text past what it took, and only if it took it. */
#ifndef PARSE_H
#define PARSE_H

#include "types.h"

/* A number, decimal or with 0x, up to 2^64 - 1. */
bool parse_number(const char **text, u64 *value);

/* The same, decimal only. */
bool parse_decimal(const char **text, u64 *value);

/* One of the words, which ends where the text or the line does. */
bool parse_word(const char **text, const char *const *words, size_t count, size_t *index);

/* This very text. */
bool parse_literal(const char **text, const char *literal);

int hex_digit(char c);

#endif
