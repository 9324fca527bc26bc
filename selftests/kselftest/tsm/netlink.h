/* SPDX-License-Identifier: GPL-2.0-only */
/* A socket of the netlink family, for each test a new one. */
#ifndef NETLINK_H
#define NETLINK_H

#include "eventlog.h"
#include "nl.h"

FIXTURE(nl) {
	struct measure m;
	struct nl nl;
	struct nl_msg msg;
	struct nl_reply reply;
	struct before before;
};

FIXTURE_SETUP(nl)
{
	measure_setup(_metadata, &self->m);
	if (_metadata->exit_code)
		return;
	ASSERT_EQ(0, nl_open(&self->nl));
	self->before = before(_metadata, &self->m);
}

FIXTURE_TEARDOWN(nl)
{
	if (self->m.device)
		check_log(_metadata, &self->m);
}

#define begin(cmd, flags) nl_begin(&self->nl, &self->msg, self->nl.family, cmd, flags)
#define put(type, data, size)	nl_put(&self->msg, type, data, size)
#define put_u32(type, value)	nl_put_u32(&self->msg, type, value)
#define put_text(type, text)	nl_put_text(&self->msg, type, text)
#define answer()	nl_get(&self->nl, &self->msg, &self->reply)
#define attr(type)	(self->reply.attrs.data[type])
#define attr_size(type)	(self->reply.attrs.size[type])
#define attr_u32(type)	nl_u32(&self->reply.attrs, type)
#define unchanged()	expect_unchanged(_metadata, &self->m, &self->before)

/* index: an extension of it; the rest of the event follows. */
static inline void add(struct nl *nl, struct nl_msg *msg, __u32 index)
{
	nl_begin(nl, msg, nl->family, REALM_TSM_CMD_EVENT_ADD, 0);
	nl_put_u32(msg, REALM_TSM_A_EVENT_INDEX, index);
}

#define add(index)	add(&self->nl, &self->msg, index)

/* What is put must be refused, in words where the kernel has some. */
#define EXPECT_REFUSED(err) do { \
	EXPECT_EQ(-(err), answer()); \
	EXPECT_NE(0, self->nl.said[0]) \
		TH_LOG("without a word"); \
} while (0)

#endif /* NETLINK_H */
