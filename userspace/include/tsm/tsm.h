/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef TSM_TSM_H
#define TSM_TSM_H

#include <stddef.h>
#include <stdint.h>

/*
 * libtsm: attestation from inside an Arm CCA realm, and for those who check it.
 *
 * The contract of every header here:
 *
 * - A struct tsm_ctx carries all state. The library has no globals, never
 *   prints, never exits, installs no signal handler. Threads use a ctx each;
 *   one ctx must not be used by two threads at once.
 * - Functions that can fail return 0 or a negative errno; each header lists
 *   which errno means what. tsm_error(ctx) then says what failed, why and what
 *   to do about it, in one line. Output parameters are untouched on failure.
 * - tsm_x_new(ctx, ..., &out) makes an object, tsm_x_free(&x) frees it and
 *   clears the pointer; freeing NULL is fine. Objects do not refer to their ctx
 *   and may outlive it; an object that nobody changes may be read by several
 *   threads.
 * - Getters return const data that the object owns, valid until it is freed;
 *   lengths are in bytes, durations in milliseconds. A getter given NULL
 *   answers as for something absent.
 * - Option structs begin with their size, set by the caller to sizeof: they
 *   may grow, and fields that an older caller does not know keep their default.
 *   A field of zero is the default. Options may be NULL.
 *
 *	struct tsm_ctx *ctx;
 *
 *	if (tsm_ctx_new(NULL, &ctx) < 0)
 *		return -1;
 *	if (tsm_report_new(ctx, challenge, 64, NULL, &report) < 0)
 *		fprintf(stderr, "%s\n", tsm_error(ctx));
 *	tsm_ctx_free(&ctx);
 */

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct tsm_ctx;

/* Importance of a message to the log callback. */
enum tsm_log_level {
	TSM_LOG_WARNING = 1,	/* worth a person's attention, though nothing failed */
	TSM_LOG_DEBUG = 2,	/* retries, leftovers removed, choices made */
};

/* @text: one line without line feed, valid during the call. */
typedef void (*tsm_log_fn)(void *data, enum tsm_log_level level, const char *text);

/* The way by which reports are taken, and events measured. */
enum tsm_backend {
	TSM_BACKEND_AUTO = 0,		/* netlink where it can, else configfs */
	TSM_BACKEND_CONFIGFS = 1,	/* ABI/testing/configfs-tsm-report, -measurements */
	TSM_BACKEND_NETLINK = 2,	/* ABI/testing/netlink-realm-tsm */
};

struct tsm_ctx_opts {
	size_t size;		/* sizeof(struct tsm_ctx_opts) */
	/*
	 * Put before every kernel path, for tests; NULL: "". Netlink, which has
	 * no path, is then there for TSM_BACKEND_NETLINK only.
	 */
	const char *root;
	tsm_log_fn log;		/* NULL: no log */
	void *log_data;		/* handed to @log */
	enum tsm_backend backend;
};

/**
 * tsm_ctx_new() - make a context
 * @opts: options, or NULL
 * @out: receives the context
 *
 * Touches nothing outside the process.
 *
 * Return: 0, -EINVAL for options that make no sense (no size, fields of a newer
 * libtsm in use, unknown backend), -ENOMEM.
 */
int tsm_ctx_new(const struct tsm_ctx_opts *opts, struct tsm_ctx **out);

void tsm_ctx_free(struct tsm_ctx **ctx);

/**
 * tsm_error() - text of the last failure on this context
 * @ctx: the context
 *
 * Return: one line for people, without line feed; "" before the first failure.
 * Valid until the next call that takes @ctx. Bytes from outside (claims, file
 * names) that are not printable ASCII appear as '?'.
 */
const char *tsm_error(const struct tsm_ctx *ctx);

/*
 * For libraries on top of this one, so that their callers find texts in one place.
 * tsm_fail() records the text of a failure and returns @err, a negative errno;
 * tsm_log() hands a message to the log callback. @text becomes one printable line.
 */
int tsm_fail(struct tsm_ctx *ctx, int err, const char *text);
void tsm_log(struct tsm_ctx *ctx, enum tsm_log_level level, const char *text);

/* Version of the library at run time, as "MAJOR.MINOR.PATCH". */
const char *tsm_version(void);

/* Hashes that realms are measured with. */
enum tsm_hash {
	TSM_HASH_NONE = 0,	/* not known */
	TSM_HASH_SHA256 = 1,
	TSM_HASH_SHA384 = 2,
	TSM_HASH_SHA512 = 3,
};

/* The kernel's spelling ("sha256"), NULL for TSM_HASH_NONE and unknown values. */
const char *tsm_hash_name(enum tsm_hash hash);

/* Digest length in bytes: 32, 48, 64; 0 for TSM_HASH_NONE and unknown values. */
size_t tsm_hash_size(enum tsm_hash hash);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
