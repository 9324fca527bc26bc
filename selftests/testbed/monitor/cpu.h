/* SPDX-License-Identifier: GPL-2.0-only */
/* A physical CPU at EL2, which is a vCPU of the realm too: they are the same here. */
#ifndef CPU_H
#define CPU_H

#include "layout.h"
#include "rsi.h"
#include "types.h"

#define STRING_(text)	#text
#define STRING(text)	STRING_(text)

#define read_sysreg(name) ({						\
	u64 value_;							\
	asm volatile("mrs %0, " STRING(name) : "=r" (value_));		\
	value_;								\
})

#define write_sysreg(value, name) do {					\
	u64 value_ = (u64)(value);					\
	asm volatile("msr " STRING(name) ", %x0" : : "rZ" (value_) : "memory"); \
} while (0)

static inline void isb(void)
{
	asm volatile("isb" : : : "memory");
}

/* What the vectors save of the guest: X0 to X30. */
struct frame {
	u64 x[32];
};

static_assert(sizeof(struct frame) == FRAME_SIZE, "entry.S");

#define SIMD_SIZE	(32 + 32 * 256 + 17 * 32)		/* simd.S, longest vectors */
#define HEAP_SIZE	0x2000					/* a signature takes 0xa00 */
#define STACK_CANARY	0x7473bad57ac4ed00ULL

struct cpu {
	struct rec rec;
	u8 simd[SIMD_SIZE] __aligned(16);
	u8 heap[HEAP_SIZE] __aligned(16);	/* libc.c */
	u64 canary;		/* here the stack has run over */
	u8 stack[] __aligned(16);
};

#define STACK_MIN	0x2800	/* a signature takes 0x1400 */
static_assert(sizeof(struct cpu) + STACK_MIN <= CPU_SIZE, "room for a stack");

/* CPU_SIZE bytes each: a struct cpu and its stack, with the guest's registers at the end. */
extern u8 cpus[MAX_CPUS][CPU_SIZE];

static inline struct cpu *cpu_at(unsigned int index)
{
	return (struct cpu *)cpus[index];
}

static inline struct frame *cpu_frame(struct cpu *cpu)
{
	return (struct frame *)((u8 *)cpu + CPU_SIZE) - 1;
}

static inline struct cpu *this_cpu(void)
{
	return (struct cpu *)read_sysreg(tpidr_el2);
}

/* A call to the firmware, which is QEMU's PSCI. */
static inline u64 firmware_call(u64 fid, u64 a, u64 b, u64 c)
{
	register u64 x0 asm("x0") = fid;
	register u64 x1 asm("x1") = a;
	register u64 x2 asm("x2") = b;
	register u64 x3 asm("x3") = c;

	asm volatile("smc #0"
			 : "+r" (x0), "+r" (x1), "+r" (x2), "+r" (x3) : : "memory");

	return x0;
}

/* entry.S, simd.S */
extern const char secondary[];
void __noreturn enter_guest(struct frame *frame);
void simd_save(u8 *buffer, u64 features);
void simd_restore(const u8 *buffer, u64 features);

/* What entry.S calls. */
void __noreturn boot_primary(void *fdt);
void __noreturn boot_secondary(void);
void trap_guest(struct frame *frame);
void __noreturn trap_fatal(void);

/* el2.c: set up what EL2 controls on this CPU, and start the guest on it. */
void el2_setup(void);
void __noreturn el2_start_guest(u64 entry, u64 x0);

#endif
