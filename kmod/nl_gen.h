/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/realm-tsm.yaml */
/* YNL-GEN kernel header */
/* To regenerate run: tools/net/ynl/ynl-regen.sh */

#ifndef _LINUX_REALM_TSM_GEN_H
#define _LINUX_REALM_TSM_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/realm_tsm.h>

int realm_tsm_nl_log_get_start(struct netlink_callback *cb);

int realm_tsm_nl_realm_get_doit(struct sk_buff *skb, struct genl_info *info);
int realm_tsm_nl_register_get_doit(struct sk_buff *skb, struct genl_info *info);
int realm_tsm_nl_register_get_dumpit(struct sk_buff *skb,
				     struct netlink_callback *cb);
int realm_tsm_nl_event_add_doit(struct sk_buff *skb, struct genl_info *info);
int realm_tsm_nl_log_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb);
int realm_tsm_nl_report_get_doit(struct sk_buff *skb, struct genl_info *info);

enum {
	REALM_TSM_NLGRP_EVENTS,
};

extern struct genl_family realm_tsm_nl_family;

#endif /* _LINUX_REALM_TSM_GEN_H */
