/* SPDX-License-Identifier: GPL-2.0-only */
/* What ocicrypt asks, and what it wants as an answer. */
#ifndef PROTOCOL_H
#define PROTOCOL_H

#include "keyprovider.h"

/*
 * ocicrypt's key provider protocol, as its Go and its Rust form have it. They differ:
 * Go has the wrap's optsdata in base64, Rust as it is; of results, Rust wants arrays of
 * numbers, which Go also takes.
 */

enum operation {
	OPERATION_WRAP,
	OPERATION_UNWRAP,
};

struct request {
	enum operation operation;
	struct bytes data;	/* wrap: the options to wrap; unwrap: the annotation */
	struct bytes parameter;	/* wrap: the first that is meant for this provider, a text */
};

/* @provider: the name that the wrap's parameters are under. */
enum status request_read(const struct bytes *input, const char *provider, struct request *request);
void request_free(struct request *request);

/* The whole of the answer, one line. */
enum status answer_write(enum operation operation, const struct bytes *result);

#endif
