/* SPDX-License-Identifier: GPL-2.0-only */
/* The generic netlink family; its operations are declared in nl_gen.h. */
#ifndef REALM_TSM_NETLINK_H
#define REALM_TSM_NETLINK_H

#include <linux/init.h>
#include <linux/types.h>

struct netlink_ext_ack;
struct sk_buff;

int nl_check_admin(struct sk_buff *skb, struct netlink_ext_ack *extack);

bool nl_reports_are_ours(void);

int __init nl_register(bool ours);
void nl_unregister(void);

#endif /* REALM_TSM_NETLINK_H */
