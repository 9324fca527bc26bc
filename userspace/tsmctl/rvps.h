/* SPDX-License-Identifier: GPL-2.0-only */
/* Reference values as Trustee takes them. */
#ifndef TSMCTL_RVPS_H
#define TSMCTL_RVPS_H

#include <jansson.h>

/*
 * The message that tells Trustee's Reference Value Provider Service which realms are
 * good, for its attestation policy to ask for: a list of what is accepted for each
 * claim that all of @realms, entries of a file of reference values, have. NULL without
 * memory.
 */
json_t *rvps_message(const json_t *realms);

#endif
