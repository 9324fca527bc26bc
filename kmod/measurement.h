/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The measurement registers: read, and extended with a record in the log.
 *
 * A register's number is the index that RSI calls take: 0 is the RIM, REM0 to
 * REM3 are 1 to 4.
 */
#ifndef REALM_TSM_MEASUREMENT_H
#define REALM_TSM_MEASUREMENT_H

#include <linux/init.h>
#include <linux/types.h>
#include <uapi/linux/realm_tsm.h>

#define MEASUREMENT_REGISTERS	REALM_TSM_REGISTERS
#define MEASUREMENT_SIZE_MAX	REALM_TSM_DIGEST_MAX

enum { MEASUREMENT_RIM, MEASUREMENT_REM0 };

struct tagged_event;

extern const char *const measurement_names[MEASUREMENT_REGISTERS];

int __init measurement_init(void);
void measurement_exit(void);

int measurement_read(unsigned int index, u8 *value);
const u8 *measurement_baseline(unsigned int index);
bool measurement_diverged(unsigned int index);

int measurement_extend(unsigned int index, const u8 *digest, u32 *record);
int measurement_event(unsigned int index, const struct tagged_event *event,
		      u8 *digest, u32 *record);

#endif /* REALM_TSM_MEASUREMENT_H */
