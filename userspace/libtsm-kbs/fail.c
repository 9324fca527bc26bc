// SPDX-License-Identifier: LGPL-2.1-or-later
/* What went wrong: a reason with a format, no memory, or OpenSSL. */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

#include <openssl/err.h>

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

/* It says so first, and then what came of it. */
static bool crypto_lacked_memory(void)
{
	bool lacked = false;
	unsigned long err;

	while ((err = ERR_get_error()))
		lacked |= ERR_GET_REASON(err) == ERR_R_MALLOC_FAILURE;
	return lacked;
}

int kbs_fail_crypto(struct tsm_ctx *ctx, const char *what)
{
	return crypto_lacked_memory() ? kbs_fail_memory(ctx) :
	       kbs_fail(ctx, -EIO, "KBS: OpenSSL cannot %s", what);
}

int kbs_fail_input(struct tsm_ctx *ctx, int err, const char *text)
{
	return crypto_lacked_memory() ? kbs_fail_memory(ctx) : kbs_fail(ctx, err, "KBS: %s", text);
}
