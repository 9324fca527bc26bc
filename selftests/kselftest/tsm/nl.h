/* SPDX-License-Identifier: GPL-2.0-only */
/* The netlink family, with no library between the test and the kernel. */
#ifndef NL_H
#define NL_H

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include "kselftest_harness.h"

#include <linux/realm_tsm.h>

#define NL_MAX		(96 * 1024)
#define NL_ATTRS	16

struct nl {
	int fd;
	__u16 family;
	__u32 group;
	__u32 seq;
	char said[128];		/* the kernel's own words on an error */
};

/* A request in the making, or a message received; attributes are those of its top level. */
struct nl_msg {
	union {
		struct nlmsghdr h;
		__u8 bytes[8192];
	};
};

struct nl_attrs {
	__u8 cmd;
	const void *data[NL_ATTRS];
	size_t size[NL_ATTRS];
};

static inline void nl_begin(struct nl *nl, struct nl_msg *msg, __u16 type, __u8 cmd, __u16 flags)
{
	struct genlmsghdr *g = NLMSG_DATA(&msg->h);

	memset(msg, 0, sizeof(*msg));
	msg->h.nlmsg_type = type;
	msg->h.nlmsg_flags = NLM_F_REQUEST | flags;
	msg->h.nlmsg_seq = ++nl->seq;
	msg->h.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN);
	g->cmd = cmd;
	g->version = 1;
}

static inline void nl_put(struct nl_msg *msg, __u16 type, const void *data, size_t size)
{
	struct nlattr *attr = (void *)(msg->bytes + NLMSG_ALIGN(msg->h.nlmsg_len));

	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + size;
	memcpy((char *)attr + NLA_HDRLEN, data, size);
	msg->h.nlmsg_len = NLMSG_ALIGN(msg->h.nlmsg_len) + NLA_ALIGN(attr->nla_len);
}

static inline void nl_put_u32(struct nl_msg *msg, __u16 type, __u32 value)
{
	nl_put(msg, type, &value, sizeof(value));
}

static inline void nl_put_text(struct nl_msg *msg, __u16 type, const char *text)
{
	nl_put(msg, type, text, strlen(text) + 1);
}

static inline void nl_parse_attrs(const void *data, size_t size, struct nl_attrs *attrs)
{
	while (size >= NLA_HDRLEN) {
		const struct nlattr *attr = data;
		const size_t step = NLA_ALIGN(attr->nla_len);

		if (attr->nla_len < NLA_HDRLEN || attr->nla_len > size)
			break;
		if ((attr->nla_type & NLA_TYPE_MASK) < NL_ATTRS) {
			attrs->data[attr->nla_type & NLA_TYPE_MASK] = (char *)attr + NLA_HDRLEN;
			attrs->size[attr->nla_type & NLA_TYPE_MASK] = attr->nla_len - NLA_HDRLEN;
		}
		data = (const char *)data + step;
		size = step < size ? size - step : 0;
	}
}

static inline void nl_parse(const struct nlmsghdr *h, struct nl_attrs *attrs)
{
	memset(attrs, 0, sizeof(*attrs));
	attrs->cmd = ((struct genlmsghdr *)NLMSG_DATA(h))->cmd;
	nl_parse_attrs((char *)NLMSG_DATA(h) + GENL_HDRLEN, NLMSG_PAYLOAD(h, GENL_HDRLEN), attrs);
}

static inline __u32 nl_u32(const struct nl_attrs *attrs, int type)
{
	return attrs->size[type] == sizeof(__u32) ? *(const __u32 *)attrs->data[type] : ~0U;
}

/* Returns 0 or the negative errno that the kernel answered with. */
static inline int nl_error(struct nl *nl, const struct nlmsghdr *h)
{
	const struct nlmsgerr *e = NLMSG_DATA(h);
	struct nl_attrs attrs = {};
	size_t skip = sizeof(*e);

	nl->said[0] = '\0';
	if (!(h->nlmsg_flags & NLM_F_CAPPED))
		skip += e->msg.nlmsg_len - sizeof(e->msg);
	if (h->nlmsg_flags & NLM_F_ACK_TLVS)
		nl_parse_attrs((char *)e + NLMSG_ALIGN(skip), NLMSG_PAYLOAD(h, NLMSG_ALIGN(skip)),
			       &attrs);
	if (attrs.data[NLMSGERR_ATTR_MSG])
		snprintf(nl->said, sizeof(nl->said), "%s",
			 (const char *)attrs.data[NLMSGERR_ATTR_MSG]);

	return e->error;
}

typedef int (*nl_each)(const struct nlmsghdr *h, void *arg);

/*
 * Sends a request and calls each for every message of its answer, up to the
 * acknowledgment or the dump's end. Returns 0, or a negative errno: of the
 * kernel, of the socket, or of each.
 */
static inline int nl_request(struct nl *nl, struct nl_msg *msg, nl_each each, void *arg)
{
	static __u8 buf[NL_MAX];

	if (!(msg->h.nlmsg_flags & NLM_F_DUMP))
		msg->h.nlmsg_flags |= NLM_F_ACK;
	if (send(nl->fd, msg, msg->h.nlmsg_len, 0) != msg->h.nlmsg_len)
		return -errno;
	for (;;) {
		ssize_t size = recv(nl->fd, buf, sizeof(buf), 0);

		if (size < 0)
			return -errno;
		for (struct nlmsghdr *h = (void *)buf; NLMSG_OK(h, size); h = NLMSG_NEXT(h, size)) {
			int err;

			if (h->nlmsg_seq != nl->seq)
				continue;
			if (h->nlmsg_type == NLMSG_ERROR)
				return nl_error(nl, h);
			if (h->nlmsg_type == NLMSG_DONE)
				return *(int *)NLMSG_DATA(h);
			err = each ? each(h, arg) : 0;
			if (err)
				return err;
		}
	}
}

/* The only message of an answer, kept. */
struct nl_reply {
	struct nl_attrs attrs;
	__u8 bytes[NL_MAX];
};

static inline int nl_keep(const struct nlmsghdr *h, void *arg)
{
	struct nl_reply *reply = arg;

	memcpy(reply->bytes, h, h->nlmsg_len);
	nl_parse((void *)reply->bytes, &reply->attrs);

	return 0;
}

static inline int nl_get(struct nl *nl, struct nl_msg *msg, struct nl_reply *reply)
{
	memset(&reply->attrs, 0, sizeof(reply->attrs));

	return nl_request(nl, msg, nl_keep, reply);
}

/* CTRL_ATTR_MCAST_GROUPS: a nest of nests; the family has one group. */
static inline __u32 nl_group(const void *groups, size_t size)
{
	struct nl_attrs list = {}, group = {};

	nl_parse_attrs(groups, size, &list);
	nl_parse_attrs(list.data[1], list.size[1], &group);

	return nl_u32(&group, CTRL_ATTR_MCAST_GRP_ID);
}

/* Returns 0 or a negative errno: -ENOENT where there is no such family. */
static inline int nl_open(struct nl *nl)
{
	static struct nl_reply reply;
	struct nl_msg msg;
	int one = 1, err;

	memset(nl, 0, sizeof(*nl));
	nl->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (nl->fd < 0)
		return -errno;
	setsockopt(nl->fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	nl_begin(nl, &msg, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0);
	nl_put_text(&msg, CTRL_ATTR_FAMILY_NAME, REALM_TSM_FAMILY_NAME);
	err = nl_get(nl, &msg, &reply);
	if (err)
		return err;
	nl->family = *(const __u16 *)reply.attrs.data[CTRL_ATTR_FAMILY_ID];
	nl->group = nl_group(reply.attrs.data[CTRL_ATTR_MCAST_GROUPS],
			     reply.attrs.size[CTRL_ATTR_MCAST_GROUPS]);

	return 0;
}

static inline int nl_subscribe(const struct nl *nl)
{
	return setsockopt(nl->fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &nl->group,
			  sizeof(nl->group)) ? -errno : 0;
}

#endif /* NL_H */
