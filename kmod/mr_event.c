// SPDX-License-Identifier: GPL-2.0-only
/*
 * An event to be measured: filled in through its attributes, then committed.
 *
 * configfs keeps the item of an open file and holds off rmdir(2) while an
 * attribute's function runs, so an event stays whole in here whatever userspace
 * does with its directory; and each event holds the module.
 */
#include <linux/cleanup.h>
#include <linux/configfs.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/hex.h>
#include <linux/lockdep.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "aael.h"
#include "measurement.h"
#include "mr_event.h"
#include "realm.h"

/**
 * struct field - a text that has been written
 * @set: whether it has been
 * @len: its size in bytes
 * @text: not terminated
 */
struct field {
	bool set;
	size_t len;
	char text[AAEL_CONTENT_MAX];
};

/**
 * struct event - one mkdir(2)
 * @item: the directory
 * @index: the register
 * @lock: for one write or commit at a time
 * @too_long: a write was too long. configfs hands a long one over in pieces,
 *	      and the last of them might look like a whole one
 * @record: the record's number once it has been measured, before 0
 * @has_digest: @digest is set
 * @digest: what to extend by, or was extended by
 * @domain: of an AAEL event
 * @operation: of an AAEL event
 * @content: of an AAEL event
 */
struct event {
	struct config_item item;
	unsigned int index;
	struct mutex lock;	/* guards what follows */
	bool too_long;
	u32 record;
	bool has_digest;
	u8 digest[MEASUREMENT_SIZE_MAX];
	struct field domain;
	struct field operation;
	struct field content;
};

static struct event *to_event(struct config_item *item)
{
	return container_of(item, struct event, item);
}

/* What echo(1) adds is not part of the value. */
static struct aael_text text_of(const char *page, size_t len)
{
	return (struct aael_text){ page, len && page[len - 1] == '\n' ? len - 1 : len };
}

static int event_check_open(const struct event *event)
{
	lockdep_assert_held(&event->lock);

	if (event->record)
		return -EPERM;
	return event->too_long ? -E2BIG : 0;
}

static ssize_t field_show(struct event *event, const struct field *field, char *page)
{
	guard(mutex)(&event->lock);

	if (!field->set)
		return -ENODATA;
	return sysfs_emit(page, "%.*s\n", (int)field->len, field->text);
}

static ssize_t field_store(struct event *event, struct field *field,
			   int (*check)(const struct aael_text *text),
			   const char *page, size_t len)
{
	struct aael_text text = text_of(page, len);
	int ret;

	guard(mutex)(&event->lock);

	ret = event_check_open(event);
	if (ret)
		return ret;
	ret = check(&text);
	if (ret == -E2BIG)
		event->too_long = true;
	if (ret)
		return ret;

	memcpy(field->text, text.text, text.len);
	field->len = text.len;
	field->set = true;
	return len;
}

static ssize_t event_domain_show(struct config_item *item, char *page)
{
	struct event *event = to_event(item);

	return field_show(event, &event->domain, page);
}

static ssize_t event_domain_store(struct config_item *item, const char *page, size_t len)
{
	struct event *event = to_event(item);

	return field_store(event, &event->domain, aael_check_word, page, len);
}
CONFIGFS_ATTR_PERM(event_, domain, 0600);

static ssize_t event_operation_show(struct config_item *item, char *page)
{
	struct event *event = to_event(item);

	return field_show(event, &event->operation, page);
}

static ssize_t event_operation_store(struct config_item *item, const char *page, size_t len)
{
	struct event *event = to_event(item);

	return field_store(event, &event->operation, aael_check_word, page, len);
}
CONFIGFS_ATTR_PERM(event_, operation, 0600);

static ssize_t event_content_show(struct config_item *item, char *page)
{
	struct event *event = to_event(item);

	return field_show(event, &event->content, page);
}

static ssize_t event_content_store(struct config_item *item, const char *page, size_t len)
{
	struct event *event = to_event(item);

	return field_store(event, &event->content, aael_check_content, page, len);
}
CONFIGFS_ATTR_PERM(event_, content, 0600);

static ssize_t event_digest_show(struct config_item *item, char *page)
{
	struct event *event = to_event(item);

	guard(mutex)(&event->lock);

	if (!event->has_digest)
		return -ENODATA;
	return sysfs_emit(page, "%*phN\n", realm.digest_size, event->digest);
}

static ssize_t event_digest_store(struct config_item *item, const char *page, size_t len)
{
	struct event *event = to_event(item);
	struct aael_text hex = text_of(page, len);
	u8 digest[MEASUREMENT_SIZE_MAX];
	int ret;

	guard(mutex)(&event->lock);

	ret = event_check_open(event);
	if (ret)
		return ret;
	if (hex.len > 2 * realm.digest_size) {
		event->too_long = true;
		return -E2BIG;
	}
	if (hex.len < 2 * realm.digest_size ||
	    hex2bin(digest, hex.text, realm.digest_size))
		return -EINVAL;

	memcpy(event->digest, digest, realm.digest_size);
	event->has_digest = true;
	return len;
}
CONFIGFS_ATTR_PERM(event_, digest, 0600);

static struct aael_text text_of_field(const struct field *field)
{
	return (struct aael_text){ field->text, field->len };
}

static int event_measure_aael(struct event *event)
{
	const struct aael_text domain = text_of_field(&event->domain);
	const struct aael_text operation = text_of_field(&event->operation);
	const struct aael_text content = text_of_field(&event->content);
	struct tagged_event *aael __free(kfree) = kmalloc(sizeof(*aael), GFP_KERNEL);
	int ret;

	if (!aael)
		return -ENOMEM;
	ret = aael_event(aael, &domain, &operation, &content);
	if (ret)
		return ret;
	ret = measurement_event(event->index, aael, event->digest, &event->record);
	if (!ret)
		event->has_digest = true;
	return ret;
}

static int event_measure(struct event *event)
{
	const int fields = event->domain.set + event->operation.set + event->content.set;

	lockdep_assert_held(&event->lock);

	if (event->record)
		return -EALREADY;
	if (event->too_long)
		return -E2BIG;
	if (event->has_digest)
		return fields ? -EINVAL : measurement_extend(event->index, event->digest,
							     &event->record);
	return fields == 3 ? event_measure_aael(event) : -ENODATA;
}

static ssize_t event_commit_store(struct config_item *item, const char *page, size_t len)
{
	struct event *event = to_event(item);
	struct aael_text text = text_of(page, len);
	int ret;

	if (text.len != 1 || *text.text != '1')
		return -EINVAL;

	guard(mutex)(&event->lock);

	ret = event_measure(event);
	return ret ?: len;
}
CONFIGFS_ATTR_WO(event_, commit);

static ssize_t event_record_show(struct config_item *item, char *page)
{
	struct event *event = to_event(item);

	guard(mutex)(&event->lock);

	if (!event->record)
		return -ENODATA;
	return sysfs_emit(page, "%u\n", event->record);
}

static struct configfs_attribute event_attr_record = {
	.ca_name = "record",
	.ca_mode = 0400,
	.ca_owner = THIS_MODULE,
	.show = event_record_show,
};

static struct configfs_attribute *event_attrs[] = {
	&event_attr_domain,
	&event_attr_operation,
	&event_attr_content,
	&event_attr_digest,
	&event_attr_commit,
	&event_attr_record,
	NULL
};

static void event_release(struct config_item *item)
{
	kfree(to_event(item));
}

static struct configfs_item_operations event_item_ops = {
	.release = event_release,
};

static const struct config_item_type event_type = {
	.ct_owner = THIS_MODULE,
	.ct_item_ops = &event_item_ops,
	.ct_attrs = event_attrs,
};

/**
 * mr_event_new() - make the directory of an event
 * @name: its name
 * @index: the register it is to extend
 *
 * Context: Process context, may sleep.
 * Return: The item, which configfs owns from now on, or an ERR_PTR(): -ENOMEM.
 */
struct config_item *mr_event_new(const char *name, unsigned int index)
{
	struct event *event = kzalloc(sizeof(*event), GFP_KERNEL);

	if (!event)
		return ERR_PTR(-ENOMEM);
	mutex_init(&event->lock);
	event->index = index;
	config_item_init_type_name(&event->item, name, &event_type);
	return &event->item;
}
