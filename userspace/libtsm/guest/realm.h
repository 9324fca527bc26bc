/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether this is a realm. */
#ifndef LIBTSM_REALM_H
#define LIBTSM_REALM_H

#include <tsm/realm.h>

/* Is this an Arm CCA realm, as far as the kernel shows? 1, 0 or a negative errno. */
int realm_here(struct tsm_ctx *ctx);

#endif
