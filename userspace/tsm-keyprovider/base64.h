/* SPDX-License-Identifier: GPL-2.0-only */
/* Standard base64, both ways. */
#ifndef BASE64_H
#define BASE64_H

#include "keyprovider.h"

/* Standard base64 (RFC 4648 section 4), padded. The text ends with a NUL, not counted. */
enum status base64_encode(const struct bytes *in, struct bytes *text);

/* STATUS_BAD_INPUT, silently, for what is no base64. */
enum status base64_decode(const char *text, struct bytes *out);

#endif
