// SPDX-License-Identifier: GPL-2.0-only
/*
 * The SMCs of the Realm Services Interface.
 *
 * <asm/rsi_cmds.h> wraps some of them as well, but folds each failure of
 * ATTESTATION_TOKEN_INIT into -EINVAL and its bound into a signed number; the
 * status has to arrive here for the caller to learn what went wrong.
 */
#include <linux/arm-smccc.h>
#include <linux/errno.h>
#include <linux/string.h>

#include "rsi.h"

/*
 * ERROR_DEVICE (5) belongs to calls that this module does not make, so it is
 * as wrong an answer here as a number that the specification does not have.
 */
static int rsi_errno(unsigned long status)
{
	switch (status) {
	case RSI_SUCCESS:
		return 0;
	case RSI_ERROR_INPUT:
		return -EREMOTEIO;
	case RSI_ERROR_STATE:
		return -ECANCELED;
	case RSI_ERROR_UNKNOWN:
		return -EIO;
	case (unsigned long)SMCCC_RET_NOT_SUPPORTED:
		return -EOPNOTSUPP;
	default:
		return -EPROTO;
	}
}

/**
 * rsi_version() - the RSI revision that kernel and RMM have in common
 * @version: major number in the bits from 16 up, minor number below
 *
 * Context: Any context.
 * Return: 0 or a negative errno of the table in this file.
 */
int rsi_version(u32 *version)
{
	struct arm_smccc_1_2_regs regs = {
		.a0 = SMC_RSI_ABI_VERSION,
		.a1 = RSI_ABI_VERSION,
	};

	arm_smccc_1_2_smc(&regs, &regs);
	*version = regs.a1;
	return rsi_errno(regs.a0);
}

/**
 * rsi_realm_config() - read the realm's configuration
 * @config: a granule of protected memory, zeroed; the RMM writes single bytes
 *	    into wider fields and leaves the rest of them alone
 *
 * Context: Any context.
 * Return: 0 or a negative errno of the table in this file.
 */
int rsi_realm_config(struct realm_config *config)
{
	struct arm_smccc_1_2_regs regs = {
		.a0 = SMC_RSI_REALM_CONFIG,
		.a1 = virt_to_phys(config),
	};

	arm_smccc_1_2_smc(&regs, &regs);
	return rsi_errno(regs.a0);
}

/**
 * rsi_token_init() - begin a token on this vCPU
 * @challenge: what the token shall be bound to
 * @bound: upper bound of the token's size in bytes, unchecked
 *
 * An operation that was in progress on this vCPU is aborted by it.  Challenge
 * and measurements are captured by this call.
 *
 * Context: Task context; the caller stays on this vCPU until the token is whole
 *	    or given up.
 * Return: 0 or a negative errno of the table in this file.
 */
int rsi_token_init(const u8 challenge[RSI_CHALLENGE_SIZE], size_t *bound)
{
	/* an overlay: FORTIFY_SOURCE refuses a copy across members of regs */
	union {
		struct arm_smccc_1_2_regs regs;
		struct {
			u64 fid;
			u8 challenge[RSI_CHALLENGE_SIZE];
		} args;
	} smc = { .args.fid = SMC_RSI_ATTESTATION_TOKEN_INIT };

	memcpy(smc.args.challenge, challenge, sizeof(smc.args.challenge));
	arm_smccc_1_2_smc(&smc.regs, &smc.regs);
	*bound = smc.regs.a1;
	return rsi_errno(smc.regs.a0);
}

/**
 * rsi_token_continue() - let the RMM work on the token and fetch a piece of it
 * @granule: address of the granule to write to, 4 KiB aligned, protected memory
 * @offset: where in the granule
 * @size: how much may be written, at most to the end of the granule
 * @len: number of bytes that the RMM says it wrote, unchecked; may be 0
 *
 * Context: Task context, on the vCPU of rsi_token_init().
 * Return: 0 if the token is whole with this piece, -EINPROGRESS if there is
 *	   more to come, or a negative errno of the table in this file
 *	   (-ECANCELED: no token in progress on this vCPU).
 */
int rsi_token_continue(phys_addr_t granule, size_t offset, size_t size,
		       size_t *len)
{
	struct arm_smccc_1_2_regs regs = {
		.a0 = SMC_RSI_ATTESTATION_TOKEN_CONTINUE,
		.a1 = granule,
		.a2 = offset,
		.a3 = size,
	};

	arm_smccc_1_2_smc(&regs, &regs);
	*len = regs.a1;
	/* no other call has INCOMPLETE among its answers: not in the table */
	if (regs.a0 == RSI_INCOMPLETE)
		return -EINPROGRESS;
	return rsi_errno(regs.a0);
}

/**
 * rsi_measurement_read() - read a measurement register
 * @index: 0 for the RIM, 1 to 4 for REM0 to REM3
 * @value: the register's value; beyond the size of the realm's hash it is
 *	   whatever the RMM left there
 *
 * Context: Any context.
 * Return: 0 or a negative errno of the table in this file.
 */
int rsi_measurement_read(unsigned int index, u8 value[RSI_MEASUREMENT_SIZE])
{
	union {
		struct arm_smccc_1_2_regs regs;
		struct {
			u64 status;
			u8 value[RSI_MEASUREMENT_SIZE];
		} result;
	} smc = {
		.regs.a0 = SMC_RSI_MEASUREMENT_READ,
		.regs.a1 = index,
	};

	arm_smccc_1_2_smc(&smc.regs, &smc.regs);
	memcpy(value, smc.result.value, sizeof(smc.result.value));
	return rsi_errno(smc.regs.a0);
}

/**
 * rsi_measurement_extend() - extend a measurement register
 * @index: 1 to 4 for REM0 to REM3
 * @value: what to extend it by
 * @size: size of @value in bytes, at most %RSI_MEASUREMENT_SIZE; the RMM does
 *	  not compare it with the size of the realm's hash
 *
 * Context: Any context.
 * Return: 0 or a negative errno of the table in this file.
 */
int rsi_measurement_extend(unsigned int index, const u8 *value, size_t size)
{
	union {
		struct arm_smccc_1_2_regs regs;
		struct {
			u64 fid;
			u64 index;
			u64 size;
			u8 value[RSI_MEASUREMENT_SIZE];
		} args;
	} smc = {
		.args.fid = SMC_RSI_MEASUREMENT_EXTEND,
		.args.index = index,
		.args.size = size,
	};

	memcpy(smc.args.value, value, size);
	arm_smccc_1_2_smc(&smc.regs, &smc.regs);
	return rsi_errno(smc.regs.a0);
}
