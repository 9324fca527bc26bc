// SPDX-License-Identifier: GPL-2.0-only
/* event-add: a register is extended by what somebody says. */
#include <linux/errno.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <net/genetlink.h>

#include "aael.h"
#include "measurement.h"
#include "netlink.h"
#include "nl_gen.h"
#include "realm.h"

/* A NUL in the middle is no end: what was sent is what is checked. */
static struct aael_text nl_text(const struct nlattr *attr)
{
	return (struct aael_text){ nla_data(attr), nla_len(attr) - 1 };
}

static int event_aael(struct tagged_event *event, const struct genl_info *info)
{
	struct aael_text domain, operation, content;
	int ret;

	if (GENL_REQ_ATTR_CHECK(info, REALM_TSM_A_EVENT_DOMAIN) ||
	    GENL_REQ_ATTR_CHECK(info, REALM_TSM_A_EVENT_OPERATION) ||
	    GENL_REQ_ATTR_CHECK(info, REALM_TSM_A_EVENT_CONTENT))
		return -EINVAL;

	domain = nl_text(info->attrs[REALM_TSM_A_EVENT_DOMAIN]);
	operation = nl_text(info->attrs[REALM_TSM_A_EVENT_OPERATION]);
	content = nl_text(info->attrs[REALM_TSM_A_EVENT_CONTENT]);
	ret = aael_event(event, &domain, &operation, &content);
	if (ret)
		GENL_SET_ERR_MSG(info, "domain, operation or content is not printable");
	return ret;
}

static int event_tagged(struct tagged_event *event, const struct genl_info *info)
{
	const struct nlattr *data = info->attrs[REALM_TSM_A_EVENT_DATA];
	int ret;

	if (GENL_REQ_ATTR_CHECK(info, REALM_TSM_A_EVENT_TAG) ||
	    GENL_REQ_ATTR_CHECK(info, REALM_TSM_A_EVENT_DATA))
		return -EINVAL;

	ret = tagged_event(event, nla_get_u32(info->attrs[REALM_TSM_A_EVENT_TAG]),
			   nla_data(data), nla_len(data));
	if (ret)
		GENL_SET_ERR_MSG(info, "the tag is reserved, or the data is not ASCII");
	return ret;
}

/* The digest goes where the caller has room for it. */
static int event_extend(const struct genl_info *info, unsigned int index, u8 *digest,
			u32 *record)
{
	struct nlattr **attrs = info->attrs;
	const bool aael = attrs[REALM_TSM_A_EVENT_DOMAIN] ||
			  attrs[REALM_TSM_A_EVENT_OPERATION] ||
			  attrs[REALM_TSM_A_EVENT_CONTENT];
	const bool tagged = attrs[REALM_TSM_A_EVENT_TAG] || attrs[REALM_TSM_A_EVENT_DATA];
	const struct nlattr *bare = attrs[REALM_TSM_A_EVENT_DIGEST];
	struct tagged_event *event;
	int ret;

	if (aael + tagged + !!bare != 1) {
		GENL_SET_ERR_MSG(info, "not exactly one form of event");
		return -EINVAL;
	}

	if (bare) {
		if (nla_len(bare) != realm.digest_size) {
			NL_SET_ERR_MSG_ATTR(info->extack, bare, "not of the realm's digest size");
			return -EINVAL;
		}
		memcpy(digest, nla_data(bare), realm.digest_size);
		return measurement_extend(index, digest, record);
	}

	event = kmalloc(sizeof(*event), GFP_KERNEL);
	if (!event)
		return -ENOMEM;
	ret = aael ? event_aael(event, info) : event_tagged(event, info);
	if (!ret)
		ret = measurement_event(index, event, digest, record);
	kfree(event);
	return ret;
}

/*
 * The reply is laid out in full before the register is extended and filled in
 * after, so no failure of it can hide an extension.
 */
int realm_tsm_nl_event_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	u8 digest[MEASUREMENT_SIZE_MAX];
	struct nlattr *digest_attr, *record_attr;
	struct sk_buff *msg;
	unsigned int index;
	void *header;
	u32 record;
	int ret;

	ret = nl_check_admin(skb, info->extack);
	if (ret)
		return ret;
	if (GENL_REQ_ATTR_CHECK(info, REALM_TSM_A_EVENT_INDEX))
		return -EINVAL;
	index = nla_get_u32(info->attrs[REALM_TSM_A_EVENT_INDEX]);

	msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	header = genlmsg_iput(msg, info);
	ret = -EMSGSIZE;
	if (!header || nla_put_u32(msg, REALM_TSM_A_EVENT_INDEX, index))
		goto free;
	record_attr = nla_reserve(msg, REALM_TSM_A_EVENT_RECORD, sizeof(record));
	digest_attr = nla_reserve(msg, REALM_TSM_A_EVENT_DIGEST, realm.digest_size);
	if (!record_attr || !digest_attr)
		goto free;

	ret = event_extend(info, index, digest, &record);
	if (ret)
		goto free;
	memcpy(nla_data(record_attr), &record, sizeof(record));
	memcpy(nla_data(digest_attr), digest, realm.digest_size);
	genlmsg_end(msg, header);
	/* a receiver without room for it is no failure of what has been done */
	genlmsg_reply(msg, info);
	return 0;

free:
	nlmsg_free(msg);
	return ret;
}
