// SPDX-License-Identifier: GPL-2.0-only
/* As much of a C library as the monitor and mbedtls use. */
#include "console.h"
#include "libc.h"

#include <pthread.h>
#include <string.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	u8 *t = to;
	const u8 *f = from;

	for (; size >= 8; size -= 8, t += 8, f += 8) {
		u64 word;

		__builtin_memcpy(&word, f, 8);
		__builtin_memcpy(t, &word, 8);
	}
	while (size--)
		*t++ = *f++;

	return to;
}

void *memmove(void *to, const void *from, size_t size)
{
	u8 *t = to;
	const u8 *f = from;

	if (t - f >= (ptrdiff_t)size || t <= f)
		return memcpy(to, from, size);
	while (size--)
		t[size] = f[size];

	return to;
}

void *memset(void *to, int value, size_t size)
{
	u64 word = (u8)value * 0x0101010101010101ULL;
	u8 *t = to;

	for (; size >= 8; size -= 8, t += 8)
		__builtin_memcpy(t, &word, 8);
	while (size--)
		*t++ = value;

	return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
	const u8 *x = a, *y = b;

	for (; size; size--, x++, y++)
		if (*x != *y)
			return *x - *y;

	return 0;
}

void *memchr(const void *in, int value, size_t size)
{
	const u8 *p = in;

	for (; size; size--, p++)
		if (*p == (u8)value)
			return (void *)p;

	return NULL;
}

size_t strlen(const char *text)
{
	size_t size = 0;

	while (text[size])
		size++;

	return size;
}

int strncmp(const char *a, const char *b, size_t size)
{
	for (; size; size--, a++, b++)
		if (*a != *b || !*a)
			return (u8)*a - (u8)*b;

	return 0;
}

int strcmp(const char *a, const char *b)
{
	return strncmp(a, b, SIZE_MAX);
}

size_t strcspn(const char *text, const char *reject)
{
	size_t size = 0;

	while (text[size] && !memchr(reject, text[size], strlen(reject)))
		size++;

	return size;
}

/*
 * From here on for Debian's mbedtls alone, which was built with _FORTIFY_SOURCE,
 * with a stack protector and for threads.
 */
void *__memcpy_chk(void *to, const void *from, size_t size, size_t room)
{
	if (size > room)
		die("mbedtls: memcpy runs over", "");

	return memcpy(to, from, size);
}

void *__memset_chk(void *to, int value, size_t size, size_t room)
{
	if (size > room)
		die("mbedtls: memset runs over", "");

	return memset(to, value, size);
}

void __explicit_bzero_chk(void *to, size_t size, size_t room)
{
	__memset_chk(to, 0, size, room);
	asm volatile("" : : "r" (to) : "memory");	/* not to be optimized away */
}

const u64 __stack_chk_guard = 0x7473bad57ac4ed00;

void __stack_chk_fail(void)
{
	die("mbedtls: an array on the stack ran over", "");
}

/* What it locks here is on the stack of one CPU. */
int pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes)
{
	return 0;
}

int pthread_mutex_destroy(pthread_mutex_t *mutex)
{
	return 0;
}

int pthread_mutex_lock(pthread_mutex_t *mutex)
{
	return 0;
}

int pthread_mutex_unlock(pthread_mutex_t *mutex)
{
	return 0;
}

void libc_missing(void)
{
	die("mbedtls: called a function that the monitor has not", "");
}
