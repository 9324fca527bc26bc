// SPDX-License-Identifier: LGPL-2.1-or-later
/* Challenges of 64 bytes come in, a token for each goes out. */
#include <stdio.h>
#include <tsm/report.h>

int main(void)
{
	unsigned char challenge[64];
	struct tsm_report *report;
	const void *token;
	struct tsm_ctx *ctx;
	size_t size;

	if (tsm_ctx_new(NULL, &ctx))
		return 1;
	while (fread(challenge, sizeof(challenge), 1, stdin)) {
		if (tsm_report_new(ctx, challenge, sizeof(challenge), NULL, &report)) {
			fprintf(stderr, "%s\n", tsm_error(ctx));
			return 1;
		}
		token = tsm_report_blob(report, &size);
		fwrite(token, size, 1, stdout);
		tsm_report_free(&report);
	}
	tsm_ctx_free(&ctx);
}
