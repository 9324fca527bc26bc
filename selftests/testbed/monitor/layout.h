/* SPDX-License-Identifier: GPL-2.0-only */
/* Physical memory and per-CPU sizes, for C, assembler and linker script. */
#ifndef LAYOUT_H
#define LAYOUT_H

#define GRANULE_SIZE	0x1000

/* The monitor's own part of RAM; the guest's begins behind it. */
#define MONITOR_BASE	0x40000000
#define MONITOR_TEXT	0x40200000
#define MONITOR_END	0x41000000

/* Put there by QEMU's loader device. */
#define CONFIG_BASE	0x40100000
#define CONFIG_SIZE	0x4000
#define KERNEL_BASE	0x42000000

#define UART_BASE	0x09000000

/* IPA bit 32 tells the halves of the guest's address space: set means shared with the host. */
#define IPA_BITS	33

#define MAX_CPUS	64
#define CPU_SIZE	0x8000		/* struct cpu, the stack at its end */
#define FRAME_SIZE	0x100		/* struct frame */

/* What a CPU has beyond Advanced SIMD: simd_features */
#define SIMD_SVE_BIT	0
#define SIMD_SME_BIT	1
#define SIMD_FA64_BIT	2

#endif
