// SPDX-License-Identifier: GPL-2.0-only
/* How the emulated realm is told to misbehave: which call, when, how often. */
#include "rsi_control.h"

FIXTURE(control) {
	struct rsi rsi;
};

FIXTURE_SETUP(control)
{
	rsi_fault_setup(_metadata, &self->rsi);
}

FIXTURE_TEARDOWN(control)
{
	rsi_fault_teardown(_metadata, &self->rsi);
}

#define control(operation, argument)	control(_metadata, &self->rsi, operation, argument)
#define arm(spec)			control_arm(_metadata, &self->rsi, spec)
#define fault(spec)			rsi_fault(_metadata, &self->rsi, spec)

TEST_F(control, counters)
{
	EXPECT_EQ(0, control(CONTROL_COUNT, 0x92));
	for (int i = 0; i < 3; i++)
		rsi(RSI_READ, 0);
	EXPECT_EQ(3, control(CONTROL_COUNT, 0x92));
	EXPECT_EQ(0, control(CONTROL_CLEAR, 0));
	EXPECT_EQ(0, control(CONTROL_COUNT, 0x92));
}

TEST_F(control, nonsense_is_refused)
{
	const char *const specs[] = {
		"", "read", "read:", ":error=input", "write:error=input",
		"read:error=", "read:error=nothing", "read:error=input;",
		"read:error=input read:lose", "read@0:error=input", "read@x:error=input",
		"read@1x:error=input", "read@1x0:error=input", "read:stall", "read:length=1",
		"read:bound=1", "read:endless", "continue:length=", "continue:length=-1",
		"continue:bound=1", "init:length=1", "init:bound=18446744073709551616",
	};

	for (size_t i = 0; i < ARRAY_SIZE(specs); i++) {
		EXPECT_EQ(CONTROL_REFUSED, arm(specs[i]))
			TH_LOG("\"%s\" accepted", specs[i]);
	}
	EXPECT_EQ(CONTROL_REFUSED, control(CONTROL_ARM, self->rsi.empty));
	EXPECT_EQ(CONTROL_REFUSED, control(CONTROL_ARM, self->rsi.ram | self->rsi.shared));
	EXPECT_EQ(CONTROL_REFUSED, control(99, 0));
	EXPECT_EQ(CONTROL_REFUSED, control(CONTROL_COUNT, 0x8f));
	EXPECT_EQ(RSI_SUCCESS, rsi(RSI_READ, 0).x[0]);
}

TEST_F(control, at_an_occurrence)
{
	fault("read@3:error=unknown");
	EXPECT_EQ(RSI_SUCCESS, rsi(RSI_READ, 0).x[0]);
	EXPECT_EQ(RSI_SUCCESS, rsi(RSI_READ, 0).x[0]);
	EXPECT_EQ(RSI_ERROR_UNKNOWN, rsi(RSI_READ, 0).x[0]);
	EXPECT_EQ(RSI_SUCCESS, rsi(RSI_READ, 0).x[0]);
}

TEST_F(control, several_in_a_row)
{
	fault("read@2x3:error=state");
	EXPECT_EQ(RSI_SUCCESS, rsi(RSI_READ, 0).x[0]);
	for (int i = 0; i < 3; i++) {
		EXPECT_EQ(RSI_ERROR_STATE, rsi(RSI_READ, 0).x[0])
			TH_LOG("call %d", i);
	}
	EXPECT_EQ(RSI_SUCCESS, rsi(RSI_READ, 0).x[0]);
}

TEST_F(control, for_ever_and_cleared)
{
	fault("read@1x*:error=device");
	for (int i = 0; i < 100; i++) {
		ASSERT_EQ(RSI_ERROR_DEVICE, rsi(RSI_READ, 0).x[0])
			TH_LOG("call %d", i);
	}
	EXPECT_EQ(0, control(CONTROL_CLEAR, 0));
	EXPECT_EQ(RSI_SUCCESS, rsi(RSI_READ, 0).x[0]);
}

TEST_F(control, two_at_once)
{
	fault("read@1:error=unknown");
	fault("version@1:error=input");
	EXPECT_EQ(RSI_ERROR_INPUT, rsi(RSI_VERSION, 0x10000).x[0]);
	EXPECT_EQ(RSI_ERROR_UNKNOWN, rsi(RSI_READ, 0).x[0]);
	EXPECT_EQ(RSI_SUCCESS, rsi(RSI_VERSION, 0x10000).x[0]);
}

TEST_HARNESS_MAIN
