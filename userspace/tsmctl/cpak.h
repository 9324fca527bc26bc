/* SPDX-License-Identifier: GPL-2.0-only */
/* The public key of a platform, from a file. */
#ifndef TSMCTL_CPAK_H
#define TSMCTL_CPAK_H

#include <jansson.h>

#include "tsmctl.h"

/* A platform's public key from a file, PEM or a JWK, as a JWK of nothing else. */
enum status cpak_read(const char *name, json_t **jwk);

#endif
