// SPDX-License-Identifier: GPL-2.0-only
/*
 * Linked into a tsmctl for tests: its contexts begin at FAKE_ROOT, and the
 * provider there makes real tokens, unless FAKE_TOKEN says another thing.
 */
#include <tsm/tsm.h>

#include "fake_provider.h"
#include "fakefs.h"

int __real_tsm_ctx_new(const struct tsm_ctx_opts *opts, struct tsm_ctx **out);
int __wrap_tsm_ctx_new(const struct tsm_ctx_opts *opts, struct tsm_ctx **out);

int __wrap_tsm_ctx_new(const struct tsm_ctx_opts *opts, struct tsm_ctx **out)
{
	struct tsm_ctx_opts fake = { .size = sizeof(fake), .root = fake_root };

	if (opts) {
		fake.log = opts->log;
		fake.log_data = opts->log_data;
	}
	fake_make_report = fake_token;
	fake_from_environment();
	return __real_tsm_ctx_new(&fake, out);
}
