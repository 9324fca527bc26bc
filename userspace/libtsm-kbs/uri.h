/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The place of a resource in a KBS. */
#ifndef LIBTSM_KBS_URI_H
#define LIBTSM_KBS_URI_H

#include <tsm/kbs.h>

/*
 * kbs[+PLUGIN]://[HOST[:PORT]]/PATH[?QUERY] as the URL path of the KBS's API:
 * "PLUGIN/PATH[?QUERY]", malloced. @host is the client's KBS, the only one that the
 * URI may name. 0, -EINVAL, -ENOMEM.
 */
int uri_path(struct tsm_ctx *ctx, const char *uri, const char *host, char **path);

#endif
