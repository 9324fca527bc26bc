// SPDX-License-Identifier: GPL-2.0-only
/* report-get: tokens, those of different vCPUs at the same time. */
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <net/genetlink.h>

#include "netlink.h"
#include "nl_gen.h"
#include "token.h"

static int report_reply(const struct token *token, struct genl_info *info)
{
	struct sk_buff *msg;
	void *header;

	/* an attribute's length, its header included, has 16 bits */
	if (token->len > U16_MAX - NLA_HDRLEN) {
		GENL_SET_ERR_MSG(info, "the token is longer than an attribute can be");
		return -EMSGSIZE;
	}
	msg = genlmsg_new(nla_total_size(token->len) + nla_total_size(sizeof(u32)),
			  GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	header = genlmsg_iput(msg, info);
	if (!header ||
	    nla_put(msg, REALM_TSM_A_REPORT_TOKEN, token->len, token->data) ||
	    nla_put_u32(msg, REALM_TSM_A_REPORT_RECORD, token->record)) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, header);
	return genlmsg_reply(msg, info);
}

int realm_tsm_nl_report_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *challenge = info->attrs[REALM_TSM_A_REPORT_CHALLENGE];
	struct token token;
	int ret;

	ret = nl_check_admin(skb, info->extack);
	if (ret)
		return ret;
	/* two drivers would abort each other's tokens */
	if (!nl_reports_are_ours()) {
		GENL_SET_ERR_MSG(info, "another driver provides reports, in configfs");
		return -EBUSY;
	}
	if (GENL_REQ_ATTR_CHECK(info, REALM_TSM_A_REPORT_CHALLENGE))
		return -EINVAL;
	/* -ERANGE as the policy has it for one that is too long */
	if (nla_len(challenge) < REALM_TSM_CHALLENGE_MIN) {
		NL_SET_ERR_MSG_ATTR(info->extack, challenge, "shorter than 32 bytes");
		return -ERANGE;
	}

	ret = token_get(nla_data(challenge), nla_len(challenge), &token);
	if (ret)
		return ret;
	ret = report_reply(&token, info);
	kvfree(token.data);
	return ret;
}
