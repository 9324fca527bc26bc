// SPDX-License-Identifier: GPL-2.0-only
/*
 * The calls of tsm-keyprovider to OpenSSL, as faults_kbs.c has those of libtsm-kbs. That
 * fails as a whole: test_faults is there for what happens in it.
 */
#include <errno.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <tsm/kbs.h>

#include "faults.h"

FAULTS_OPENSSL(int, RAND_bytes, (unsigned char *b, int n), (b, n), 0)
FAULTS_OPENSSL(int, EVP_CipherInit_ex2, (EVP_CIPHER_CTX *c, const EVP_CIPHER *t,
	const unsigned char *k, const unsigned char *i, int e, const OSSL_PARAM *p),
	(c, t, k, i, e, p), 0)
FAULTS_OPENSSL(int, EVP_CipherUpdate, (EVP_CIPHER_CTX *c, unsigned char *o, int *on,
	const unsigned char *i, int n), (c, o, on, i, n), 0)

FAULTS_WHOLE(int, tsm_kbs_new, (struct tsm_ctx *ctx, const char *url,
	const struct tsm_kbs_opts *opts, struct tsm_kbs **out), (ctx, url, opts, out), -ENOMEM)
FAULTS_WHOLE(int, tsm_kbs_resource_new, (struct tsm_ctx *ctx, struct tsm_kbs *kbs,
	const char *uri, struct tsm_kbs_resource **out), (ctx, kbs, uri, out), -ENOMEM)
