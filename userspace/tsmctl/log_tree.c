// SPDX-License-Identifier: GPL-2.0-only
/* tsmctl log show --tree: which records belong to which register? */
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "out.h"

static size_t next_of(const struct tsm_eventlog *log, uint32_t number, size_t n)
{
	while (++n <= tsm_eventlog_count(log))
		if (tsm_record_register(tsm_eventlog_record(log, n)) == number)
			return n;
	return 0;
}

/* An AAEL text is "<domain> <operation> <content>": the content gets a line of its own. */
static const char *content_of(const char *text, size_t len)
{
	const char *space = memchr(text, ' ', len);

	if (space)
		space = memchr(space + 1, ' ', (size_t)(text + len - space - 1));
	return space ? space + 1 : NULL;
}

static void print_node(size_t n, const struct tsm_record *record, const char *branch,
		       const char *below)
{
	const char *text, *content;
	const uint8_t *digest;
	size_t len;

	text = tsm_record_text(record, &len);
	content = text ? content_of(text, len) : NULL;
	printf("%s%zu  ", branch, n);
	if (content) {
		print_text_of(stdout, text, (size_t)(content - 1 - text));
		printf("\n%s", below);
		print_text_of(stdout, content, (size_t)(text + len - content));
	} else {
		log_print_event(record);
	}
	putchar('\n');
	digest = tsm_record_digest(record, log_hash(record), &len);
	if (digest) {
		printf("%s%s ", below, tsm_hash_name(log_hash(record)));
		print_hex(stdout, digest, len);
		putchar('\n');
	}
}

void log_print_tree(const struct tsm_eventlog *log)
{
	uint32_t number;
	size_t n, next;

	for (number = TSM_REGISTER_RIM; number <= TSM_REGISTER_REM3; number++) {
		n = next_of(log, number, 0);
		if (n)
			puts(tsm_register_name(number));
		for (; n; n = next) {
			next = next_of(log, number, n);
			print_node(n, tsm_eventlog_record(log, n), next ? "├─ " : "└─ ",
				   next ? "│     " : "      ");
		}
	}
}
