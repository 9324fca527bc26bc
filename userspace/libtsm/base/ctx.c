// SPDX-License-Identifier: LGPL-2.1-or-later
/* How a context is made, set up and freed. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/ctx.h"
#include "base/opts.h"

int tsm_ctx_new(const struct tsm_ctx_opts *opts, struct tsm_ctx **out)
{
	struct tsm_ctx_opts o;
	struct tsm_ctx *ctx;
	int rc;

	rc = opts_copy(&o, sizeof(o), opts);
	if (rc)
		return rc;
	if (!out || (unsigned int)o.backend > TSM_BACKEND_NETLINK)
		return -EINVAL;

	ctx = calloc(1, sizeof(*ctx));
	if (!ctx)
		return -ENOMEM;
	ctx->root = strdup(o.root ? o.root : "");
	if (!ctx->root) {
		free(ctx);
		return -ENOMEM;
	}
	ctx->log = o.log;
	ctx->log_data = o.log_data;
	ctx->backend = o.backend;
	*out = ctx;
	return 0;
}

void tsm_ctx_free(struct tsm_ctx **ctx)
{
	if (!ctx || !*ctx)
		return;
	free((*ctx)->root);
	free(*ctx);
	*ctx = NULL;
}

const char *tsm_error(const struct tsm_ctx *ctx)
{
	return ctx ? ctx->error : "";
}

const char *tsm_version(void)
{
	return LIBTSM_VERSION;
}
