// SPDX-License-Identifier: GPL-2.0-only
/*
 * PSCI, as far as a realm has it (RMM specification, B6): forwarded to QEMU's, but
 * CPU_ON, which is to start a CPU in the monitor and not at EL2 in the guest.
 */
#include "cpu.h"
#include "psci.h"

#define SMC_64BIT		BIT(30)

#define SMCCC_VERSION		0x80000000
#define SMCCC_VERSION_1_2	0x10002

#define PSCI_VERSION		0x84000000
#define PSCI_CPU_SUSPEND	0x84000001
#define PSCI_CPU_OFF		0x84000002
#define PSCI_CPU_ON		0x84000003
#define PSCI_AFFINITY_INFO	0x84000004
#define PSCI_SYSTEM_OFF		0x84000008
#define PSCI_SYSTEM_RESET	0x84000009
#define PSCI_FEATURES		0x8400000a

#define PSCI_SUCCESS		0
#define PSCI_NOT_SUPPORTED	(~0ULL)
#define PSCI_INVALID_PARAMETERS	(-2ULL)
#define PSCI_ON_PENDING		(-5ULL)
#define PSCI_INVALID_ADDRESS	(-9ULL)

/* QEMU's virt machine with a GICv3: 16 CPUs to a cluster. */
#define MPIDR_CPU		0xf
#define MPIDR_CLUSTER_SHIFT	8

/* Where a CPU that was turned on is to go. */
static struct start {
	u64 entry, context;
	bool pending;		/* turned on, and not there yet */
} starts[MAX_CPUS];

static struct lock lock;	/* guards starts */

static unsigned int index_of(u64 mpidr)
{
	return (mpidr >> MPIDR_CLUSTER_SHIFT & 0xff) * (MPIDR_CPU + 1) + (mpidr & MPIDR_CPU);
}

/*
 * target, entry, context: of the guest. The monitor's own CPU_ON has the new CPU
 * begin at EL2 with its struct cpu.
 */
static u64 cpu_on(u64 target, u64 entry, u64 context)
{
	unsigned int index = index_of(target);
	u64 ret = PSCI_ON_PENDING;
	struct start *start;

	if (target & ~(0xffULL << MPIDR_CLUSTER_SHIFT | MPIDR_CPU) || index >= MAX_CPUS)
		return PSCI_INVALID_PARAMETERS;
	if (!ipa_is_protected(entry))
		return PSCI_INVALID_ADDRESS;

	start = &starts[index];
	spin_lock(&lock);
	if (!start->pending) {
		*start = (struct start){ entry, context, true };
		ret = firmware_call(PSCI_CPU_ON | SMC_64BIT, target, (u64)secondary,
				    (u64)cpu_at(index));
		if (ret != PSCI_SUCCESS)
			start->pending = false;
	}
	spin_unlock(&lock);

	return ret;
}

/* From entry.S, on the CPU that was turned on. */
void __noreturn boot_secondary(void)
{
	struct start *pending = &starts[index_of(read_sysreg(mpidr_el1))];
	struct start start;

	spin_lock(&lock);
	start = *pending;
	pending->pending = false;
	spin_unlock(&lock);

	el2_setup();
	el2_start_guest(start.entry, start.context);
}

static bool is_offered(u32 fid)
{
	switch (fid) {
	case PSCI_VERSION:
	case PSCI_CPU_SUSPEND:
	case PSCI_CPU_SUSPEND | SMC_64BIT:
	case PSCI_CPU_OFF:
	case PSCI_CPU_ON:
	case PSCI_CPU_ON | SMC_64BIT:
	case PSCI_AFFINITY_INFO:
	case PSCI_AFFINITY_INFO | SMC_64BIT:
	case PSCI_SYSTEM_OFF:
	case PSCI_SYSTEM_RESET:
	case PSCI_FEATURES:
		return true;
	default:
		return false;
	}
}

/* The kernel looks for RSI only where PSCI says that SMCCC_VERSION is there. */
static u64 features(u32 fid)
{
	if (fid == SMCCC_VERSION)
		return PSCI_SUCCESS;
	if (!is_offered(fid))
		return PSCI_NOT_SUPPORTED;

	return firmware_call(PSCI_FEATURES, fid, 0, 0);
}

static u64 answer(u32 fid, u64 a, u64 b, u64 c)
{
	/* The 32-bit calling convention has 32-bit arguments (SMCCC). */
	if (!(fid & SMC_64BIT)) {
		a = (u32)a;
		b = (u32)b;
		c = (u32)c;
	}

	switch (fid) {
	case SMCCC_VERSION:
		return SMCCC_VERSION_1_2;
	case PSCI_FEATURES:
		return features(a);
	case PSCI_CPU_ON:
	case PSCI_CPU_ON | SMC_64BIT:
		return cpu_on(a, b, c);
	default:
		return firmware_call(fid, a, b, c);
	}
}

bool psci_dispatch(u64 *x)
{
	u32 fid = x[0];

	if (fid != SMCCC_VERSION && !is_offered(fid))
		return false;
	x[0] = answer(fid, x[1], x[2], x[3]);
	x[1] = 0;
	x[2] = 0;
	x[3] = 0;

	return true;
}

void psci_power_off(void)
{
	for (;;)
		firmware_call(PSCI_SYSTEM_OFF, 0, 0, 0);
}
