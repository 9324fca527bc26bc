// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any request to tsm-keyprovider, and any annotation of a layer: an exit status of
 * those that --help lists, and what was read is written so that it reads the same. An
 * input is what it is, then the text.
 */
#include <string.h>

#include "tsm-keyprovider/packet.h"
#include "tsm-keyprovider/protocol.h"
#include "fuzz.h"

enum { REQUEST, ANNOTATION, KINDS };

static int said;

enum status fail(enum status status, const char *fmt, ...)
{
	(void)fmt;
	said++;
	return status;
}

static void failed(enum status status)
{
	need(status == STATUS_BAD_INPUT || (status == STATUS_FAILED && faults_end()));
	need(said);
}

static bool same(const struct bytes *a, const struct bytes *b)
{
	return a->len == b->len && !memcmp(a->data, b->data, a->len);
}

static void write_again(const struct packet *packet, int v2)
{
	struct bytes text = { 0 };
	struct packet again = { 0 };
	enum status status;

	status = packet_write(packet, v2, &text);
	if (!status)
		status = packet_read(&text, &again);
	if (status)
		failed(status);
	need(status || (again.type == packet->type && !strcmp(again.kid, packet->kid) &&
			same(&again.iv, &packet->iv) && same(&again.wrapped, &packet->wrapped)));
	packet_free(&again);
	bytes_free(&text);
}

static void annotation(const struct bytes *text)
{
	struct packet packet = { 0 };
	enum status status;

	status = packet_read(text, &packet);
	if (status) {
		failed(status);
	} else {
		need(packet.iv.len == wrap_iv_size(packet.type));
		need(packet.wrapped.len >= wrap_tag_size(packet.type));
		write_again(&packet, 0);
		write_again(&packet, 1);
	}
	packet_free(&packet);
}

static void request(const struct bytes *input)
{
	struct request request = { 0 };
	enum status status;

	status = request_read(input, "attestation-agent", &request);
	if (status) {
		failed(status);
	} else {
		need(request.data.data && !request.data.data[request.data.len]);
		need(!request.parameter.data == (request.operation == OPERATION_UNWRAP));
		if (request.operation == OPERATION_UNWRAP)
			annotation(&request.data);
	}
	request_free(&request);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const kinds[KINDS])(const struct bytes *) = { request, annotation };
	struct bytes input = { 0 };
	int round;

	if (size <= FUZZ_HEAD)
		return -1;
	/* as long as it is, so that ASan sees what reads beyond */
	need(!bytes_alloc(&input, size - FUZZ_HEAD - 1));
	memcpy(input.data, data + FUZZ_HEAD + 1, input.len);
	for (round = 0; round < 2; round++) {
		said = 0;
		if (round)
			fuzz_faults(data);
		kinds[data[FUZZ_HEAD] % KINDS](&input);
		faults_end();
	}
	bytes_free(&input);
	return 0;
}
