// SPDX-License-Identifier: LGPL-2.1-or-later
/* Is this a realm, and what does the kernel say about it? <tsm/realm.h> */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/err.h"
#include "guest/device.h"
#include "guest/kfile.h"
#include "guest/realm.h"

#define RPV_SIZE	64

struct tsm_realm {
	bool present;
	bool has_version;
	unsigned int major, minor;
	enum tsm_hash hash;
	bool has_rpv;
	uint8_t rpv[RPV_SIZE];
	char device[DEVICE_PATH_SIZE];	/* "": none */
};

/* "" where the kernel does not say. */
static int read_text(int dir, const char *name, char *text, size_t size)
{
	int rc = kfile_read_text(dir, name, text, size);

	if (rc)
		*text = '\0';
	return kfile_is_silent(rc) ? 0 : rc;
}

/*
 * The kernel itself says so, whatever modules there are: up to 7.3 by a device that it
 * makes in realms only (arch/arm64/kernel/rsi.c), which is to give way to a file.
 */
int realm_here(struct tsm_ctx *ctx)
{
	int dir = kfile_open_dir(ctx, "/sys/firmware/cca"), rc;
	char text[8] = "";

	rc = dir < 0 ? dir : read_text(dir, "realm_guest", text, sizeof(text));
	kfile_close(dir);
	if (rc && !kfile_is_silent(rc))
		return rc;
	if (*text && strcmp(text, "0"))
		return 1;
	dir = kfile_open_dir(ctx, "/sys/devices/platform/arm-cca-dev");
	kfile_close(dir);
	if (dir >= 0)
		return 1;
	return kfile_is_silent(dir) ? 0 : dir;
}

static bool parse_version(const char *text, unsigned int *major, unsigned int *minor)
{
	char *end;

	*major = (unsigned int)strtoul(text, &end, 10);
	if (end == text || *end != '.')
		return false;
	text = end + 1;
	*minor = (unsigned int)strtoul(text, &end, 10);
	return end != text && !*end;
}

static int read_device(struct tsm_realm *realm, int dir)
{
	struct buf rpv = { 0 };
	char text[32];
	int rc;

	rc = read_text(dir, "rsi_version", text, sizeof(text));
	if (rc)
		return rc;
	realm->has_version = parse_version(text, &realm->major, &realm->minor);
	rc = read_text(dir, "hash_algorithm", text, sizeof(text));
	if (rc)
		return rc;
	realm->hash = digest_from_name(text);
	rc = kfile_read(dir, "measurements/rpv", RPV_SIZE, &rpv);
	if (!rc && rpv.len == RPV_SIZE) {
		memcpy(realm->rpv, rpv.data, RPV_SIZE);
		realm->has_rpv = true;
	}
	buf_free(&rpv);
	return kfile_is_silent(rc) ? 0 : rc;
}

static int read_all(struct tsm_ctx *ctx, struct tsm_realm *realm)
{
	int dir, rc = realm_here(ctx);

	if (rc < 0)
		return rc;
	realm->present = rc;
	dir = device_open(ctx, realm->device);
	if (dir < 0)
		return kfile_is_silent(dir) ? 0 : dir;
	realm->present = true;
	rc = read_device(realm, dir);
	kfile_close(dir);
	return rc;
}

int tsm_realm_new(struct tsm_ctx *ctx, struct tsm_realm **out)
{
	struct tsm_realm *realm;
	char why[64];
	int rc;

	if (!ctx || !out)
		return -EINVAL;
	realm = calloc(1, sizeof(*realm));
	if (!realm)
		return err_set(ctx, -ENOMEM, "realm: out of memory");
	rc = read_all(ctx, realm);
	if (rc) {
		tsm_realm_free(&realm);
		return err_set(ctx, rc, "realm: what the kernel says cannot be read: %s",
			       err_name(rc, why, sizeof(why)));
	}
	*out = realm;
	return 0;
}

void tsm_realm_free(struct tsm_realm **realm)
{
	if (!realm || !*realm)
		return;
	free(*realm);
	*realm = NULL;
}

int tsm_realm_present(const struct tsm_realm *realm)
{
	return realm && realm->present;
}

int tsm_realm_rsi_version(const struct tsm_realm *realm, unsigned int *major, unsigned int *minor)
{
	if (!realm || !realm->has_version)
		return -ENODATA;
	*major = realm->major;
	*minor = realm->minor;
	return 0;
}

enum tsm_hash tsm_realm_hash(const struct tsm_realm *realm)
{
	return realm ? realm->hash : TSM_HASH_NONE;
}

const uint8_t *tsm_realm_rpv(const struct tsm_realm *realm, size_t *len)
{
	bool has = realm && realm->has_rpv;

	if (len)
		*len = has ? RPV_SIZE : 0;
	return has ? realm->rpv : NULL;
}

const char *tsm_realm_device(const struct tsm_realm *realm)
{
	return realm && *realm->device ? realm->device : NULL;
}
