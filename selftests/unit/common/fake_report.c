// SPDX-License-Identifier: GPL-2.0-only
/*
 * Instead of tsm_report_new() (ld --wrap), for threads: the fakes of the kernel are for
 * one at a time. Its reports are fake_token()'s, without a log.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "libtsm/guest/backend.h"
#include "fake_provider.h"

int __wrap_tsm_report_new(struct tsm_ctx *ctx, const void *challenge, size_t len,
			  const struct tsm_report_opts *opts, struct tsm_report **out);

int __wrap_tsm_report_new(struct tsm_ctx *ctx, const void *challenge, size_t len,
			  const struct tsm_report_opts *opts, struct tsm_report **out)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	struct tsm_report *report = calloc(1, sizeof(*report));
	static uint8_t token[16384];
	struct bytes blob = { token, 0 };
	int rc = report ? 0 : -ENOMEM;

	(void)ctx;
	(void)opts;
	pthread_mutex_lock(&lock);
	if (!rc) {
		blob.len = fake_token(challenge, len, token);
		rc = buf_append(&report->blob, &blob);
	}
	pthread_mutex_unlock(&lock);
	if (rc) {
		free(report);
		return rc;
	}
	report->aux_rc = -ENODATA;
	strcpy(report->provider, "arm_cca_guest");
	*out = report;
	return 0;
}
