/* SPDX-License-Identifier: GPL-2.0-only */
/* Words of the trade. */
#ifndef TYPES_H
#define TYPES_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define BIT(n)		(1ULL << (n))

#define __aligned(n)	__attribute__((__aligned__(n)))
#define __noreturn	__attribute__((__noreturn__))

static inline u64 min(u64 a, u64 b)
{
	return a < b ? a : b;
}

struct lock {
	bool held;
};

static inline void spin_lock(struct lock *lock)
{
	while (__atomic_exchange_n(&lock->held, true, __ATOMIC_ACQUIRE))
		;
}

static inline void spin_unlock(struct lock *lock)
{
	__atomic_store_n(&lock->held, false, __ATOMIC_RELEASE);
}

#endif
