/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where CPUs arrive at EL2: from QEMU, from PSCI's CPU_ON, and from the guest.
 */
#include "layout.h"

/* Stage 1 of EL2: the 4 GiB that there are, each address to itself. */
#define MAIR	0x04ff			/* 0: normal write-back, 1: device nGnRE */
#define TCR	((1 << 31) | (1 << 23) | (3 << 12) | (1 << 10) | (1 << 8) | 32)
					/* RES1, inner shareable write-back walks, T0SZ 32 */
#define SCTLR	(0x30c50830 | (1 << 12) | (1 << 3) | (1 << 2) | (1 << 0))
					/* RES1, I, SA, C, M */
#define NORMAL	((1 << 10) | (3 << 8) | (1 << 6) | 1)
					/* AF, inner shareable, AP[1] as RES1, block */
#define DEVICE	(1 << 54 | NORMAL | 1 << 2)

/*
 * As much of an arm64 Linux Image's header (Documentation/arch/arm64/booting.rst)
 * as makes QEMU load this at RAM + text_offset, enter it at EL2, and hand over a
 * device tree that has the initramfs and the command line in it.
 */
	.section .head, "ax"
	.global	_start
_start:
	b	primary
	.long	0
	.quad	MONITOR_TEXT - MONITOR_BASE	/* text_offset */
	.quad	monitor_size			/* image_size */
	.quad	0xa				/* little endian, 4 KiB pages */
	.quad	0, 0, 0
	.ascii	"ARM\x64"
	.long	0

	.text

/* x0: the device tree */
primary:
	mov	x20, x0
	ldr	x0, =bss_start
	ldr	x1, =bss_end
1:	stp	xzr, xzr, [x0], #16
	cmp	x0, x1
	b.lo	1b
	ldr	x0, =cpus
	bl	cpu_begin
	mov	x0, x20
	b	boot_primary

/* x0: this CPU's struct cpu, the context that psci.c gave to CPU_ON */
	.global	secondary
secondary:
	bl	cpu_begin
	b	boot_secondary

/* x0: struct cpu. Makes this CPU fit for C: stack, vectors, MMU and caches. */
cpu_begin:
	msr	tpidr_el2, x0
	add	x1, x0, #CPU_SIZE
	sub	sp, x1, #FRAME_SIZE	/* the guest's registers go there */
	ldr	x1, =vectors
	msr	vbar_el2, x1
	ldr	x1, =MAIR
	msr	mair_el2, x1
	ldr	x1, =TCR
	msr	tcr_el2, x1
	ldr	x1, =identity
	msr	ttbr0_el2, x1
	tlbi	alle2
	ic	iallu
	dsb	nsh
	isb
	ldr	x1, =SCTLR
	msr	sctlr_el2, x1
	isb
	ret

	.macro	guest_registers op
	\op	x0, x1, [sp]
	\op	x2, x3, [sp, #0x10]
	\op	x4, x5, [sp, #0x20]
	\op	x6, x7, [sp, #0x30]
	\op	x8, x9, [sp, #0x40]
	\op	x10, x11, [sp, #0x50]
	\op	x12, x13, [sp, #0x60]
	\op	x14, x15, [sp, #0x70]
	\op	x16, x17, [sp, #0x80]
	\op	x18, x19, [sp, #0x90]
	\op	x20, x21, [sp, #0xa0]
	\op	x22, x23, [sp, #0xb0]
	\op	x24, x25, [sp, #0xc0]
	\op	x26, x27, [sp, #0xd0]
	\op	x28, x29, [sp, #0xe0]
	\op	x30, xzr, [sp, #0xf0]
	.endm

/* x0: the struct frame at the stack's end, with which the guest begins */
	.global	enter_guest
enter_guest:
	mov	sp, x0
guest_return:
	guest_registers ldp
	add	sp, sp, #FRAME_SIZE
	eret

guest_sync:
	sub	sp, sp, #FRAME_SIZE
	guest_registers stp
	mov	x0, sp
	bl	trap_guest
	b	guest_return

/*
 * The guest takes its interrupts and SErrors itself (HCR_EL2.{AMO,IMO,FMO} = 0) and
 * EL2 runs with them masked, so only synchronous exceptions of an AArch64 guest belong here.
 */
	.macro	vector target
	.balign	0x80
	b	\target
	.endm

	.balign	0x800
vectors:
	.rept	8
	vector	trap_fatal
	.endr
	vector	guest_sync
	.rept	7
	vector	trap_fatal
	.endr

	.section .rodata
	.balign	0x1000
identity:
	.quad	DEVICE
	.quad	NORMAL | 0x40000000
	.quad	NORMAL | 0x80000000
	.quad	NORMAL | 0xc0000000
