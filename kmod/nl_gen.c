// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/realm-tsm.yaml */
/* YNL-GEN kernel source */
/* To regenerate run: tools/net/ynl/ynl-regen.sh */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "nl_gen.h"

#include <uapi/linux/realm_tsm.h>

/* REALM_TSM_CMD_REGISTER_GET - do */
static const struct nla_policy realm_tsm_register_get_nl_policy[REALM_TSM_A_REGISTER_INDEX + 1] = {
	[REALM_TSM_A_REGISTER_INDEX] = NLA_POLICY_MAX(NLA_U32, 4),
};

/* REALM_TSM_CMD_EVENT_ADD - do */
static const struct nla_policy realm_tsm_event_add_nl_policy[REALM_TSM_A_EVENT_DIGEST + 1] = {
	[REALM_TSM_A_EVENT_INDEX] = NLA_POLICY_RANGE(NLA_U32, 1, 4),
	[REALM_TSM_A_EVENT_DOMAIN] = { .type = NLA_NUL_STRING, .len = REALM_TSM_WORD_MAX, },
	[REALM_TSM_A_EVENT_OPERATION] = { .type = NLA_NUL_STRING, .len = REALM_TSM_WORD_MAX, },
	[REALM_TSM_A_EVENT_CONTENT] = { .type = NLA_NUL_STRING, .len = REALM_TSM_CONTENT_MAX, },
	[REALM_TSM_A_EVENT_TAG] = { .type = NLA_U32, },
	[REALM_TSM_A_EVENT_DATA] = NLA_POLICY_MAX_LEN(REALM_TSM_CONTENT_MAX),
	[REALM_TSM_A_EVENT_DIGEST] = { .type = NLA_BINARY, },
};

/* REALM_TSM_CMD_LOG_GET - dump */
static const struct nla_policy realm_tsm_log_get_nl_policy[REALM_TSM_A_LOG_RECORD + 1] = {
	[REALM_TSM_A_LOG_RECORD] = { .type = NLA_U32, },
};

/* REALM_TSM_CMD_REPORT_GET - do */
static const struct nla_policy realm_tsm_report_get_nl_policy[REALM_TSM_A_REPORT_CHALLENGE + 1] = {
	[REALM_TSM_A_REPORT_CHALLENGE] = NLA_POLICY_MAX_LEN(REALM_TSM_CHALLENGE_MAX),
};

/* Ops table for realm_tsm */
static const struct genl_split_ops realm_tsm_nl_ops[] = {
	{
		.cmd	= REALM_TSM_CMD_REALM_GET,
		.doit	= realm_tsm_nl_realm_get_doit,
		.flags	= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= REALM_TSM_CMD_REGISTER_GET,
		.doit		= realm_tsm_nl_register_get_doit,
		.policy		= realm_tsm_register_get_nl_policy,
		.maxattr	= REALM_TSM_A_REGISTER_INDEX,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd	= REALM_TSM_CMD_REGISTER_GET,
		.dumpit	= realm_tsm_nl_register_get_dumpit,
		.flags	= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= REALM_TSM_CMD_EVENT_ADD,
		.doit		= realm_tsm_nl_event_add_doit,
		.policy		= realm_tsm_event_add_nl_policy,
		.maxattr	= REALM_TSM_A_EVENT_DIGEST,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= REALM_TSM_CMD_LOG_GET,
		.start		= realm_tsm_nl_log_get_start,
		.dumpit		= realm_tsm_nl_log_get_dumpit,
		.policy		= realm_tsm_log_get_nl_policy,
		.maxattr	= REALM_TSM_A_LOG_RECORD,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= REALM_TSM_CMD_REPORT_GET,
		.doit		= realm_tsm_nl_report_get_doit,
		.policy		= realm_tsm_report_get_nl_policy,
		.maxattr	= REALM_TSM_A_REPORT_CHALLENGE,
		.flags		= GENL_CMD_CAP_DO,
	},
};

static const struct genl_multicast_group realm_tsm_nl_mcgrps[] = {
	[REALM_TSM_NLGRP_EVENTS] = { "events", },
};

struct genl_family realm_tsm_nl_family __ro_after_init = {
	.name		= REALM_TSM_FAMILY_NAME,
	.version	= REALM_TSM_FAMILY_VERSION,
	.netnsok	= true,
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.split_ops	= realm_tsm_nl_ops,
	.n_split_ops	= ARRAY_SIZE(realm_tsm_nl_ops),
	.mcgrps		= realm_tsm_nl_mcgrps,
	.n_mcgrps	= ARRAY_SIZE(realm_tsm_nl_mcgrps),
};
