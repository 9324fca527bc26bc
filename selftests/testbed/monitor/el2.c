// SPDX-License-Identifier: GPL-2.0-only
/*
 * What EL2 controls on a CPU: everything is left to the guest but stage 2 and the
 * SMC instruction. QEMU's "max" CPU has most of what the architecture has, and
 * much of that traps to EL2 until it is told not to.
 */
#include "cpu.h"
#include "machine.h"
#include "stage2.h"

/* Registers that the assembler knows only with extensions switched on. */
#define ID_AA64SMFR0_EL1	s3_0_c0_c4_5
#define ZCR_EL2		s3_4_c1_c2_0
#define SMCR_EL2		s3_4_c1_c2_6
#define SMPRIMAP_EL2		s3_4_c1_c2_5
#define HCRX_EL2		s3_4_c1_c2_2
#define HFGRTR_EL2		s3_4_c1_c1_4
#define HFGWTR_EL2		s3_4_c1_c1_5
#define HFGITR_EL2		s3_4_c1_c1_6
#define HDFGRTR_EL2		s3_4_c3_c1_4
#define HDFGWTR_EL2		s3_4_c3_c1_5
#define HFGRTR2_EL2		s3_4_c3_c1_2
#define HFGWTR2_EL2		s3_4_c3_c1_3
#define HDFGRTR2_EL2		s3_4_c3_c1_0
#define HDFGWTR2_EL2		s3_4_c3_c1_1
#define HFGITR2_EL2		s3_4_c3_c1_7
#define ICC_SRE_EL2		s3_4_c12_c9_5
#define ICH_HCR_EL2		s3_4_c12_c11_0

#define HCR_VM		BIT(0)
#define HCR_TSC		BIT(19)		/* SMC traps */
#define HCR_HCD		BIT(29)		/* HVC is undefined, as in a realm */
#define HCR_RW		BIT(31)
#define HCR_APK		BIT(40)
#define HCR_API		BIT(41)
#define HCR_ENSCXT	BIT(53)
#define HCR_ATA		BIT(56)

/* Features that are off at 0, and not merely untrapped. */
#define HCRX_ENAS0	BIT(0)
#define HCRX_ENALS	BIT(1)
#define HCRX_ENASR	BIT(2)
#define HCRX_MSCEN	BIT(11)
#define HCRX_TCR2EN	BIT(14)
#define HCRX_SCTLR2EN	BIT(15)
#define HCRX_ENIDCP128	BIT(21)
#define HCRX_GCSEN	BIT(22)
#define HCRX_ENFPM	BIT(23)

/* Fine-grained traps: the bits of negative sense, which trap at 0. */
#define HFGXTR_N	(BIT(50) | 0xfffULL << 52)	/* nACCDATA, nGCS_EL0 to nAMAIR2_EL1 */
#define HFGITR_N	(0x1fULL << 55)			/* nBRBINJ to nGCSEPP */
#define HDFGXTR_N	(0xfULL << 59)			/* nBRBIDR to nPMSNEVFR_EL1 */

#define CPTR_RES1	0x22ff		/* no traps: FP, SVE and SME are the guest's */
#define SMFR0_FA64	BIT(63)
#define ZCR_LEN_MAX	0x1ff
#define SMCR_ALL	(BIT(31) | BIT(30) | 0x1ff)	/* FA64, EZT0, longest vectors */
#define CNTHCTL_EL1	0x3		/* physical counter and timer are the guest's */
#define ICC_SRE_ALL	0xf

#define SCTLR_EL1_INIT	0x30d00800	/* RES1, MMU off */
#define SPSR_EL1H_DAIF	0x3c5

static u64 simd_features;		/* the same on all CPUs */

static unsigned int id_field(u64 id, unsigned int shift)
{
	return id >> shift & 0xf;
}

static void setup_simd(void)
{
	u64 pfr0 = read_sysreg(id_aa64pfr0_el1), pfr1 = read_sysreg(id_aa64pfr1_el1);
	u64 features = 0;

	write_sysreg(CPTR_RES1, cptr_el2);
	isb();
	if (id_field(pfr0, 32)) {
		features |= BIT(SIMD_SVE_BIT);
		write_sysreg(ZCR_LEN_MAX, ZCR_EL2);
	}
	if (id_field(pfr1, 24)) {
		features |= BIT(SIMD_SME_BIT);
		if (read_sysreg(ID_AA64SMFR0_EL1) & SMFR0_FA64)
			features |= BIT(SIMD_FA64_BIT);
		write_sysreg(SMCR_ALL, SMCR_EL2);
		write_sysreg(0, SMPRIMAP_EL2);
	}
	__atomic_store_n(&simd_features, features, __ATOMIC_RELAXED);
}

static void setup_traps(void)
{
	u64 mmfr0 = read_sysreg(id_aa64mmfr0_el1), mmfr1 = read_sysreg(id_aa64mmfr1_el1);
	u64 dfr0 = read_sysreg(id_aa64dfr0_el1);
	unsigned int pmu = id_field(dfr0, 8);

	write_sysreg(HCR_VM | HCR_TSC | HCR_HCD | HCR_RW | HCR_APK | HCR_API | HCR_ENSCXT | HCR_ATA,
		     hcr_el2);
	if (id_field(mmfr1, 40))
		write_sysreg(HCRX_ENAS0 | HCRX_ENALS | HCRX_ENASR | HCRX_MSCEN | HCRX_TCR2EN |
			     HCRX_SCTLR2EN | HCRX_ENIDCP128 | HCRX_GCSEN | HCRX_ENFPM, HCRX_EL2);
	if (id_field(mmfr0, 56)) {
		write_sysreg(HFGXTR_N, HFGRTR_EL2);
		write_sysreg(HFGXTR_N, HFGWTR_EL2);
		write_sysreg(HFGITR_N, HFGITR_EL2);
		write_sysreg(HDFGXTR_N, HDFGRTR_EL2);
		write_sysreg(HDFGXTR_N, HDFGWTR_EL2);
	}
	if (id_field(mmfr0, 56) > 1) {
		write_sysreg(~0ULL, HFGRTR2_EL2);
		write_sysreg(~0ULL, HFGWTR2_EL2);
		write_sysreg(~0ULL, HDFGRTR2_EL2);
		write_sysreg(~0ULL, HDFGWTR2_EL2);
		write_sysreg(~0ULL, HFGITR2_EL2);
	}
	write_sysreg(0, hstr_el2);
	/* HPMN: the guest has all of the PMU's counters. */
	write_sysreg(pmu && pmu != 0xf ? read_sysreg(pmcr_el0) >> 11 & 0x1f : 0, mdcr_el2);
}

void el2_setup(void)
{
	setup_simd();
	setup_traps();
	write_sysreg(read_sysreg(midr_el1), vpidr_el2);
	write_sysreg(read_sysreg(mpidr_el1), vmpidr_el2);
	write_sysreg(CNTHCTL_EL1, cnthctl_el2);
	write_sysreg(0, cntvoff_el2);
	write_sysreg(ICC_SRE_ALL, ICC_SRE_EL2);
	isb();
	write_sysreg(0, ICH_HCR_EL2);
}

/* As Linux wants to be entered, and as PSCI's CPU_ON says. */
void el2_start_guest(u64 entry, u64 x0)
{
	struct cpu *cpu = this_cpu();
	struct frame *frame = cpu_frame(cpu);

	stage2_enable();
	cpu->canary = STACK_CANARY;
	*frame = (struct frame){ .x = { x0 } };
	write_sysreg(SCTLR_EL1_INIT, sctlr_el1);
	write_sysreg(SPSR_EL1H_DAIF, spsr_el2);
	write_sysreg(entry, elr_el2);
	isb();
	enter_guest(frame);
}

void simd_begin(void)
{
	simd_save(this_cpu()->simd, simd_features);
}

void simd_end(void)
{
	simd_restore(this_cpu()->simd, simd_features);
}

void delay(u64 seconds)
{
	u64 start = read_sysreg(cntpct_el0), frequency = read_sysreg(cntfrq_el0);

	while ((read_sysreg(cntpct_el0) - start) / frequency < seconds)
		isb();
}
