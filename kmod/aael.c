// SPDX-License-Identifier: GPL-2.0-only
/*
 * What may stand in an EV_EVENT_TAG record.
 *
 * A verifier that meets a record which it cannot parse refuses the whole log,
 * so one bad event would cost the realm its attestation until it reboots: what
 * any known verifier refuses is refused here, before a register is extended.
 */
#include <linux/errno.h>
#include <linux/string.h>

#include "aael.h"

static bool all_in(const struct aael_text *field, char first, char last)
{
	size_t i;

	for (i = 0; i < field->len; i++)
		if (field->text[i] < first || field->text[i] > last)
			return false;
	return true;
}

static int aael_check(const struct aael_text *field, size_t max, char first)
{
	if (field->len > max)
		return -E2BIG;
	if (!field->len || !all_in(field, first, '~'))
		return -EINVAL;
	return 0;
}

/**
 * aael_check_word() - whether a text can be an event's domain or operation
 * @word: the text
 *
 * Return: 0, -E2BIG if it is longer than 255 bytes, or -EINVAL if it is empty
 *	   or has anything but printable ASCII characters other than space.
 */
int aael_check_word(const struct aael_text *word)
{
	return aael_check(word, AAEL_WORD_MAX, '!');
}

/**
 * aael_check_content() - whether a text can be an event's content
 * @content: the text
 *
 * Return: 0, -E2BIG if it is longer than 2048 bytes, or -EINVAL if it is empty
 *	   or has anything but printable ASCII characters.
 */
int aael_check_content(const struct aael_text *content)
{
	return aael_check(content, AAEL_CONTENT_MAX, ' ');
}

static u8 *put(u8 *at, const struct aael_text *field)
{
	return memcpy(at, field->text, field->len) + field->len;
}

/**
 * aael_event() - put an AAEL event together
 * @event: the result
 * @domain: where the operation's name is defined
 * @operation: what was done
 * @content: with what
 *
 * Return: 0 or the error of the first field that cannot be what it is given as.
 */
int aael_event(struct tagged_event *event, const struct aael_text *domain,
	       const struct aael_text *operation, const struct aael_text *content)
{
	u8 *at = event->data;
	int ret;

	ret = aael_check_word(domain);
	if (!ret)
		ret = aael_check_word(operation);
	if (!ret)
		ret = aael_check_content(content);
	if (ret)
		return ret;

	at = put(at, domain);
	*at++ = ' ';
	at = put(at, operation);
	*at++ = ' ';
	at = put(at, content);
	event->tag = cpu_to_le32(REALM_TSM_TAG_AAEL);
	event->len = cpu_to_le32(at - event->data);
	return 0;
}

/**
 * tagged_event() - put an event of another kind together
 * @event: the result
 * @tag: any that does not mean something else here
 * @data: ASCII: Trustee takes whatever a tag has for UTF-8
 * @len: size of @data in bytes
 *
 * Return: 0, -E2BIG if there is more than 2048 bytes of data, or -EINVAL if the
 *	   tag is taken or the data is not ASCII.
 */
int tagged_event(struct tagged_event *event, u32 tag, const void *data, size_t len)
{
	const struct aael_text text = { data, len };

	if (len > AAEL_CONTENT_MAX)
		return -E2BIG;
	if (tag == REALM_TSM_TAG_AAEL || tag == REALM_TSM_TAG_DIGEST ||
	    !all_in(&text, 0, 0x7f))
		return -EINVAL;

	event->tag = cpu_to_le32(tag);
	event->len = cpu_to_le32(len);
	memcpy(event->data, data, len);
	return 0;
}

/**
 * tagged_event_size() - how much of an event counts
 * @event: the event
 *
 * Return: Its size in bytes, tag and length included.
 */
size_t tagged_event_size(const struct tagged_event *event)
{
	return offsetof(struct tagged_event, data) + le32_to_cpu(event->len);
}
