// SPDX-License-Identifier: GPL-2.0-only
/*
 * The netlink family, and what it tells everybody.
 *
 * All handlers, those in nl_*.c too, run in parallel and take no lock of their
 * own: what they call does.  A dump belongs to its socket, which lets one caller
 * in at a time.
 */
#include <linux/build_bug.h>
#include <linux/capability.h>
#include <linux/errno.h>
#include <linux/module.h>
#include <net/genetlink.h>

#include "eventlog.h"
#include "measurement.h"
#include "netlink.h"
#include "nl_gen.h"
#include "realm.h"

static_assert(REALM_TSM_RPV_SIZE == REALM_RPV_SIZE);

/* The generator drops a group's flags, and without them any user may listen. */
static const struct genl_multicast_group nl_groups[] = {
	[REALM_TSM_NLGRP_EVENTS] = {
		.name = REALM_TSM_MCGRP_EVENTS,
		.flags = GENL_MCAST_CAP_SYS_ADMIN,
	},
};

/* told to nl_register(), which needs no lock for it */
static bool reports_are_ours __ro_after_init;

/**
 * nl_reports_are_ours() - whether this module is the provider of reports
 *
 * Context: In a handler.
 * Return: Whether it is.
 */
bool nl_reports_are_ours(void)
{
	return reports_are_ours;
}

/**
 * nl_check_admin() - whether a request comes from somebody who may do anything
 * @skb: the request
 * @extack: where to say that it does not
 *
 * Context: In a handler.
 * Return: 0 or -EPERM.
 */
int nl_check_admin(struct sk_buff *skb, struct netlink_ext_ack *extack)
{
	if (netlink_capable(skb, CAP_SYS_ADMIN))
		return 0;
	NL_SET_ERR_MSG(extack, "CAP_SYS_ADMIN in the initial user namespace is needed");
	return -EPERM;
}

static int realm_fill(struct sk_buff *msg, bool admin)
{
	u32 last = eventlog_last();

	if (nla_put_u32(msg, REALM_TSM_A_REALM_RSI_MAJOR, realm.rsi_major) ||
	    nla_put_u32(msg, REALM_TSM_A_REALM_RSI_MINOR, realm.rsi_minor) ||
	    nla_put_string(msg, REALM_TSM_A_REALM_HASH_ALGORITHM, realm.hash) ||
	    nla_put_u32(msg, REALM_TSM_A_REALM_DIGEST_SIZE, realm.digest_size) ||
	    nla_put(msg, REALM_TSM_A_REALM_RPV, sizeof(realm.rpv), realm.rpv) ||
	    nla_put_u32(msg, REALM_TSM_A_REALM_LOG_LIMIT, eventlog_limit()))
		return -EMSGSIZE;
	if (reports_are_ours && nla_put_flag(msg, REALM_TSM_A_REALM_REPORTS))
		return -EMSGSIZE;
	/* of the log, as much as the file shows to everybody: nothing */
	if (admin &&
	    (nla_put_u32(msg, REALM_TSM_A_REALM_LAST_RECORD, last) ||
	     nla_put_u32(msg, REALM_TSM_A_REALM_LOG_SIZE, eventlog_end(last))))
		return -EMSGSIZE;
	return 0;
}

int realm_tsm_nl_realm_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	void *header;

	if (!msg)
		return -ENOMEM;
	header = genlmsg_iput(msg, info);
	if (!header || realm_fill(msg, netlink_capable(skb, CAP_SYS_ADMIN))) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, header);
	return genlmsg_reply(msg, info);
}

static int register_put(struct sk_buff *msg, unsigned int index, const u8 *value)
{
	enum realm_tsm_register_state state = measurement_diverged(index) ?
		REALM_TSM_REGISTER_STATE_DIVERGED : REALM_TSM_REGISTER_STATE_CONSISTENT;

	if (nla_put_u32(msg, REALM_TSM_A_REGISTER_INDEX, index) ||
	    nla_put_string(msg, REALM_TSM_A_REGISTER_NAME, measurement_names[index]) ||
	    nla_put(msg, REALM_TSM_A_REGISTER_DIGEST, realm.digest_size, value))
		return -EMSGSIZE;
	if (index != MEASUREMENT_RIM &&
	    (nla_put(msg, REALM_TSM_A_REGISTER_BASELINE, realm.digest_size,
		     measurement_baseline(index)) ||
	     nla_put_u32(msg, REALM_TSM_A_REGISTER_STATE, state)))
		return -EMSGSIZE;
	return 0;
}

static int register_message(struct sk_buff *msg, const struct genl_info *info,
			    unsigned int index, int flags)
{
	u8 value[MEASUREMENT_SIZE_MAX];
	void *header;
	int ret;

	ret = measurement_read(index, value);
	if (ret)
		return ret;
	header = __genlmsg_iput(msg, info, flags);
	if (!header)
		return -EMSGSIZE;
	ret = register_put(msg, index, value);
	if (ret)
		genlmsg_cancel(msg, header);
	else
		genlmsg_end(msg, header);
	return ret;
}

int realm_tsm_nl_register_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *msg;
	int ret;

	if (GENL_REQ_ATTR_CHECK(info, REALM_TSM_A_REGISTER_INDEX))
		return -EINVAL;

	msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	ret = register_message(msg, info,
			       nla_get_u32(info->attrs[REALM_TSM_A_REGISTER_INDEX]), 0);
	if (ret) {
		nlmsg_free(msg);
		return ret;
	}
	return genlmsg_reply(msg, info);
}

struct register_dump {
	unsigned int next;
};

int realm_tsm_nl_register_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct register_dump *dump = (void *)cb->ctx;
	int ret;

	static_assert(sizeof(*dump) <= sizeof(cb->ctx));

	for (; dump->next < MEASUREMENT_REGISTERS; dump->next++) {
		ret = register_message(skb, genl_info_dump(cb), dump->next, NLM_F_MULTI);
		if (ret)
			return ret;
	}
	return 0;
}

/**
 * nl_register() - offer the netlink family
 * @ours: whether this module is the provider of reports: nobody else's are given
 *
 * Context: Process context, may sleep. Before any register can be extended.
 * Return: 0 or the errno of genl_register_family().
 */
int __init nl_register(bool ours)
{
	reports_are_ours = ours;
	realm_tsm_nl_family.mcgrps = nl_groups;
	return genl_register_family(&realm_tsm_nl_family);
}

/**
 * nl_unregister() - the reverse of nl_register()
 *
 * Waits for requests that are being handled.
 *
 * Context: Process context, may sleep.
 */
void nl_unregister(void)
{
	genl_unregister_family(&realm_tsm_nl_family);
}

MODULE_ALIAS_GENL_FAMILY(REALM_TSM_FAMILY_NAME);
