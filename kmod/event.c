// SPDX-License-Identifier: GPL-2.0-only
/*
 * Multicast of what has been extended, for those who listen in the initial
 * network namespace.  A notification may get lost, a record never does, and the
 * next notification's number shows the gap.
 */
#include <linux/errno.h>
#include <linux/lockdep.h>
#include <net/genetlink.h>

#include "event.h"
#include "measurement_lock.h"
#include "nl_gen.h"
#include "realm.h"

static struct sk_buff *event_message(unsigned int index, u32 record, const u8 *digest)
{
	struct sk_buff *msg;
	void *header;

	/* as small as can be: it is the listener's buffer that this fills */
	msg = genlmsg_new(2 * nla_total_size(sizeof(u32)) + nla_total_size(realm.digest_size),
			  GFP_KERNEL);
	if (!msg)
		return NULL;
	header = genlmsg_put(msg, 0, 0, &realm_tsm_nl_family, 0, REALM_TSM_CMD_EVENT_NTF);
	if (!header ||
	    nla_put_u32(msg, REALM_TSM_A_EVENT_INDEX, index) ||
	    nla_put_u32(msg, REALM_TSM_A_EVENT_RECORD, record) ||
	    nla_put(msg, REALM_TSM_A_EVENT_DIGEST, realm.digest_size, digest)) {
		nlmsg_free(msg);
		return NULL;
	}
	genlmsg_end(msg, header);
	return msg;
}

/**
 * event_publish() - notify of one record
 * @index: the register that was extended
 * @record: the record's number
 * @digest: what it was extended by
 *
 * Context: Process context, may sleep. The caller holds measurement_lock, which
 *	    keeps notifications in the order of their records.
 */
void event_publish(unsigned int index, u32 record, const u8 *digest)
{
	struct sk_buff *msg;

	lockdep_assert_held(&measurement_lock);

	if (!genl_has_listeners(&realm_tsm_nl_family, &init_net, REALM_TSM_NLGRP_EVENTS))
		return;

	msg = event_message(index, record, digest);
	if (msg)
		genlmsg_multicast(&realm_tsm_nl_family, msg, 0, REALM_TSM_NLGRP_EVENTS,
				  GFP_KERNEL);
	else
		/* as if a listener's buffer had been too small: it looks for itself */
		genl_set_err(&realm_tsm_nl_family, &init_net, 0, REALM_TSM_NLGRP_EVENTS,
			     -ENOBUFS);
}
