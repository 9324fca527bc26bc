// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "fail.h"

#define LINE	1024	/* tsm_error() cuts it at its own length */

int kbs_fail(struct tsm_ctx *ctx, int err, const char *fmt, ...)
{
	char line[LINE];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	return tsm_fail(ctx, err, line);
}

void kbs_say(struct tsm_ctx *ctx, enum tsm_log_level level, const char *fmt, ...)
{
	char line[LINE];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	tsm_log(ctx, level, line);
}

int kbs_fail_memory(struct tsm_ctx *ctx)
{
	return kbs_fail(ctx, -ENOMEM, "KBS: out of memory");
}

int kbs_fail_crypto(struct tsm_ctx *ctx, const char *what)
{
	return kbs_fail(ctx, -EIO, "KBS: OpenSSL cannot %s", what);
}
