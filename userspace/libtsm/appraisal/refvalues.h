/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reference values of platforms and of realms. */
#ifndef LIBTSM_REFVALUES_H
#define LIBTSM_REFVALUES_H

#include <tsm/verify.h>

#include "appraisal/store.h"

/*
 * Entries that store_check() accepted, kept as the JSON that they came as.
 * NULL: no file had this kind, which differs from one with no entries.
 */
const json_t *refvalues_platforms(const struct tsm_refvalues *refvalues);
const json_t *refvalues_realms(const struct tsm_refvalues *refvalues);

#endif
