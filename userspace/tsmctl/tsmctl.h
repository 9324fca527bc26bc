/* SPDX-License-Identifier: GPL-2.0-only */
/* What all verbs share: exit statuses, errors, the table of verbs. */
#ifndef TSMCTL_H
#define TSMCTL_H

#include <stddef.h>
#include <stdint.h>

#include <tsm/tsm.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* Exit statuses; --help says the same in words. */
enum status {
	STATUS_OK = 0,
	STATUS_FAILED = 1,	/* files, memory: nothing of the below */
	STATUS_USAGE = 2,
	STATUS_BAD_INPUT = 3,
	STATUS_NO_REALM = 4,
	STATUS_NO_CONFIGFS = 5,
	STATUS_NO_PERMISSION = 6,
	STATUS_TRY_AGAIN = 7,
	STATUS_PROVIDER = 8,
	STATUS_BAD_TOKEN = 9,
	STATUS_NOT_VALID = 10,
	STATUS_CANNOT_TELL = 11,
	STATUS_LOG_FULL = 12,
	STATUS_REFUSED = 13,
	STATUS_NO_RESOURCE = 14,
	STATUS_BAD_KBS = 15,
};

/* The verbs, in files called so. argv[0] is the verb's last word. */
enum status verb_info(int argc, char **argv);
enum status verb_report(int argc, char **argv);
enum status verb_token_show(int argc, char **argv);
enum status verb_token_verify(int argc, char **argv);
enum status verb_measure_list(int argc, char **argv);
enum status verb_measure_read(int argc, char **argv);
enum status verb_measure_extend(int argc, char **argv);
enum status verb_measure_event(int argc, char **argv);
enum status verb_log_show(int argc, char **argv);
enum status verb_log_export(int argc, char **argv);
enum status verb_log_verify(int argc, char **argv);
enum status verb_watch(int argc, char **argv);
enum status verb_kbs_get(int argc, char **argv);
enum status verb_kbs_attest(int argc, char **argv);
enum status verb_trustee_export(int argc, char **argv);

/* One line on stderr: what failed, why, what to do. The value is @code. */
#define fail(code, ...) ({ \
	enum status fail_status = (code); \
	complain(__VA_ARGS__); \
	fail_status; \
})

/* its other half: checkers that look at one file see what value comes back */
void complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The line and status for what a call of libtsm returned. */
enum status fail_tsm(const struct tsm_ctx *ctx, int err);

/* Long options have values from here on, so that no letter can be taken for one. */
#define OPTION_FIRST	256

/* What getopt_long() answered with '?' or ':'. */
enum status fail_option(char **argv, int c);

/* Of a verb whose only option is --json; the words left begin at *first. */
enum status parse_json_only(int argc, char **argv, int *json, int *first);

#endif
