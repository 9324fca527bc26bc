// SPDX-License-Identifier: LGPL-2.1-or-later
/* Which path of the KBS's API does a kbs:// URI name? */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "uri.h"

#define LETTERS		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
#define UNRESERVED	LETTERS "-._~"		/* RFC 3986 section 2.3 */
#define IN_QUERY	UNRESERVED "%=&+,:/@!$'()*;?"
#define RESOURCE	"resource"
#define URI_MAX		2048

/* Words between slashes, none of them empty, "." or "..": how many, 0 if not so. */
static size_t count_segments(const char *path, size_t len)
{
	size_t count = 0, n;

	while (len) {
		for (n = 0; n < len && path[n] != '/'; n++)
			;
		if (!n || (n == 1 && path[0] == '.') || (n == 2 && !strncmp(path, "..", 2)) ||
		    n == len - 1 || strspn(path, UNRESERVED) < n)
			return 0;
		count++;
		path += n;
		len -= n;
		if (len) {
			path++;
			len--;
		}
	}
	return count;
}

static int bad(struct tsm_ctx *ctx, const char *uri, const char *why)
{
	return kbs_fail(ctx, -EINVAL, "KBS: %.200s: %s", uri, why);
}

int uri_path(struct tsm_ctx *ctx, const char *uri, const char *host, char **path)
{
	const char *plugin = RESOURCE, *at, *rest, *query;
	size_t plugin_len = strlen(RESOURCE), len, segments;

	if (strnlen(uri, URI_MAX) == URI_MAX)
		return bad(ctx, uri, "it is too long");
	if (strncmp(uri, "kbs", 3))
		return bad(ctx, uri, "a resource is kbs:///REPOSITORY/TYPE/TAG");
	at = uri + 3;
	if (*at == '+') {
		plugin = ++at;
		plugin_len = strspn(at, UNRESERVED);
		at += plugin_len;
	}
	if (strncmp(at, "://", 3) || !plugin_len || *plugin == '.')
		return bad(ctx, uri, "a resource is kbs:///REPOSITORY/TYPE/TAG");
	at += 3;
	rest = strchr(at, '/');
	if (!rest)
		return bad(ctx, uri, "it names no resource: kbs:///REPOSITORY/TYPE/TAG");
	if (rest != at && (strlen(host) != (size_t)(rest - at) ||
			   strncmp(at, host, (size_t)(rest - at))))
		return bad(ctx, uri, "it is of another KBS than this one");
	rest++;
	query = strchr(rest, '?');
	len = query ? (size_t)(query - rest) : strlen(rest);
	segments = count_segments(rest, len);
	if (!segments || (plugin_len == strlen(RESOURCE) &&
			  !strncmp(plugin, RESOURCE, plugin_len) && segments != 3))
		return bad(ctx, uri,
			   "its path is no REPOSITORY/TYPE/TAG of letters, digits and -._~");
	if (query && strspn(query, IN_QUERY) != strlen(query))
		return bad(ctx, uri, "its query has a character that a URL may not have");

	if (asprintf(path, "%.*s/%s", (int)plugin_len, plugin, rest) < 0)
		return kbs_fail_memory(ctx);
	return 0;
}
