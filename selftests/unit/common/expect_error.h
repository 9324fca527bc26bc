/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef EXPECT_ERROR_H
#define EXPECT_ERROR_H

#include <string.h>

#include <tsm/tsm.h>

/* @rc is -@err, and the error text of the ctx has @words in it. <cmocka.h> comes before. */
static inline void expect_error(const struct tsm_ctx *ctx, int rc, int err, const char *words)
{
	if (rc != -err || !strstr(tsm_error(ctx), words))
		fail_msg("%d instead of %d, or no '%s' in: %s", rc, -err, words, tsm_error(ctx));
}

#endif
