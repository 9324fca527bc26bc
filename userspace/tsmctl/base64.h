/* SPDX-License-Identifier: GPL-2.0-only */
/* base64url, both ways. */
#ifndef TSMCTL_BASE64_H
#define TSMCTL_BASE64_H

#include <stddef.h>
#include <stdint.h>

/* base64url without padding (RFC 4648 section 5), malloced, ends with NUL; or NULL. */
char *base64url_encode(const uint8_t *data, size_t len);

/* Malloced, with a final NUL that is not counted; NULL if it is none, or without memory. */
uint8_t *base64url_decode(const char *text, size_t len, size_t *out_len);

#endif
