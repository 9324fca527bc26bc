/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The device that has this realm's measurements. */
#ifndef LIBTSM_DEVICE_H
#define LIBTSM_DEVICE_H

#include "base/ctx.h"

#define DEVICE_PATH_SIZE	300	/* MISC and a name of 255 bytes */

/*
 * The misc device that has the realm's measurements: a directory's descriptor,
 * and, where wanted, its path. -ENODEV if there is none; others if that is not known.
 */
int device_open(struct tsm_ctx *ctx, char path[DEVICE_PATH_SIZE]);

#endif
