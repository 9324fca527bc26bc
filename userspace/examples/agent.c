// SPDX-License-Identifier: LGPL-2.1-or-later
/* agent PORT [DIR]: GET /HEX on the loopback answers with a report for this challenge. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <tsm/report.h>

static size_t parse(const char *hex, unsigned char *out)
{
	size_t n = 0;

	while (n < TSM_CHALLENGE_MAX && sscanf(hex + 2 * n, "%2hhx", &out[n]) == 1)
		n++;
	return n;
}

static void answer(struct tsm_ctx *ctx, const struct tsm_report_opts *opts, FILE *peer)
{
	unsigned char challenge[TSM_CHALLENGE_MAX];
	char line[512], header[512];
	struct tsm_report *report;
	const void *blob;
	size_t len;

	if (!fgets(line, sizeof(line), peer) || strncmp(line, "GET /", 5))
		return;
	while (fgets(header, sizeof(header), peer) && header[0] != '\r')
		;
	len = parse(line + 5, challenge);
	if (tsm_report_new(ctx, challenge, len, opts, &report)) {
		fprintf(peer, "HTTP/1.0 500 No report\r\n\r\n%s\n", tsm_error(ctx));
		return;
	}
	blob = tsm_report_blob(report, &len);
	fprintf(peer, "HTTP/1.0 200 OK\r\n\r\n");
	fwrite(blob, len, 1, peer);
	tsm_report_free(&report);
}

int main(int argc, char **argv)
{
	struct tsm_report_opts opts = { .size = sizeof(opts), .dir = argc > 2 ? argv[2] : NULL };
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
				  .sin_port = htons(atoi(argc > 1 ? argv[1] : "8006")) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct tsm_ctx *ctx;
	FILE *peer;

	if (tsm_ctx_new(NULL, &ctx) || bind(fd, (void *)&at, sizeof(at)) || listen(fd, 8))
		return perror("agent"), 1;
	while ((peer = fdopen(accept(fd, NULL, NULL), "r+"))) {
		answer(ctx, &opts, peer);
		fclose(peer);
	}
	return perror("agent"), 1;
}
