/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a failure gets its text. */
#ifndef LIBTSM_KBS_FAIL_H
#define LIBTSM_KBS_FAIL_H

#include <tsm/tsm.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* tsm_fail() and tsm_log() with a format. A text holds no secret. */
int kbs_fail(struct tsm_ctx *ctx, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void kbs_say(struct tsm_ctx *ctx, enum tsm_log_level level, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

int kbs_fail_memory(struct tsm_ctx *ctx);

/* OpenSSL failed at something that input cannot make it fail at: -EIO, or -ENOMEM. */
int kbs_fail_crypto(struct tsm_ctx *ctx, const char *what);

/*
 * Input made OpenSSL fail, which is @err and @text, if it was not for want of memory.
 * Before, ERR_clear_error(): what else it failed at is not to be taken for this.
 */
int kbs_fail_input(struct tsm_ctx *ctx, int err, const char *text);

#endif
