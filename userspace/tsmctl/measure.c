// SPDX-License-Identifier: GPL-2.0-only
/* tsmctl measure: list, read and extend registers, measure events. */
#include <getopt.h>
#include <stdio.h>

#include <tsm/measurement.h>

#include "input.h"
#include "out.h"

#define REGISTERS	(TSM_REGISTER_REM3 + 1)

/* --- list --- */

static enum status print_text_registers(const struct tsm_registers *registers)
{
	enum tsm_register_state state;
	const uint8_t *value;
	uint32_t r;
	size_t len;

	for (r = 0; r < REGISTERS; r++) {
		printf("%-4s  ", tsm_register_name(r));
		value = tsm_registers_value(registers, r, &len);
		print_hex(stdout, value, len);
		state = tsm_registers_state(registers, r);
		printf("%s%s\n", state == TSM_REGISTER_UNKNOWN ? "" : "  ",
		       state == TSM_REGISTER_UNKNOWN ? "" : tsm_register_state_name(state));
	}
	return STATUS_OK;
}

static enum status print_json_registers(const struct tsm_registers *registers)
{
	json_t *top = json_object();
	const uint8_t *value;
	const char *state;
	uint32_t r;
	size_t len;

	for (r = 0; r < REGISTERS; r++) {
		value = tsm_registers_value(registers, r, &len);
		state = tsm_register_state_name(tsm_registers_state(registers, r));
		top = json_with(top, tsm_register_name(r),
				json_pack("{s:o, s:s}", "value", json_hex(value, len),
					  "state", state));
	}
	return print_json(json_with(top, "hash",
				    json_string(tsm_hash_name(tsm_registers_hash(registers)))));
}

enum status verb_measure_list(int argc, char **argv)
{
	struct tsm_registers *registers;
	struct tsm_ctx *ctx;
	enum status status;
	int json, first, rc;

	status = parse_json_only(argc, argv, &json, &first);
	if (status)
		return status;
	if (first < argc)
		return fail(STATUS_USAGE, "measure list takes no %s: see tsmctl --help",
			    argv[first]);
	if (tsm_ctx_new(NULL, &ctx))
		return fail(STATUS_FAILED, "out of memory");
	rc = tsm_registers_new(ctx, &registers);
	if (rc) {
		status = fail_tsm(ctx, rc);
	} else {
		status = json ? print_json_registers(registers) : print_text_registers(registers);
		tsm_registers_free(&registers);
	}
	tsm_ctx_free(&ctx);
	return status;
}

/* --- one register --- */

static enum status print_register(struct tsm_ctx *ctx, uint32_t number)
{
	uint8_t value[TSM_DIGEST_MAX];
	size_t len;
	int rc;

	rc = tsm_measurement_read(ctx, number, value, &len);
	if (rc)
		return fail_tsm(ctx, rc);
	print_hex(stdout, value, len);
	putchar('\n');
	return STATUS_OK;
}

/* What was done, and where it led; somebody else's extension may be in it, too. */
static enum status print_extended(struct tsm_ctx *ctx, uint32_t number, uint32_t record)
{
	uint8_t value[TSM_DIGEST_MAX];
	size_t len;
	int rc;

	if (record)
		printf("record  %u\n", record);
	rc = tsm_measurement_read(ctx, number, value, &len);
	if (rc)		/* no reason to leave any doubt that it is done */
		return fail(STATUS_FAILED, "%s is extended, but does not read: %s",
			    tsm_register_name(number), tsm_error(ctx));
	printf("%-6s  ", tsm_register_name(number));
	print_hex(stdout, value, len);
	putchar('\n');
	return STATUS_OK;
}

/* The words of a verb, the first of which is a register. */
static enum status parse_register(int argc, char **argv, int words, const char *what,
				  uint32_t *number)
{
	enum status status = parse_words(argc, argv, words, what);

	return status ? status : read_register_arg(argv[optind], number);
}

enum status verb_measure_read(int argc, char **argv)
{
	struct tsm_ctx *ctx;
	enum status status;
	uint32_t number;

	status = parse_register(argc, argv, 1, "a register", &number);
	if (status)
		return status;
	if (tsm_ctx_new(NULL, &ctx))
		return fail(STATUS_FAILED, "out of memory");
	status = print_register(ctx, number);
	tsm_ctx_free(&ctx);
	return status;
}

enum status verb_measure_extend(int argc, char **argv)
{
	uint8_t digest[TSM_DIGEST_MAX];
	struct tsm_ctx *ctx;
	enum status status;
	uint32_t number;
	size_t len;
	int rc;

	status = parse_register(argc, argv, 2, "a register and a digest", &number);
	if (!status)
		status = read_bytes_arg("the digest", argv[optind + 1], digest, sizeof(digest),
					&len);
	if (status)
		return status;
	if (tsm_ctx_new(NULL, &ctx))
		return fail(STATUS_FAILED, "out of memory");
	rc = tsm_measurement_extend(ctx, number, digest, len);
	status = rc ? fail_tsm(ctx, rc) : print_extended(ctx, number, 0);
	tsm_ctx_free(&ctx);
	return status;
}

enum status verb_measure_event(int argc, char **argv)
{
	struct tsm_ctx *ctx;
	enum status status;
	uint32_t number, record;
	int rc;

	status = parse_register(argc, argv, 4, "a register, a domain, an operation and a content",
				&number);
	if (status)
		return status;
	if (tsm_ctx_new(NULL, &ctx))
		return fail(STATUS_FAILED, "out of memory");
	rc = tsm_measurement_event(ctx, number, argv[optind + 1], argv[optind + 2],
				   argv[optind + 3], &record);
	status = rc ? fail_tsm(ctx, rc) : print_extended(ctx, number, record);
	tsm_ctx_free(&ctx);
	return status;
}
