# SPDX-License-Identifier: GPL-2.0-only
#
# What faults.c makes fail: link with it and $(FAULTS_LINK).

comma := ,
FAULTS_LINK := $(patsubst %,-Wl$(comma)--wrap=%,malloc calloc realloc reallocarray strdup strndup \
	EVP_MD_CTX_new EVP_DigestInit_ex EVP_DigestUpdate EVP_DigestFinal_ex \
	EVP_PKEY_CTX_new_from_name EVP_PKEY_CTX_new_from_pkey EVP_PKEY_fromdata_init \
	EVP_PKEY_fromdata EVP_PKEY_verify_init EVP_PKEY_verify BIO_new_mem_buf PEM_read_bio_PUBKEY json_loadb json_dumps)
