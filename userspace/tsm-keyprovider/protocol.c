// SPDX-License-Identifier: GPL-2.0-only
/* Which operation does ocicrypt ask for, with which data? */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base64.h"
#include "json.h"
#include "protocol.h"

static enum status bad(const char *what)
{
	return fail(STATUS_BAD_INPUT, "the request is not ocicrypt's: %s", what);
}

static enum status take_base64(const char *text, const char *what, struct bytes *out)
{
	enum status status = text ? base64_decode(text, out) : STATUS_BAD_INPUT;

	return status == STATUS_BAD_INPUT ? bad(what) : status;
}

/*
 * The options are JSON, whose brace base64 does not have: which of the two it is needs
 * no guess.
 */
static enum status take_options(const char *text, struct bytes *out)
{
	enum status status;

	if (!text || *text != '{')
		return take_base64(text, "keywrapparams.optsdata is missing, or neither JSON nor base64",
				   out);
	status = bytes_alloc(out, strlen(text));
	if (!status)
		memcpy(out->data, text, out->len + 1);
	return status;
}

static enum status read_wrap(json_t *params, const char *provider, struct request *request)
{
	json_t *parameters = json_object_get(json_object_get(params, "ec"), "Parameters");
	json_t *ours = json_object_get(parameters, provider);
	enum status status;

	status = take_options(json_string_value(json_object_get(params, "optsdata")), &request->data);
	if (status)
		return status;
	if (!json_array_size(ours))
		return fail(STATUS_BAD_INPUT,
			    "the request has no parameter for the provider %.64s: encrypt with provider:%.64s:keyid=...",
			    provider, provider);
	return take_base64(json_string_value(json_array_get(ours, 0)),
			   "a parameter in keywrapparams.ec is no base64", &request->parameter);
}

enum status request_read(const struct bytes *input, const char *provider, struct request *request)
{
	json_t *top, *params;
	enum status status;
	const char *op;

	status = json_read(input, 0, &top);
	if (status)
		return status;
	op = json_string_value(json_object_get(top, "op"));
	if (op && !strcmp(op, "keywrap")) {
		request->operation = OPERATION_WRAP;
		status = read_wrap(json_object_get(top, "keywrapparams"), provider, request);
	} else if (op && !strcmp(op, "keyunwrap")) {
		request->operation = OPERATION_UNWRAP;
		params = json_object_get(top, "keyunwrapparams");
		status = take_base64(json_string_value(json_object_get(params, "annotation")),
				     "keyunwrapparams.annotation is missing, or no base64",
				     &request->data);
	} else {
		status = bad(top ? "op is neither keywrap nor keyunwrap" : "it is no JSON");
	}
	json_decref(top);
	return status;
}

void request_free(struct request *request)
{
	bytes_free(&request->data);
	bytes_free(&request->parameter);
}

static enum status write_all(const uint8_t *data, size_t len)
{
	ssize_t n;

	for (; len; data += n, len -= (size_t)n) {
		n = write(STDOUT_FILENO, data, len);
		if (n < 0)
			return fail(STATUS_FAILED, "cannot write the answer: %s", strerror(errno));
	}
	return STATUS_OK;
}

/* Not by jansson and stdio: neither is needed for numbers, and both would keep copies. */
enum status answer_write(enum operation operation, const struct bytes *result)
{
	const char *head = operation == OPERATION_WRAP ? "{\"keywrapresults\":{\"annotation\":[" :
			   "{\"keyunwrapresults\":{\"optsdata\":[";
	struct bytes text = { 0 };
	enum status status;
	size_t i, at;

	status = bytes_alloc(&text, strlen(head) + 4 * result->len + sizeof("]}}\n"));
	if (status)
		return status;
	at = (size_t)snprintf((char *)text.data, text.len, "%s", head);
	for (i = 0; i < result->len; i++)
		at += (size_t)snprintf((char *)text.data + at, text.len - at, "%s%u", i ? "," : "",
				       result->data[i]);
	at += (size_t)snprintf((char *)text.data + at, text.len - at, "]}}\n");
	status = write_all(text.data, at);
	bytes_free(&text);
	return status;
}
