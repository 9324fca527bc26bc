/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A certificate that is trusted alone. */
#ifndef LIBTSM_KBS_PIN_H
#define LIBTSM_KBS_PIN_H

#include <tsm/tsm.h>

/* "sha256//" and the base64 of a SHA-256, with its NUL */
#define PIN_SIZE	(8 + 44 + 1)

/* A certificate to be trusted alone. */
struct pin {
	char *pem;		/* malloced */
	size_t len;
	char key[PIN_SIZE];	/* its public key, as libcurl wants it */
};

/* 0; -EBADMSG if the file holds no certificate; the errno of reading it. */
int pin_read(struct tsm_ctx *ctx, const char *file, struct pin *pin);
void pin_free(struct pin *pin);

#endif
