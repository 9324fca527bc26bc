// SPDX-License-Identifier: LGPL-2.1-or-later
/* The texts of failures and the log's lines, without anything that a terminal would obey. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"

/* Texts carry names and claims from outside: they must stay one harmless line. */
void err_make_printable(char *text)
{
	for (; *text; text++)
		if (*text < 0x20 || *text > 0x7e)
			*text = '?';
}

void err_text(struct tsm_ctx *ctx, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(ctx->error, sizeof(ctx->error), fmt, ap);
	va_end(ap);
	err_make_printable(ctx->error);
	ctx->claim = 0;
}

void log_msg(struct tsm_ctx *ctx, enum tsm_log_level level, const char *fmt, ...)
{
	char text[sizeof(ctx->error)];
	va_list ap;

	if (!ctx->log)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	err_make_printable(text);
	ctx->log(ctx->log_data, level, text);
}

const char *err_name(int err, char *buf, size_t size)
{
	int saved = errno;

	/* %m: strerror() is not safe in threads, strerror_r() differs between libcs */
	errno = -err;
	snprintf(buf, size, "%m");
	errno = saved;
	return buf;
}

int err_crypto(struct tsm_ctx *ctx, int err, const char *what)
{
	return err_set(ctx, err, "%s: %s", what, err == -ENOMEM ? "out of memory" :
		       "the cryptographic library failed");
}

int tsm_fail(struct tsm_ctx *ctx, int err, const char *text)
{
	char line[sizeof(ctx->error)];

	if (!ctx)
		return err;
	/* a caller may give back what tsm_error() gave it */
	snprintf(line, sizeof(line), "%s", text ? text : "");
	return err_set(ctx, err, "%s", line);
}

void tsm_log(struct tsm_ctx *ctx, enum tsm_log_level level, const char *text)
{
	if (ctx && text)
		log_msg(ctx, level, "%s", text);
}
