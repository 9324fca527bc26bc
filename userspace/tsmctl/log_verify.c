// SPDX-License-Identifier: GPL-2.0-only
/* tsmctl log verify: does a log lead to these registers? */
#include <stdio.h>
#include <stdlib.h>

#include <tsm/measurement.h>
#include <tsm/token.h>

#include "input.h"
#include "out.h"

/* What the log is held against: REM0 to REM3 of one moment. */
struct target {
	struct tsm_registers *registers;
	struct tsm_token *token;
	enum tsm_hash hash;
	const uint8_t *rems[TSM_REMS];
	size_t before;		/* records that the log had already when they were read */
};

static enum status from_token(struct tsm_ctx *ctx, const char *name, struct target *target)
{
	enum status status;
	uint8_t *data;
	size_t len;
	int rc, i;

	status = read_file(name, TSM_TOKEN_MAX, &data, &len);
	if (status)
		return status;
	rc = tsm_token_new(ctx, data, len, &target->token);
	free(data);
	if (rc)
		return fail_tsm(ctx, rc);
	target->hash = tsm_token_hash(target->token);
	for (i = 0; i < TSM_REMS; i++)
		target->rems[i] = tsm_token_rem(target->token, i, &len);
	return STATUS_OK;
}

static enum status from_registers(struct tsm_ctx *ctx, struct target *target)
{
	struct tsm_eventlog *log;
	size_t len;
	int rc, i;

	rc = tsm_measurement_log(ctx, &log);
	if (rc)
		return fail_tsm(ctx, rc);
	target->before = tsm_eventlog_count(log);
	tsm_eventlog_free(&log);
	rc = tsm_registers_new(ctx, &target->registers);
	if (rc)
		return fail_tsm(ctx, rc);
	target->hash = tsm_registers_hash(target->registers);
	for (i = 0; i < TSM_REMS; i++)
		target->rems[i] = tsm_registers_value(target->registers,
						      TSM_REGISTER_REM0 + (uint32_t)i, &len);
	return STATUS_OK;
}

static void print_registers(const struct target *target, const struct tsm_replay *replay)
{
	uint32_t r;

	for (r = TSM_REGISTER_REM0; r <= TSM_REGISTER_REM3; r++) {
		printf("%s  %s  ", verdict_mark(tsm_replay_register(replay, r)),
		       tsm_register_name(r));
		print_hex(stdout, target->rems[r - TSM_REGISTER_REM0],
			  tsm_hash_size(target->hash));
		putchar('\n');
	}
}

/* Of the log as it is now: it only grows, and the target is not younger. */
static enum status verify(struct tsm_ctx *ctx, const struct target *target)
{
	struct tsm_replay *replay = NULL;
	struct tsm_eventlog *log = NULL;
	enum tsm_verdict verdict;
	int rc;

	rc = tsm_measurement_log(ctx, &log);
	if (!rc)
		rc = tsm_replay_new(ctx, log, target->hash, target->rems, &replay);
	tsm_eventlog_free(&log);
	if (rc)
		return fail_tsm(ctx, rc);
	print_registers(target, replay);
	verdict = tsm_replay_verdict(replay);
	if (verdict != TSM_VERDICT_INVALID && tsm_replay_count(replay) < target->before) {
		verdict = TSM_VERDICT_INVALID;
		printf("%s: record %zu: no register has been extended by it\n",
		       tsm_verdict_name(verdict), tsm_replay_count(replay) + 1);
	} else {
		printf("%s: %s\n", tsm_verdict_name(verdict), tsm_replay_reason(replay));
	}
	tsm_replay_free(&replay);
	return verdict == TSM_VERDICT_VALID ? STATUS_OK :
	       verdict == TSM_VERDICT_INVALID ? STATUS_NOT_VALID : STATUS_CANNOT_TELL;
}

enum status verb_log_verify(int argc, char **argv)
{
	struct target target = { 0 };
	const char *token = NULL;
	struct tsm_ctx *ctx;
	enum status status;

	status = parse_one_option(argc, argv, "token", &token, "log verify");
	if (status)
		return status;
	if (tsm_ctx_new(NULL, &ctx))
		return fail(STATUS_FAILED, "out of memory");
	status = token ? from_token(ctx, token, &target) : from_registers(ctx, &target);
	if (!status)
		status = verify(ctx, &target);
	tsm_registers_free(&target.registers);
	tsm_token_free(&target.token);
	tsm_ctx_free(&ctx);
	return status;
}
