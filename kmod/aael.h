/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The content of EV_EVENT_TAG records: events as Confidential Containers write
 * them (Attestation Agent event log, AAEL), other tagged data, and the mark of
 * a bare digest.
 */
#ifndef REALM_TSM_AAEL_H
#define REALM_TSM_AAEL_H

#include <linux/types.h>
#include <uapi/linux/realm_tsm.h>

#define AAEL_WORD_MAX		REALM_TSM_WORD_MAX
#define AAEL_CONTENT_MAX	REALM_TSM_CONTENT_MAX

/**
 * struct tagged_event - TCG_PCClientTaggedEvent
 * @tag: what @data is
 * @len: how much of @data there is
 * @data: room for the longest AAEL text, two spaces in it
 */
struct tagged_event {
	__le32 tag;
	__le32 len;
	u8 data[2 * AAEL_WORD_MAX + AAEL_CONTENT_MAX + 2];
} __packed;

/**
 * struct aael_text - a field of an event
 * @text: not terminated
 * @len: its size in bytes
 */
struct aael_text {
	const char *text;
	size_t len;
};

int aael_check_word(const struct aael_text *word);
int aael_check_content(const struct aael_text *content);

int aael_event(struct tagged_event *event, const struct aael_text *domain,
	       const struct aael_text *operation, const struct aael_text *content);
int tagged_event(struct tagged_event *event, u32 tag, const void *data, size_t len);
size_t tagged_event_size(const struct tagged_event *event);

#endif /* REALM_TSM_AAEL_H */
