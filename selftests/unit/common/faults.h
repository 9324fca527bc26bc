/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FAULTS_H
#define FAULTS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Failures of memory and of OpenSSL, for what is linked with $(FAULTS_LINK): every
 * allocation of libtsm, every call that it makes to OpenSSL, and of jansson
 * all but what happens while JSON is read or written.
 */

/* The call number @n from here on fails, from 1; 0: none does. */
void faults_at(unsigned int n);

/* Of the calls to OpenSSL, number @n fails, and not for want of memory. */
void faults_openssl_at(unsigned int n);

/* Of what counts by faults_library(), number @n fails: the own memory of a library. */
void faults_library_at(unsigned int n);

/* Each call fails with a chance of one in @rate, in an order that @seed decides. */
void faults_random(uint32_t seed, unsigned int rate);

/*
 * For fakes: whether what they stand for is to fail: something that allocates, a call to
 * OpenSSL, an allocation of a library's that is asked for memory in its own way.
 */
bool faults_memory(void);
bool faults_openssl(void);
bool faults_library(void);

/* While it is on, as often as it was, nothing fails, and nothing is counted. */
void faults_pause(bool on);

/* No more; returns whether a call was made to fail. */
bool faults_end(void);

/* For calls to OpenSSL that libtsm does not make: @name fails with @failure. */
#define FAULTS_OPENSSL(type, name, params, args, failure) \
	type __real_##name params; \
	type __wrap_##name params; \
	type __wrap_##name params { return faults_openssl() ? (failure) : __real_##name args; }

/* A call that fails as a whole, with @failure, and in which nothing does. */
#define FAULTS_WHOLE(type, name, params, args, failure) \
	type __real_##name params; \
	type __wrap_##name params; \
	type __wrap_##name params \
	{ \
		type result; \
		if (faults_memory()) \
			return failure; \
		faults_pause(true); \
		result = __real_##name args; \
		faults_pause(false); \
		return result; \
	}

#endif
