/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Faults of the emulated realm, armed from inside it by HOST_CALL. On any other
 * realm the host knows nothing of this, and rsi_fault_setup() skips the test.
 */
#ifndef RSI_CONTROL_H
#define RSI_CONTROL_H

#include "rsi_token.h"

#define CONTROL		0x7473
#define CONTROL_ARM	1
#define CONTROL_CLEAR	2
#define CONTROL_SIGN	3
#define CONTROL_COUNT	4
#define CONTROL_REFUSED	((__u64)-1)

/* In the second granule, out of the way of token pieces. */
#define SPEC_AT		RSI_GRANULE
#define CONTROL_AT	(2 * RSI_GRANULE - 0x100)

static inline __u64 control(struct __test_metadata *_metadata, const struct rsi *rsi,
			    __u64 operation, __u64 argument)
{
	struct {
		__u64 imm;
		__u64 gprs[31];
	} call = { CONTROL, { operation, argument } };
	struct rsi_regs r = { .x = { RSI_HOST_CALL, rsi->ram + CONTROL_AT } };

	rsi_granule_write(_metadata, rsi, &call, sizeof(call), CONTROL_AT);
	r = __rsi(_metadata, rsi, r);
	ASSERT_EQ(RSI_SUCCESS, r.x[0]);
	rsi_granule_read(_metadata, rsi, &call, sizeof(call), CONTROL_AT);

	return call.gprs[0];
}

static inline __u64 control_arm(struct __test_metadata *_metadata, const struct rsi *rsi,
				const char *spec)
{
	rsi_granule_write(_metadata, rsi, spec, strlen(spec) + 1, SPEC_AT);

	return control(_metadata, rsi, CONTROL_ARM, rsi->ram + SPEC_AT);
}

static inline void rsi_fault(struct __test_metadata *_metadata, const struct rsi *rsi,
			     const char *spec)
{
	ASSERT_EQ(0, control_arm(_metadata, rsi, spec))
		TH_LOG("\"%s\" refused", spec);
}

/* For a fixture: no fault is armed, no call counted, no token begun on this CPU. */
static inline void rsi_fault_setup(struct __test_metadata *_metadata, struct rsi *rsi)
{
	struct rsi_regs features = { .x = { RSI_FEATURES } };

	rsi_setup(_metadata, rsi);
	if (_metadata->exit_code)
		return;
	control(_metadata, rsi, CONTROL_CLEAR, 0);
	__rsi(_metadata, rsi, features);
	if (control(_metadata, rsi, CONTROL_COUNT, RSI_FEATURES & 0xff) != 1)
		SKIP(return, "not the emulated realm: it has no faults to arm");
	token_none(_metadata, rsi);
	control(_metadata, rsi, CONTROL_CLEAR, 0);
}

/* Whatever was armed, the next token is right. */
static inline void rsi_fault_teardown(struct __test_metadata *_metadata, const struct rsi *rsi)
{
	static struct token token;
	__u8 challenge[CHALLENGE_SIZE];

	EXPECT_EQ(0, control(_metadata, rsi, CONTROL_CLEAR, 0));
	challenge_fill(challenge, getpid() + 1);
	token_init(_metadata, rsi, challenge);
	EXPECT_EQ(RSI_SUCCESS, token_finish(_metadata, rsi, &token, 0, RSI_GRANULE));
	EXPECT_TRUE(token_is_whole(token.data, token.size));
	EXPECT_TRUE(token_has_challenge(token.data, token.size, challenge));
}

#endif /* RSI_CONTROL_H */
