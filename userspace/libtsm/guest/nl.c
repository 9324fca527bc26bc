// SPDX-License-Identifier: LGPL-2.1-or-later
/* How the kernel is asked over netlink, and its answers are checked. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#include <linux/realm_tsm.h>

#include "guest/nl.h"

struct family {
	struct nl_sock *sk;
	int id;
	unsigned int seq;	/* of the request that is being answered; 0: notifications */
	unsigned char *data;	/* received, and how far it is read */
	struct nlmsghdr *at;
	int left;
};

/* libnl has its own numbers; the errno of what the kernel answered never goes through them. */
static int errno_of(int err)
{
	switch (-err) {
	case NLE_AGAIN:
		return -EAGAIN;
	case NLE_INTR:
		return -EINTR;
	case NLE_NOMEM:		/* ENOBUFS, too */
		return -ENOBUFS;
	case NLE_PERM:
	case NLE_NOACCESS:
		return -EPERM;
	case NLE_OBJ_NOTFOUND:
		return -ENODEV;
	case NLE_AF_NOSUPPORT:
	case NLE_OPNOTSUPP:
		return -EAFNOSUPPORT;
	default:
		return -EIO;
	}
}

/* It calls most failures of a call "unspecific", and any at all "no such family". */
static int errno_of_call(int err)
{
	return errno ? -errno : errno_of(err);
}

bool family_is_absent(int rc)
{
	return rc == -ENODEV || rc == -EAFNOSUPPORT || rc == -EPROTONOSUPPORT || rc == -EPERM ||
	       rc == -EACCES;
}

int family_open_error(const struct tsm_ctx *ctx, int rc)
{
	bool both = ctx->backend == TSM_BACKEND_AUTO;

	return family_is_absent(rc) || (both && rc != -ENOMEM) ? -ENODEV : rc;
}

int family_open(struct tsm_ctx *ctx, struct family **out)
{
	struct family *family;
	int rc;

	if (*ctx->root && ctx->backend != TSM_BACKEND_NETLINK)
		return -ENODEV;
	family = calloc(1, sizeof(*family));
	if (family)
		family->sk = nl_socket_alloc();
	if (!family || !family->sk) {
		free(family);
		return -ENOMEM;
	}
	errno = 0;
	rc = genl_connect(family->sk);
	if (!rc) {
		errno = 0;
		rc = genl_ctrl_resolve(family->sk, REALM_TSM_FAMILY_NAME);
		family->id = rc;
	}
	if (rc < 0) {
		rc = errno_of_call(rc);
		family_close(&family);
		return rc;
	}
	*out = family;
	return 0;
}

void family_close(struct family **family)
{
	if (!*family)
		return;
	nl_socket_free((*family)->sk);
	free((*family)->data);
	free(*family);
	*family = NULL;
}

/* --- requests --- */

static struct nl_msg *request(struct family *family, int command, int flags)
{
	struct nl_msg *msg = nlmsg_alloc();

	if (msg && !genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, family->id, 0, flags,
				(uint8_t)command, REALM_TSM_FAMILY_VERSION)) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return msg;
}

/* Takes the message; @failed: putting something into it has. */
static int send_request(struct family *family, struct nl_msg *msg, bool failed)
{
	int rc;

	if (!msg)
		return -ENOMEM;
	if (failed) {
		nlmsg_free(msg);
		return -ENOMEM;
	}
	rc = nl_send_auto(family->sk, msg);
	family->seq = nlmsg_hdr(msg)->nlmsg_seq;
	family->left = 0;
	nlmsg_free(msg);
	return rc < 0 ? errno_of(rc) : 0;
}

/* --- answers --- */

static int receive(struct family *family)
{
	struct sockaddr_nl from = { 0 };
	int n;

	free(family->data);
	family->data = NULL;
	family->left = 0;
	n = nl_recv(family->sk, &from, &family->data, NULL);
	if (n <= 0)
		return n ? errno_of(n) : -EAGAIN;
	if (from.nl_pid)
		return 0;	/* some process, not the kernel */
	family->at = (struct nlmsghdr *)family->data;
	family->left = n;
	return 0;
}

/* The next message of the kernel that answers our request. */
static int next_message(struct family *family, struct nlmsghdr **out)
{
	int rc;

	for (;;) {
		if (!family->left) {
			rc = receive(family);
			if (rc)	/* no answer: what was asked for may have been done */
				return family->seq ? -EBADMSG : rc;
			continue;
		}
		if (!nlmsg_ok(family->at, family->left)) {
			family->left = 0;
			return -EBADMSG;
		}
		*out = family->at;
		family->at = nlmsg_next(family->at, &family->left);
		if (family->left < 0)
			family->left = 0;
		if ((*out)->nlmsg_seq == family->seq)
			return 0;
	}
}

/* Of NLMSG_ERROR and NLMSG_DONE: 0 and a negative errno both come so. */
static int status_in(const struct nlmsghdr *h)
{
	int status;

	if ((size_t)nlmsg_datalen(h) < sizeof(status))
		return h->nlmsg_type == NLMSG_DONE ? 0 : -EBADMSG;
	memcpy(&status, nlmsg_data(h), sizeof(status));
	return status > 0 || status < -4095 ? -EBADMSG : status;
}

/*
 * The attributes of the next message that has some: 0; 1 where the request has
 * been carried out and nothing more comes; or how it failed.
 */
static int next_attributes(struct family *family, int command, struct nlattr **tb, int max,
			   const struct nla_policy *policy)
{
	struct genlmsghdr *genl;
	struct nlmsghdr *h;
	int rc;

	rc = next_message(family, &h);
	if (rc)
		return rc;
	if (h->nlmsg_type == NLMSG_ERROR || h->nlmsg_type == NLMSG_DONE) {
		rc = status_in(h);
		return rc ? rc : 1;
	}
	if (h->nlmsg_type != family->id || !genlmsg_valid_hdr(h, 0))
		return -EBADMSG;
	genl = genlmsg_hdr(h);
	if (genl->cmd != command)
		return -EBADMSG;
	/* nla_parse() takes what follows the last whole attribute for padding */
	return nla_parse(tb, max, genlmsg_attrdata(genl, 0), genlmsg_attrlen(genl, 0),
			 policy) ? -EBADMSG : 0;
}

/* A request with one answer, which the caller then reads from @tb; borrowed until the next. */
static int exchange(struct family *family, struct nl_msg *msg, bool failed, int command,
		    struct nlattr **tb, int max, const struct nla_policy *policy)
{
	int rc = send_request(family, msg, failed);

	if (!rc)
		rc = next_attributes(family, command, tb, max, policy);
	/* done without an answer */
	return rc > 0 ? -EBADMSG : rc;
}

static struct bytes bytes_of(const struct nlattr *attr)
{
	return (struct bytes){ nla_data(attr), (size_t)nla_len(attr) };
}

int family_realm_get(struct family *family, struct family_realm *realm)
{
	static const struct nla_policy policy[REALM_TSM_A_REALM_MAX + 1] = {
		[REALM_TSM_A_REALM_DIGEST_SIZE] = { .type = NLA_U32 },
		[REALM_TSM_A_REALM_LAST_RECORD] = { .type = NLA_U32 },
	};
	struct nlattr *tb[REALM_TSM_A_REALM_MAX + 1];
	struct nl_msg *msg = request(family, REALM_TSM_CMD_REALM_GET, 0);
	int rc;

	rc = exchange(family, msg, false, REALM_TSM_CMD_REALM_GET, tb, REALM_TSM_A_REALM_MAX,
		      policy);
	if (rc)
		return rc;
	if (!tb[REALM_TSM_A_REALM_DIGEST_SIZE])
		return -EBADMSG;
	*realm = (struct family_realm){
		.digest_size = nla_get_u32(tb[REALM_TSM_A_REALM_DIGEST_SIZE]),
		.reports = tb[REALM_TSM_A_REALM_REPORTS],
		.has_last = tb[REALM_TSM_A_REALM_LAST_RECORD],
	};
	if (realm->has_last)
		realm->last_record = nla_get_u32(tb[REALM_TSM_A_REALM_LAST_RECORD]);
	return realm->digest_size && realm->digest_size <= REALM_TSM_DIGEST_MAX ? 0 : -EBADMSG;
}

static const struct nla_policy event_policy[REALM_TSM_A_EVENT_MAX + 1] = {
	[REALM_TSM_A_EVENT_INDEX] = { .type = NLA_U32 },
	[REALM_TSM_A_EVENT_RECORD] = { .type = NLA_U32 },
	[REALM_TSM_A_EVENT_DIGEST] = { .maxlen = REALM_TSM_DIGEST_MAX },
};

static bool is_event(struct nlattr **tb)
{
	return tb[REALM_TSM_A_EVENT_INDEX] && tb[REALM_TSM_A_EVENT_RECORD] &&
	       tb[REALM_TSM_A_EVENT_DIGEST];
}

int family_event_add(struct family *family, uint32_t number, const char *const words[3],
		     uint32_t *record)
{
	struct nlattr *tb[REALM_TSM_A_EVENT_MAX + 1];
	struct nl_msg *msg = request(family, REALM_TSM_CMD_EVENT_ADD, 0);
	bool failed;
	int rc;

	failed = !msg || nla_put_u32(msg, REALM_TSM_A_EVENT_INDEX, number) ||
		 nla_put_string(msg, REALM_TSM_A_EVENT_DOMAIN, words[0]) ||
		 nla_put_string(msg, REALM_TSM_A_EVENT_OPERATION, words[1]) ||
		 nla_put_string(msg, REALM_TSM_A_EVENT_CONTENT, words[2]);
	rc = exchange(family, msg, failed, REALM_TSM_CMD_EVENT_ADD, tb, REALM_TSM_A_EVENT_MAX,
		      event_policy);
	if (rc)
		return rc;
	if (!is_event(tb))
		return -EBADMSG;
	*record = nla_get_u32(tb[REALM_TSM_A_EVENT_RECORD]);
	return 0;
}

int family_report_get(struct family *family, const void *challenge, size_t len, struct buf *token,
		      uint32_t *record)
{
	static const struct nla_policy policy[REALM_TSM_A_REPORT_MAX + 1] = {
		[REALM_TSM_A_REPORT_RECORD] = { .type = NLA_U32 },
	};
	struct nlattr *tb[REALM_TSM_A_REPORT_MAX + 1];
	struct nl_msg *msg = request(family, REALM_TSM_CMD_REPORT_GET, 0);
	struct bytes data;
	bool failed;
	int rc;

	failed = !msg || nla_put(msg, REALM_TSM_A_REPORT_CHALLENGE, (int)len, challenge);
	rc = exchange(family, msg, failed, REALM_TSM_CMD_REPORT_GET, tb, REALM_TSM_A_REPORT_MAX,
		      policy);
	if (rc)
		return rc;
	if (!tb[REALM_TSM_A_REPORT_TOKEN] || !tb[REALM_TSM_A_REPORT_RECORD])
		return -EBADMSG;
	data = bytes_of(tb[REALM_TSM_A_REPORT_TOKEN]);
	token->data = malloc(data.len + 1);
	if (!token->data)
		return -ENOMEM;
	memcpy(token->data, data.data, data.len);
	token->len = data.len;
	token->room = data.len + 1;
	*record = nla_get_u32(tb[REALM_TSM_A_REPORT_RECORD]);
	return 0;
}

int family_log_get(struct family *family, uint32_t from)
{
	struct nl_msg *msg = request(family, REALM_TSM_CMD_LOG_GET, NLM_F_DUMP);
	bool failed;

	failed = !msg || nla_put_u32(msg, REALM_TSM_A_LOG_RECORD, from);
	return send_request(family, msg, failed);
}

int family_log_next(struct family *family, struct family_record *record)
{
	static const struct nla_policy policy[REALM_TSM_A_LOG_MAX + 1] = {
		[REALM_TSM_A_LOG_RECORD] = { .type = NLA_U32 },
	};
	struct nlattr *tb[REALM_TSM_A_LOG_MAX + 1];
	int rc;

	rc = next_attributes(family, REALM_TSM_CMD_LOG_GET, tb, REALM_TSM_A_LOG_MAX, policy);
	if (rc)
		return rc > 0 ? -ENODATA : rc;
	if (!tb[REALM_TSM_A_LOG_RECORD] || !tb[REALM_TSM_A_LOG_DATA])
		return -EBADMSG;
	*record = (struct family_record){
		.record = nla_get_u32(tb[REALM_TSM_A_LOG_RECORD]),
		.data = bytes_of(tb[REALM_TSM_A_LOG_DATA]),
	};
	return 0;
}

/* --- notifications --- */

int family_listen(struct family *family, size_t room)
{
	int bytes = room > INT_MAX ? INT_MAX : (int)room;
	int fd = nl_socket_get_fd(family->sk);
	int group, rc;

	errno = 0;
	group = genl_ctrl_resolve_grp(family->sk, REALM_TSM_FAMILY_NAME, REALM_TSM_MCGRP_EVENTS);
	if (group < 0)
		return errno_of_call(group);
	/* beyond rmem_max takes CAP_NET_ADMIN; with less room there is only more to resync */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	rc = nl_socket_set_nonblocking(family->sk);
	if (!rc)
		rc = nl_socket_add_membership(family->sk, group);
	family->seq = 0;
	return rc < 0 ? errno_of(rc) : 0;
}

int family_listen_fd(const struct family *family)
{
	return nl_socket_get_fd(family->sk);
}

int family_listen_next(struct family *family, struct family_record *record)
{
	struct nlattr *tb[REALM_TSM_A_EVENT_MAX + 1];
	int rc;

	rc = next_attributes(family, REALM_TSM_CMD_EVENT_NTF, tb, REALM_TSM_A_EVENT_MAX,
			     event_policy);
	if (rc)
		return rc > 0 ? -EBADMSG : rc;
	if (!is_event(tb))
		return -EBADMSG;
	*record = (struct family_record){
		.record = nla_get_u32(tb[REALM_TSM_A_EVENT_RECORD]),
		.number = nla_get_u32(tb[REALM_TSM_A_EVENT_INDEX]),
		.digest = bytes_of(tb[REALM_TSM_A_EVENT_DIGEST]),
	};
	return 0;
}
