// SPDX-License-Identifier: GPL-2.0-only
/* What comes up from the guest: its SMCs, and accesses that stage 2 stopped. */
#include "console.h"
#include "cpu.h"
#include "machine.h"
#include "psci.h"
#include "stage2.h"

#define ESR_EC_SHIFT		26
#define ESR_EC			0x3f
#define EC_SMC			0x17
#define EC_INSTRUCTION_ABORT	0x20		/* from a lower EL; one more is from the same */
#define EC_DATA_ABORT		0x24
#define ESR_IL			BIT(25)
#define ESR_FSC			0x3f
#define FSC_SEA			0x10		/* synchronous external abort, not on a walk */
#define FSC_IS_TRANSLATION(esr)	(((esr) & 0x3c) == 0x04)

#define HPFAR_FIPA		0xfffffffffffULL
#define HPFAR_FIPA_SHIFT	4

#define SPSR_M			0x1f
#define SPSR_M_AARCH32		0x10
#define SPSR_EL0T		0x0
#define SPSR_EL1T		0x4
#define SPSR_EL1H		0x5
#define SPSR_DAIF		(0xf << 6)
#define SPSR_PAN		BIT(22)

#define SMC_SIZE		4

static unsigned int exception_class(u64 esr)
{
	return esr >> ESR_EC_SHIFT & ESR_EC;
}

/* Everything that has no business at EL2 ends here; from the vectors, too. */
void __noreturn trap_fatal(void)
{
	const struct die_value values[] = {
		{ " ESR ", read_sysreg(esr_el2) },
		{ " ELR ", read_sysreg(elr_el2) },
		{ " FAR ", read_sysreg(far_el2) },
		{ " SPSR ", read_sysreg(spsr_el2) },
	};

	die_values("unexpected exception", values, ARRAY_SIZE(values));
}

static void guest_smc(struct frame *frame)
{
	if (!psci_dispatch(frame->x))
		rsi_dispatch(&this_cpu()->rec, frame->x);
	/* Unlike one that was executed, a trapped SMC is where it would return to. */
	write_sysreg(read_sysreg(elr_el2) + SMC_SIZE, elr_el2);
}

/* The offset into the vectors of EL1, for a synchronous exception from where SPSR says. */
static u64 vector_offset(u64 spsr)
{
	if (spsr & SPSR_M_AARCH32)
		return 0x600;
	switch (spsr & SPSR_M) {
	case SPSR_EL0T:
		return 0x400;
	case SPSR_EL1T:
		return 0x000;
	default:
		return 0x200;
	}
}

/* Have the guest take the abort that stopped it as a synchronous external abort. */
static void inject_sea(u64 esr)
{
	u64 spsr = read_sysreg(spsr_el2);
	u64 class = exception_class(esr);

	if ((spsr & SPSR_M) == SPSR_EL1T || (spsr & SPSR_M) == SPSR_EL1H)
		class++;
	write_sysreg(class << ESR_EC_SHIFT | ESR_IL | FSC_SEA, esr_el1);
	write_sysreg(read_sysreg(far_el2), far_el1);
	write_sysreg(read_sysreg(elr_el2), elr_el1);
	write_sysreg(spsr, spsr_el1);
	write_sysreg(read_sysreg(vbar_el1) + vector_offset(spsr), elr_el2);
	/* As an exception leaves it with SCTLR_EL1.SPAN = 0, which is how Linux has it. */
	write_sysreg(SPSR_EL1H | SPSR_DAIF | SPSR_PAN, spsr_el2);
}

static void guest_abort(u64 esr)
{
	u64 page = read_sysreg(hpfar_el2) >> HPFAR_FIPA_SHIFT & HPFAR_FIPA;

	/* It may have met another vCPU's RIPAS change half way: then it goes through now. */
	if (FSC_IS_TRANSLATION(esr) && stage2_is_mapped(page * GRANULE_SIZE))
		return;
	inject_sea(esr);
}

/* From entry.S */
void trap_guest(struct frame *frame)
{
	u64 esr = read_sysreg(esr_el2);

	switch (exception_class(esr)) {
	case EC_SMC:
		guest_smc(frame);
		break;
	case EC_INSTRUCTION_ABORT:
	case EC_DATA_ABORT:
		guest_abort(esr);
		break;
	default:
		trap_fatal();
	}

	if (this_cpu()->canary != STACK_CANARY)
		die("the stack ran over", "");
}
