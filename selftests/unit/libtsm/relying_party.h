/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RELYING_PARTY_H
#define RELYING_PARTY_H

#include <stddef.h>
#include <stdint.h>

#include <tsm/verify.h>

#include "logs.h"
#include "mint.h"

/* What has a relying party beside the token, and what does it expect of the verdict? */

#define WAIVE(step)	(1u << (step))
#define WAIVE_ALL	(WAIVE(TSM_STEP_PLATFORM_REFVALUES) | WAIVE(TSM_STEP_REALM_REFVALUES) | \
			 WAIVE(TSM_STEP_EVENT_LOG))

/* As new for each test. */
extern struct tsm_ctx *ctx;
extern struct mint m;			/* 399, 2023, sha-256, ES256 */
extern struct enc token;
extern struct log l;
extern struct tsm_anchors *anchors;	/* with the mint's key */
extern struct tsm_refvalues *refvalues;
extern struct tsm_verify *v;
extern struct tsm_verify_opts opts;	/* the challenge and all waivers */
extern struct tsm_verify_log logs[2];
extern uint8_t challenge[64];

int setup(void **state);
int teardown(void **state);

void new_anchors(void);
void add_anchor(int alg);		/* the mint's, as a COSE_Key */
void add_anchors(const void *data, size_t len);

void new_refvalues(void);
void add_refvalues(const char *json);
void add_refvalues_file(const char *name);

/* Hex of that many bytes; returns how many characters. */
size_t put_fill(char *out, uint8_t fill, size_t len);

/* The realm's REMs are what the log leads to; and the log is given. */
void encode_rems(void);
void give_log(void);

void verify_bytes(const void *data, size_t len);
void verify(void);			/* what is minted now */

/* A mark a step, "vv?x-": valid, unknown, invalid, waived. */
void expect(const char *steps, enum tsm_verdict whole);

/* One step is at fault, for this claim, and says this. */
void expect_fault(const char *steps, enum tsm_step step, int64_t label, enum tsm_token_part part,
		  const char *words);

#endif
