// SPDX-License-Identifier: GPL-2.0-only
/* Which key wraps, from a KBS or a file? */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "kek.h"

static enum status take(const char *name, const uint8_t *data, size_t len, uint8_t kek[KEK_SIZE])
{
	if (len != KEK_SIZE)
		return fail(STATUS_NO_KEY, "%.200s has %zu bytes: a key that wraps has %d", name,
			    len, KEK_SIZE);
	memcpy(kek, data, KEK_SIZE);
	return STATUS_OK;
}

enum status kek_from_kbs(const char *url, const struct tsm_kbs_opts *opts, const char *kid,
			 uint8_t kek[KEK_SIZE])
{
	struct tsm_kbs_resource *resource = NULL;
	struct tsm_kbs *kbs = NULL;
	struct tsm_ctx *ctx = NULL;
	enum status status;
	const uint8_t *data;
	size_t len;
	int rc;

	rc = tsm_ctx_new(NULL, &ctx);
	if (!rc)
		rc = tsm_kbs_new(ctx, url, opts, &kbs);
	if (!rc)
		rc = tsm_kbs_resource_new(ctx, kbs, kid, &resource);
	if (rc == -ENOMEM) {
		status = fail(STATUS_FAILED, "out of memory");
	} else if (rc) {
		status = fail(STATUS_NO_KEY, "no key %.200s: %s", kid, tsm_error(ctx));
	} else {
		data = tsm_kbs_resource_data(resource, &len);
		status = take(kid, data, len, kek);
	}
	tsm_kbs_resource_free(&resource);
	tsm_kbs_free(&kbs);
	tsm_ctx_free(&ctx);
	return status;
}

/* Past stdio, whose buffer would keep a copy. */
enum status kek_from_file(const char *name, uint8_t kek[KEK_SIZE])
{
	uint8_t data[KEK_SIZE + 1];
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	enum status status;
	ssize_t n;

	n = fd < 0 ? -1 : read(fd, data, sizeof(data));
	if (n < 0)
		status = fail(STATUS_NO_KEY, "cannot read the key %.200s: %s", name, strerror(errno));
	else
		status = take(name, data, (size_t)n, kek);
	explicit_bzero(data, sizeof(data));
	if (fd >= 0)
		close(fd);
	return status;
}
