/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The context that every call takes: where the kernel's files are, who is told, the last error. */
#ifndef LIBTSM_CTX_H
#define LIBTSM_CTX_H

#include <tsm/tsm.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

struct tsm_ctx {
	char *root;
	tsm_log_fn log;
	void *log_data;
	enum tsm_backend backend;
	char error[512];
	int64_t claim;		/* that the error is about; 0: none */
	int part;		/* of the token */
};

#endif
