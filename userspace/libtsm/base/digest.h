/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The hash that a name means. */
#ifndef LIBTSM_DIGEST_H
#define LIBTSM_DIGEST_H

#include <tsm/tsm.h>

/* Takes the kernel's spelling and the token's; TSM_HASH_NONE for anything else. */
enum tsm_hash digest_from_name(const char *name);

#endif
