/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What registers and events share: limits, and the texts of failures. */
#ifndef LIBTSM_MEASUREMENT_PRIV_H
#define LIBTSM_MEASUREMENT_PRIV_H

#include <tsm/measurement.h>

/* What Confidential Containers' events may hold, and the kernel takes. */
#define AAEL_WORD_MAX		255
#define AAEL_CONTENT_MAX	2048

#define CONFIGFS_MEASUREMENTS	"/sys/kernel/config/tsm-measurements"

/* Error texts: why there is no device; extending failed with this errno. */
int measurement_no_device(struct tsm_ctx *ctx, int rc);
int measurement_failed(struct tsm_ctx *ctx, uint32_t number, int rc);

/* Can this register be extended? 0, or -EINVAL with a text. */
int measurement_check_rem(struct tsm_ctx *ctx, uint32_t number);

#endif
