// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "faults.h"

static unsigned int countdown, one_in, paused;
static uint32_t state;
static bool failed;
static enum { ALL, OPENSSL, LIBRARY } whose;	/* calls: those of OpenSSL's are among all */

static bool count(void)
{
	bool now = false;

	if (paused)
		return false;
	if (countdown)
		now = !--countdown;
	if (one_in) {
		/* xorshift32 */
		state ^= state << 13;
		state ^= state >> 17;
		state ^= state << 5;
		now = state % one_in == 0;
	}
	failed |= now;
	return now;
}

bool faults_memory(void)
{
	return whose == ALL && count();
}

bool faults_library(void)
{
	return whose == LIBRARY && count();
}

/* OpenSSL says why it failed; so do we. */
bool faults_openssl(void)
{
	bool now = whose != LIBRARY && count();

	if (now)
		ERR_raise(ERR_LIB_EVP, whose == OPENSSL ? ERR_R_INTERNAL_ERROR : ERR_R_MALLOC_FAILURE);
	return now;
}

void faults_pause(bool on)
{
	if (on)
		paused++;
	else
		paused--;
}

#define ALLOCATION(type, name, params, args) \
	type __real_##name params; \
	type __wrap_##name params; \
	type __wrap_##name params { return faults_memory() ? NULL : __real_##name args; }

ALLOCATION(void *, malloc, (size_t n), (n))
ALLOCATION(void *, calloc, (size_t n, size_t size), (n, size))
ALLOCATION(void *, realloc, (void *p, size_t n), (p, n))
ALLOCATION(void *, reallocarray, (void *p, size_t n, size_t size), (p, n, size))
ALLOCATION(char *, strdup, (const char *s), (s))
ALLOCATION(char *, strndup, (const char *s, size_t n), (s, n))

FAULTS_OPENSSL(EVP_MD_CTX *, EVP_MD_CTX_new, (void), (), NULL)
FAULTS_OPENSSL(int, EVP_DigestInit_ex, (EVP_MD_CTX *c, const EVP_MD *m, ENGINE *e), (c, m, e), 0)
FAULTS_OPENSSL(int, EVP_DigestUpdate, (EVP_MD_CTX *c, const void *d, size_t n), (c, d, n), 0)
FAULTS_OPENSSL(int, EVP_DigestFinal_ex, (EVP_MD_CTX *c, unsigned char *d, unsigned int *n), (c, d, n), 0)
FAULTS_OPENSSL(EVP_PKEY_CTX *, EVP_PKEY_CTX_new_from_name,
	(OSSL_LIB_CTX *l, const char *n, const char *q), (l, n, q), NULL)
FAULTS_OPENSSL(EVP_PKEY_CTX *, EVP_PKEY_CTX_new_from_pkey,
	(OSSL_LIB_CTX *l, EVP_PKEY *k, const char *q), (l, k, q), NULL)
FAULTS_OPENSSL(int, EVP_PKEY_fromdata_init, (EVP_PKEY_CTX *c), (c), 0)
FAULTS_OPENSSL(int, EVP_PKEY_fromdata, (EVP_PKEY_CTX *c, EVP_PKEY **k, int s, OSSL_PARAM *p),
	(c, k, s, p), 0)
FAULTS_OPENSSL(int, EVP_PKEY_verify_init, (EVP_PKEY_CTX *c), (c), -1)
FAULTS_OPENSSL(int, EVP_PKEY_verify,
	(EVP_PKEY_CTX *c, const unsigned char *s, size_t sn, const unsigned char *t, size_t tn),
	(c, s, sn, t, tn), -1)
FAULTS_OPENSSL(BIO *, BIO_new_mem_buf, (const void *d, int n), (d, n), NULL)
FAULTS_OPENSSL(EVP_PKEY *, PEM_read_bio_PUBKEY,
	(BIO *b, EVP_PKEY **k, pem_password_cb *cb, void *u), (b, k, cb, u), NULL)

/*
 * Two calls that fail as a whole: jansson 2.14's scanner does not look whether its
 * buffer could grow, and without memory cuts strings or writes beyond them; its writer
 * does not look at that for the name of a member, and leaves it out.
 */
FAULTS_WHOLE(json_t *, json_loadb, (const char *t, size_t n, size_t f, json_error_t *e),
	(t, n, f, e), NULL)
FAULTS_WHOLE(char *, json_dumps, (const json_t *j, size_t f), (j, f), NULL)

/* Linked dynamically, jansson is beyond --wrap; it has a door of its own. */
static void begin(void)
{
	json_set_alloc_funcs(__wrap_malloc, free);
	failed = false;
	whose = ALL;
}

void faults_at(unsigned int n)
{
	begin();
	countdown = n;
}

void faults_openssl_at(unsigned int n)
{
	begin();
	whose = OPENSSL;
	countdown = n;
}

void faults_library_at(unsigned int n)
{
	begin();
	whose = LIBRARY;
	countdown = n;
}

void faults_random(uint32_t seed, unsigned int rate)
{
	begin();
	state = seed ? seed : 1;
	one_in = rate;
}

bool faults_end(void)
{
	countdown = 0;
	one_in = 0;
	return failed;
}
