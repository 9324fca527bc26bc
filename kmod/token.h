/* SPDX-License-Identifier: GPL-2.0-only */
/* Challenge in, whole token out. */
#ifndef REALM_TSM_TOKEN_H
#define REALM_TSM_TOKEN_H

#include <linux/init.h>
#include <linux/types.h>

/**
 * struct token - an attestation token, always whole
 * @data: the token; whoever asked for it frees it with kvfree()
 * @len: its size in bytes
 * @record: number of the last record whose extension it shows, see eventlog.h
 */
struct token {
	u8 *data;
	size_t len;
	u32 record;
};

void __init token_setup(void);
int token_get(const u8 *challenge, size_t challenge_len, struct token *token);

#endif /* REALM_TSM_TOKEN_H */
