// SPDX-License-Identifier: GPL-2.0-only
/* tsmctl watch: which registers are extended, while it happens? */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tsm/eventlog.h>
#include <tsm/monitor.h>

#include "out.h"

struct args {
	int json;
	size_t room;
};

static enum status parse(int argc, char **argv, struct args *args)
{
	enum { JSON = OPTION_FIRST, ROOM };
	static const struct option options[] = {
		{ "json", no_argument, NULL, JSON },
		{ "room", required_argument, NULL, ROOM },
		{ 0 }
	};
	char *end;
	int c;

	while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (c == JSON) {
			args->json = 1;
		} else if (c == ROOM) {
			args->room = strtoul(optarg, &end, 10);
			if (!*optarg || strspn(optarg, "0123456789") != strlen(optarg) ||
			    !args->room)
				return fail(STATUS_BAD_INPUT, "--room: %s: give a number of bytes",
					    optarg);
		} else {
			return fail_option(argv, c);
		}
	}
	if (optind < argc)
		return fail(STATUS_USAGE, "watch takes no %s: see tsmctl --help", argv[optind]);
	return STATUS_OK;
}

static void say(void *data, enum tsm_log_level level, const char *text)
{
	(void)data;
	if (level == TSM_LOG_WARNING)
		fail(STATUS_OK, "%s", text);
}

static enum status print_extension(const struct tsm_monitor *monitor, int json)
{
	const char *name = tsm_register_name(tsm_monitor_register(monitor));
	uint32_t record = tsm_monitor_record(monitor);
	const uint8_t *digest;
	size_t len;

	digest = tsm_monitor_digest(monitor, &len);
	if (json)
		return print_json_line(json_pack("{s:I, s:s, s:o, s:b}",
						 "record", (json_int_t)record, "register", name,
						 "digest", json_hex(digest, len),
						 "resynced", tsm_monitor_resynced(monitor)));
	printf("%" PRIu32 "  %s  ", record, name);
	print_hex(stdout, digest, len);
	putchar('\n');
	return STATUS_OK;
}

/* A line is out before we wait for the next: somebody may be waiting for it. */
static enum status wait_for_more(const struct tsm_monitor *monitor)
{
	struct pollfd fds[] = {
		{ .fd = tsm_monitor_fd(monitor), .events = POLLIN },
		{ .fd = STDOUT_FILENO },	/* its reader may go while nothing happens */
	};

	if (fflush(stdout))
		return fail(STATUS_FAILED, "cannot write to stdout: %s", strerror(errno));
	if (poll(fds, ARRAY_SIZE(fds), -1) < 0 && errno != EINTR)
		return fail(STATUS_FAILED, "cannot wait: %s", strerror(errno));
	return fds[1].revents ? fail(STATUS_FAILED, "nobody reads stdout any more") : STATUS_OK;
}

static enum status watch(struct tsm_ctx *ctx, struct tsm_monitor *monitor, int json)
{
	enum status status = STATUS_OK;
	int rc;

	while (!status) {
		rc = tsm_monitor_next(ctx, monitor);
		if (!rc)
			status = print_extension(monitor, json);
		else if (rc == -EAGAIN)
			status = wait_for_more(monitor);
		else
			status = fail_tsm(ctx, rc);
	}
	return status;
}

enum status verb_watch(int argc, char **argv)
{
	struct tsm_ctx_opts ctx_opts = { .size = sizeof(ctx_opts), .log = say };
	struct tsm_monitor_opts opts = { .size = sizeof(opts) };
	struct tsm_monitor *monitor;
	struct args args = { 0 };
	struct tsm_ctx *ctx;
	enum status status;
	int rc;

	status = parse(argc, argv, &args);
	if (status)
		return status;
	if (tsm_ctx_new(&ctx_opts, &ctx))
		return fail(STATUS_FAILED, "out of memory");
	opts.room = args.room;
	rc = tsm_monitor_new(ctx, &opts, &monitor);
	if (rc) {
		status = fail_tsm(ctx, rc);
	} else {
		status = watch(ctx, monitor, args.json);
		tsm_monitor_free(&monitor);
	}
	tsm_ctx_free(&ctx);
	return status;
}
