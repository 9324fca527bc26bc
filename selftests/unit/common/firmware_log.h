/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FIRMWARE_LOG_H
#define FIRMWARE_LOG_H

#include "logs.h"

/*
 * Which event logs does firmware in the field write? Not Arm's alone: TCG2 logs in a
 * CCEL area, as guests of TDX have them, with the records of UEFI, shim, GRUB and
 * systemd-boot. Made by the specification (TCG PC Client Platform Firmware Profile);
 * nothing of the library under test takes part.
 */

enum firmware {
	FIRMWARE_DIRECT,	/* a kernel without UEFI, its area ends in zeros */
	FIRMWARE_GRUB,		/* UEFI, shim and GRUB */
	FIRMWARE_STUB,		/* UEFI and systemd's stub, records that extend nothing */
	FIRMWARE_AGENT,		/* like GRUB's, and an agent's own records after it */
	FIRMWARES
};

/* What a reader has to say of a record. */
struct firmware_record {
	uint32_t reg;
	const char *type;
	uint8_t digest[48];
	const uint8_t *event;
	size_t len;
	const char *text;	/* of an AAEL record; NULL: none */
};

struct firmware_log {
	struct log log;
	struct firmware_record record[96];
	size_t n;
	size_t area;		/* how large its area is, at least log.bytes.len */
	uint8_t fill;		/* what the area goes on with */
};

const char *firmware_name(enum firmware which);
void firmware_log(struct firmware_log *f, enum firmware which);

#endif
