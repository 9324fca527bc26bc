/* SPDX-License-Identifier: GPL-2.0-only */
/* The monitor's last words. */
#ifndef CONSOLE_H
#define CONSOLE_H

#include "types.h"

struct die_value {
	const char *name;
	u64 value;
};

/* Say why on the serial port, and power off. detail is printed up to the end of its line. */
void __noreturn die(const char *why, const char *detail);

void __noreturn die_values(const char *why, const struct die_value *values, size_t count);

#endif
