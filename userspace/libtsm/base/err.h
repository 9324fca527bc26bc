/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a failure gets its text: what failed, why, what to do. */
#ifndef LIBTSM_ERR_H
#define LIBTSM_ERR_H

#include "base/ctx.h"

/*
 * Record the text of a failure: what failed, why, what to do. Returns @err (a
 * negative errno), so that "return err_set(ctx, -EIO, ...)" is the idiom.
 */
#define err_set(ctx, err, ...) ({ \
	int err_set_err = (err); \
	err_text(ctx, __VA_ARGS__); \
	err_set_err; \
})

/* its other half: checkers that look at one file see what value comes back */
void err_text(struct tsm_ctx *ctx, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Bytes that are not printable ASCII become '?': the text stays one harmless line. */
void err_make_printable(char *text);

/* For what crypto.c returns that input is not to blame for: -ENOMEM or -EIO, which it returns. */
int err_crypto(struct tsm_ctx *ctx, int err, const char *what);

void log_msg(struct tsm_ctx *ctx, enum tsm_log_level level, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The system's words for a negative errno. */
const char *err_name(int err, char *buf, size_t size);

#endif
