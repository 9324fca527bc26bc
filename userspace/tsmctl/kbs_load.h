/* SPDX-License-Identifier: GPL-2.0-only */
/* libtsm-kbs, loaded only by the verbs that need it. */
#ifndef TSMCTL_KBS_LOAD_H
#define TSMCTL_KBS_LOAD_H

#include <tsm/kbs.h>

#include "tsmctl.h"

/*
 * libtsm-kbs, taken in when a verb needs it: HTTP and TLS would else be loaded, and
 * have to be installed, for every verb.
 */
struct kbs_library {
	__typeof__(tsm_kbs_new) *new_client;
	__typeof__(tsm_kbs_free) *free_client;
	__typeof__(tsm_kbs_attest) *attest;
	__typeof__(tsm_kbs_token) *token;
	__typeof__(tsm_kbs_resource_new) *get;
	__typeof__(tsm_kbs_resource_data) *data;
	__typeof__(tsm_kbs_resource_free) *free_resource;
};

/* STATUS_FAILED where it is not installed. It stays until the process ends. */
enum status kbs_load(struct kbs_library *kbs);

#endif
