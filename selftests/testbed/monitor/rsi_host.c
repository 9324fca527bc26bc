// SPDX-License-Identifier: GPL-2.0-only
/* RSI_HOST_CALL: the host that is not there, and the way for tests to control the monitor. */
#include "fault.h"
#include "machine.h"
#include "realm.h"
#include "rsi.h"

#include <string.h>

#define GPRS		31
#define CONTROL_IMM	0x7473
#define SPEC_MAX	128

enum control { ARM_FAULT = 1, CLEAR_FAULTS = 2, SET_SIGN = 3, READ_COUNT = 4 };

struct host_call {
	u16 imm;
	u8 padding[6];
	u64 gprs[GPRS];
};

static_assert(sizeof(struct host_call) == 0x100, "RMM specification, RsiHostCall");

/* ipa: a NUL-terminated SPEC in protected memory, which ends before its granule does */
static bool arm_fault(u64 ipa)
{
	size_t offset = ipa % GRANULE_SIZE;
	size_t size = min(SPEC_MAX, GRANULE_SIZE - offset);
	char spec[SPEC_MAX];
	const char *granule;

	if (!ipa_is_protected(ipa))
		return false;
	granule = granule_map(ipa - offset);
	if (!granule)
		return false;
	/* A copy, since other vCPUs can write to the granule. */
	memcpy(spec, granule + offset, size);
	granule_unmap();

	return memchr(spec, '\0', size) && fault_arm(spec);
}

static u64 control(const u64 *gprs)
{
	enum rsi_id id;

	switch (gprs[0]) {
	case ARM_FAULT:
		return arm_fault(gprs[1]) ? 0 : -1;
	case CLEAR_FAULTS:
		fault_clear();
		return 0;
	case SET_SIGN:
		if (gprs[1] > 1)
			return -1;
		__atomic_store_n(&realm.sign, gprs[1], __ATOMIC_RELAXED);
		return 0;
	case READ_COUNT:
		if (gprs[1] > 0xff || !rsi_find(RSI_FID_GROUP | gprs[1], &id))
			return -1;
		return fault_count(id);
	default:
		return -1;
	}
}

/*
 * in[1]   IPA of a struct host_call, aligned to its size
 * out[0]  RSI_SUCCESS, or RSI_ERROR_INPUT
 */
void rsi_host_call(struct rec *rec, const u64 *in, u64 *out)
{
	u64 ipa = in[1], offset = ipa % GRANULE_SIZE, result = 0;
	struct host_call *call, copy;
	u8 *granule;

	out[0] = RSI_ERROR_INPUT;
	if (ipa % sizeof(*call) || !ipa_is_protected(ipa))
		return;

	granule = granule_map(ipa - offset);
	if (!granule)
		return;
	memcpy(&copy, granule + offset, sizeof(copy));
	granule_unmap();

	if (copy.imm == CONTROL_IMM)
		result = control(copy.gprs);

	/* The RIPAS may have changed meanwhile: then there is nowhere to answer. */
	granule = granule_map(ipa - offset);
	if (granule) {
		call = (struct host_call *)(granule + offset);
		memset(call->gprs, 0, sizeof(call->gprs));
		call->gprs[0] = result;
		granule_unmap();
	}
	out[0] = RSI_SUCCESS;
}
