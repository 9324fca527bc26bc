/* SPDX-License-Identifier: GPL-2.0-only */
/* What only the linker and the compiler refer to in libc.c. */
#ifndef LIBC_H
#define LIBC_H

#include "types.h"

extern const u64 __stack_chk_guard;

void *__memcpy_chk(void *to, const void *from, size_t size, size_t room);
void *__memset_chk(void *to, int value, size_t size, size_t room);
void __explicit_bzero_chk(void *to, size_t size, size_t room);
void __noreturn __stack_chk_fail(void);
void __noreturn libc_missing(void);

#endif
