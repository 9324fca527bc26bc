/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest's SIMD state around code that uses SIMD registers. A call preserves all
 * of it (SMCCC 1.3), and a write to a V register clears the rest of its Z register:
 * saving q0 to q31 alone would lose SVE state, of whatever task the guest's kernel
 * has left in the registers.
 *
 * simd_save(buffer, features), simd_restore(buffer, features); features: layout.h
 */
#include "layout.h"

	.arch_extension sve
	.arch_extension sme

	.macro	each_q op
	\op	q0, q1, [x0]
	\op	q2, q3, [x0, #0x20]
	\op	q4, q5, [x0, #0x40]
	\op	q6, q7, [x0, #0x60]
	\op	q8, q9, [x0, #0x80]
	\op	q10, q11, [x0, #0xa0]
	\op	q12, q13, [x0, #0xc0]
	\op	q14, q15, [x0, #0xe0]
	\op	q16, q17, [x0, #0x100]
	\op	q18, q19, [x0, #0x120]
	\op	q20, q21, [x0, #0x140]
	\op	q22, q23, [x0, #0x160]
	\op	q24, q25, [x0, #0x180]
	\op	q26, q27, [x0, #0x1a0]
	\op	q28, q29, [x0, #0x1c0]
	\op	q30, q31, [x0, #0x1e0]
	.endm

	.macro	each_z op
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	\op	z\n, [x0, #\n, mul vl]
	.endr
	.irp	n, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	\op	z\n, [x0, #\n, mul vl]
	.endr
	.endm

/* x4: behind the Z registers */
	.macro	each_p op
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	\op	p\n, [x4, #\n, mul vl]
	.endr
	.endm

	.text
	.global	simd_save
simd_save:
	mov	x2, xzr
	mrs	x5, fpsr
	mrs	x6, fpcr
	tbz	w1, #SIMD_SME_BIT, 1f
	mrs	x2, svcr
	and	x2, x2, #1		/* SM; ZA is not touched here */
1:	stp	x5, x6, [x0], #16
	stp	x2, xzr, [x0], #16
	tbnz	w1, #SIMD_SVE_BIT, 2f
	each_q	stp
	ret

2:	addvl	x4, x0, #31
	addvl	x4, x4, #1
	each_z	str
	each_p	str
	tbnz	w1, #SIMD_FA64_BIT, 3f
	cbnz	x2, 4f
3:	rdffr	p0.b
	str	p0, [x4, #16, mul vl]
4:	cbz	x2, 5f
	smstop	sm			/* Advanced SIMD is illegal in streaming mode */
5:	ret

	.global	simd_restore
simd_restore:
	ldp	x5, x6, [x0], #16
	ldp	x2, x3, [x0], #16
	tbnz	w1, #SIMD_SVE_BIT, 1f
	each_q	ldp
	b	5f

1:	cbz	x2, 2f
	smstart	sm
2:	addvl	x4, x0, #31
	addvl	x4, x4, #1
	tbnz	w1, #SIMD_FA64_BIT, 3f
	cbnz	x2, 4f
3:	ldr	p0, [x4, #16, mul vl]
	wrffr	p0.b
4:	each_p	ldr
	each_z	ldr
5:	msr	fpsr, x5
	msr	fpcr, x6
	ret
