// SPDX-License-Identifier: GPL-2.0-only
/* tsmctl log show, log export: what is in an event log? */
#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

#include <tsm/measurement.h>

#include "input.h"
#include "log.h"
#include "out.h"

static enum status read_log(struct tsm_ctx **ctx, struct tsm_eventlog **log)
{
	int rc;

	if (tsm_ctx_new(NULL, ctx))
		return fail(STATUS_FAILED, "out of memory");
	rc = tsm_measurement_log(*ctx, log);
	return rc ? fail_tsm(*ctx, rc) : STATUS_OK;
}

/* --- show --- */

enum tsm_hash log_hash(const struct tsm_record *record)
{
	int hash;

	for (hash = TSM_HASH_SHA512; hash > TSM_HASH_NONE; hash--)
		if (tsm_record_digest(record, (enum tsm_hash)hash, NULL))
			break;
	return (enum tsm_hash)hash;
}

static int is_bare_digest(const struct tsm_record *record)
{
	static const uint8_t event[8] = { 0x4d, 0x53, 0x54, 0x52 };	/* tag "RTSM", no data */
	size_t len, i;
	const uint8_t *data = tsm_record_event(record, &len);

	for (i = 0; i < sizeof(event) && len == sizeof(event); i++)
		if (data[i] != event[i])
			return 0;
	return len == sizeof(event);
}

void log_print_event(const struct tsm_record *record)
{
	const char *text, *type = tsm_record_type_name(record);
	size_t len;

	text = tsm_record_text(record, &len);
	if (text) {
		print_text_of(stdout, text, len);
	} else if (is_bare_digest(record)) {
		fputs("(a bare digest)", stdout);
	} else {
		tsm_record_event(record, &len);
		printf("(%s, %zu bytes)", type ? type : "unknown type", len);
	}
}

static void print_record(size_t n, const struct tsm_record *record)
{
	const char *name = tsm_register_name(tsm_record_register(record));
	const uint8_t *digest;
	size_t len;

	printf("%zu  %s  ", n, name ? name : "?");
	digest = tsm_record_digest(record, log_hash(record), &len);
	if (digest)
		print_hex(stdout, digest, len);
	else
		fputs("no digest", stdout);
	fputs("  ", stdout);
	log_print_event(record);
	putchar('\n');
}

static json_t *json_record(size_t n, const struct tsm_record *record)
{
	enum tsm_hash hash = log_hash(record);
	const uint8_t *digest, *event;
	size_t len, event_len, text_len;
	const char *text;

	digest = tsm_record_digest(record, hash, &len);
	event = tsm_record_event(record, &event_len);
	text = tsm_record_text(record, &text_len);
	return json_pack("{s:I, s:s?, s:I, s:s?, s:s?, s:o, s:o, s:o}", "record", (json_int_t)n,
			 "register", tsm_register_name(tsm_record_register(record)),
			 "type", (json_int_t)tsm_record_type(record),
			 "type-name", tsm_record_type_name(record), "hash", tsm_hash_name(hash),
			 "digest", digest ? json_hex(digest, len) : json_null(),
			 "text", text ? json_text_of(text, text_len) : json_null(),
			 "event", json_hex(event, event_len));
}

static enum status show(const struct tsm_eventlog *log, int json)
{
	enum status status = STATUS_OK;
	size_t n;

	for (n = 1; n <= tsm_eventlog_count(log) && !status; n++) {
		const struct tsm_record *record = tsm_eventlog_record(log, n);

		if (json)
			status = print_json_line(json_record(n, record));
		else
			print_record(n, record);
	}
	return status;
}

static enum status parse_show(int argc, char **argv, int *json, int *tree)
{
	enum { JSON = OPTION_FIRST, TREE };
	static const struct option options[] = {
		{ "json", no_argument, NULL, JSON },
		{ "tree", no_argument, NULL, TREE },
		{ 0 }
	};
	int c;

	*json = *tree = 0;
	while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (c == JSON)
			*json = 1;
		else if (c == TREE)
			*tree = 1;
		else
			return fail_option(argv, c);
	}
	if (optind < argc)
		return fail(STATUS_USAGE, "log show takes no %s: see tsmctl --help", argv[optind]);
	if (*json && *tree)
		return fail(STATUS_USAGE,
			    "log show takes one of --json and --tree: see tsmctl --help");
	return STATUS_OK;
}

enum status verb_log_show(int argc, char **argv)
{
	struct tsm_eventlog *log = NULL;
	struct tsm_ctx *ctx = NULL;
	enum status status;
	int json, tree;

	status = parse_show(argc, argv, &json, &tree);
	if (status)
		return status;
	status = read_log(&ctx, &log);
	if (!status && tree)
		log_print_tree(log);
	else if (!status)
		status = show(log, json);
	tsm_eventlog_free(&log);
	tsm_ctx_free(&ctx);
	return status;
}

/* --- export --- */

enum status verb_log_export(int argc, char **argv)
{
	struct tsm_eventlog *log = NULL;
	struct tsm_ctx *ctx = NULL;
	const char *out = NULL;
	enum status status;
	const uint8_t *data;
	size_t len;

	status = parse_one_option(argc, argv, "out", &out, "log export");
	if (status)
		return status;
	if (!out && isatty(STDOUT_FILENO))
		return fail(STATUS_USAGE,
			    "the log is binary, nothing for a terminal: give --out FILE, or pipe it");
	status = read_log(&ctx, &log);
	data = tsm_eventlog_data(log, &len);
	if (!status && !out)
		fwrite(data, 1, len, stdout);
	else if (!status)
		status = save_file(out, data, len);
	if (!status && out)
		printf("%zu records, %zu bytes in %s\n", tsm_eventlog_count(log), len, out);
	tsm_eventlog_free(&log);
	tsm_ctx_free(&ctx);
	return status;
}
