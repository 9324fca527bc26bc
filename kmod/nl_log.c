// SPDX-License-Identifier: GPL-2.0-only
/* log-get: the event log, a message a record. */
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <net/genetlink.h>

#include "eventlog.h"
#include "netlink.h"
#include "nl_gen.h"

/*
 * Up to the record that was the last when the dump began: others that extend
 * all the time could make it endless.
 */
struct log_dump {
	u32 next;
	u32 last;
};

int realm_tsm_nl_log_get_start(struct netlink_callback *cb)
{
	struct log_dump *dump = (void *)cb->ctx;
	const struct genl_info *info = genl_info_dump(cb);
	const struct nlattr *from = info->attrs[REALM_TSM_A_LOG_RECORD];
	int ret;

	static_assert(sizeof(*dump) <= sizeof(cb->ctx));

	ret = nl_check_admin(cb->skb, info->extack);
	if (ret)
		return ret;
	dump->next = from ? nla_get_u32(from) : 0;
	dump->last = eventlog_last();
	return 0;
}

static int log_message(struct sk_buff *skb, struct netlink_callback *cb, u32 record)
{
	size_t begin = record ? eventlog_end(record - 1) : 0;
	size_t len = eventlog_end(record) - begin;
	struct nlattr *data;
	void *header;

	header = __genlmsg_iput(skb, genl_info_dump(cb), NLM_F_MULTI);
	if (!header)
		return -EMSGSIZE;
	if (nla_put_u32(skb, REALM_TSM_A_LOG_RECORD, record))
		goto cancel;
	data = nla_reserve(skb, REALM_TSM_A_LOG_DATA, len);
	if (!data)
		goto cancel;
	eventlog_copy(nla_data(data), begin, len);
	genlmsg_end(skb, header);
	return 0;

cancel:
	genlmsg_cancel(skb, header);
	return -EMSGSIZE;
}

int realm_tsm_nl_log_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct log_dump *dump = (void *)cb->ctx;
	int ret;

	/* next stops at last + 1, which does not wrap: records are fewer */
	for (; dump->next <= dump->last; dump->next++) {
		ret = log_message(skb, cb, dump->next);
		if (ret)
			return ret;
	}
	return 0;
}
