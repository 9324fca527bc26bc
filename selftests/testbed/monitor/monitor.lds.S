/* SPDX-License-Identifier: GPL-2.0-only */
#include "layout.h"

ENTRY(_start)

SECTIONS
{
	. = MONITOR_TEXT;
	.text : { *(.head) *(.text .text.*) }
	.rodata : { *(.rodata .rodata.*) }
	.data : ALIGN(16) { *(.data .data.* .got .got.plt) }
	.bss (NOLOAD) : ALIGN(16) {
		bss_start = .;
		*(.bss .bss.* COMMON)
		. = ALIGN(16);
		bss_end = .;
	}
	monitor_size = . - MONITOR_TEXT;
	ASSERT(. <= MONITOR_END, "the monitor outgrows its memory")

	/*
	 * Debian's mbedtls comes with files, time, printing and processes, which
	 * hashing and signing never get to. If they did, libc.c says so.
	 */
#define MISSING(name) PROVIDE(name = libc_missing)
	MISSING(__errno_location);
	MISSING(__printf_chk);
	MISSING(__snprintf_chk);
	MISSING(clock_gettime);
	MISSING(fclose);
	MISSING(ferror);
	MISSING(fgets);
	MISSING(fopen);
	MISSING(fread);
	MISSING(fseek);
	MISSING(ftell);
	MISSING(fwrite);
	MISSING(getauxval);
	MISSING(getpid);
	MISSING(gmtime_r);
	MISSING(rand);
	MISSING(remove);
	MISSING(rename);
	MISSING(setbuf);
	MISSING(syscall);
	MISSING(time);

	/DISCARD/ : { *(.comment .note* .eh_frame* .gnu*) }
}
