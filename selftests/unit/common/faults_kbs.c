// SPDX-License-Identifier: GPL-2.0-only
/*
 * The calls of libtsm-kbs to OpenSSL that faults.c makes fail in turn, without
 * those that fail for what they are given, too: there nobody can tell which it was.
 */
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/rsa.h>

#include "faults.h"

FAULTS_OPENSSL(int, EVP_Digest, (const void *d, size_t n, unsigned char *o, unsigned int *on,
	const EVP_MD *m, ENGINE *e), (d, n, o, on, m, e), 0)
FAULTS_OPENSSL(int, EVP_PKEY_get_bn_param, (const EVP_PKEY *k, const char *n, BIGNUM **b),
	(k, n, b), 0)
FAULTS_OPENSSL(EVP_PKEY *, EVP_PKEY_new, (void), (), NULL)
FAULTS_OPENSSL(int, EVP_PKEY_copy_parameters, (EVP_PKEY *to, const EVP_PKEY *from), (to, from), 0)
FAULTS_OPENSSL(int, EVP_PKEY_derive_init, (EVP_PKEY_CTX *c), (c), 0)
FAULTS_OPENSSL(int, EVP_PKEY_derive_set_peer_ex, (EVP_PKEY_CTX *c, EVP_PKEY *p, int v),
	(c, p, v), 0)
FAULTS_OPENSSL(int, EVP_PKEY_derive, (EVP_PKEY_CTX *c, unsigned char *k, size_t *n), (c, k, n), 0)
FAULTS_OPENSSL(EVP_KDF *, EVP_KDF_fetch, (OSSL_LIB_CTX *l, const char *a, const char *p),
	(l, a, p), NULL)
FAULTS_OPENSSL(EVP_KDF_CTX *, EVP_KDF_CTX_new, (EVP_KDF *k), (k), NULL)
FAULTS_OPENSSL(int, EVP_KDF_derive, (EVP_KDF_CTX *c, unsigned char *k, size_t n,
	const OSSL_PARAM *p), (c, k, n, p), 0)
FAULTS_OPENSSL(EVP_CIPHER *, EVP_CIPHER_fetch, (OSSL_LIB_CTX *l, const char *a, const char *p),
	(l, a, p), NULL)
FAULTS_OPENSSL(EVP_CIPHER_CTX *, EVP_CIPHER_CTX_new, (void), (), NULL)
FAULTS_OPENSSL(int, EVP_DecryptInit_ex2, (EVP_CIPHER_CTX *c, const EVP_CIPHER *t,
	const unsigned char *k, const unsigned char *i, const OSSL_PARAM *p), (c, t, k, i, p), 0)
FAULTS_OPENSSL(int, EVP_PKEY_decrypt_init, (EVP_PKEY_CTX *c), (c), 0)
FAULTS_OPENSSL(int, EVP_PKEY_CTX_set_rsa_padding, (EVP_PKEY_CTX *c, int p), (c, p), 0)
FAULTS_OPENSSL(int, EVP_PKEY_CTX_set_rsa_oaep_md_name, (EVP_PKEY_CTX *c, const char *m,
	const char *p), (c, m, p), 0)
FAULTS_OPENSSL(int, EVP_PKEY_CTX_set_rsa_mgf1_md_name, (EVP_PKEY_CTX *c, const char *m,
	const char *p), (c, m, p), 0)
