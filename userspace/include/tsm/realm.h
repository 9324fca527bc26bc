/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef TSM_REALM_H
#define TSM_REALM_H

#include <tsm/tsm.h>

/*
 * What this machine's kernel says about the realm it runs in.
 *
 * Whether it is a realm at all, any kernel since 6.13 tells; the rest comes from
 * the realm_tsm module. What the kernel does not say is absent here, and is no
 * error. Needs no privilege.
 *
 * All of it is the kernel's word to its own processes, worth nothing to a
 * verifier: that is what the token is for.
 */

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct tsm_realm;

/**
 * tsm_realm_new() - read what the kernel says now
 * @ctx: the context
 * @out: receives the description
 *
 * Return: 0, also outside a realm; -ENOMEM, or what else kept this process from
 * reading it, such as -EMFILE or -EINTR.
 */
int tsm_realm_new(struct tsm_ctx *ctx, struct tsm_realm **out);

void tsm_realm_free(struct tsm_realm **realm);

/* 1 in an Arm CCA realm, else 0. */
int tsm_realm_present(const struct tsm_realm *realm);

/* The RSI version in use; 0, or -ENODATA if the kernel does not say. */
int tsm_realm_rsi_version(const struct tsm_realm *realm, unsigned int *major,
			  unsigned int *minor);

/* The hash that the realm is measured with. */
enum tsm_hash tsm_realm_hash(const struct tsm_realm *realm);

/* The realm personalization value, 64 bytes; NULL if the kernel does not say. */
const uint8_t *tsm_realm_rpv(const struct tsm_realm *realm, size_t *len);

/* The misc device with the realm's measurements: a sysfs path, NULL if none. */
const char *tsm_realm_device(const struct tsm_realm *realm);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
