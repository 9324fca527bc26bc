// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
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

#include "array_size.h"
#include "fakenl.h"

struct tsm_ctx;
struct tsm_report;
struct report_request;

int __wrap_configfs_report(struct tsm_ctx *ctx, const struct report_request *req,
			   struct tsm_report *report);
int __wrap_configfs_provider(struct tsm_ctx *ctx, char *name, size_t size);
int __wrap_genl_connect(struct nl_sock *sk);
int __wrap_genl_ctrl_resolve(struct nl_sock *sk, const char *name);
int __wrap_genl_ctrl_resolve_grp(struct nl_sock *sk, const char *name, const char *group);
int __wrap_nl_socket_set_nonblocking(const struct nl_sock *sk);
int __wrap_nl_socket_add_membership(struct nl_sock *sk, int group);
void __wrap_nl_socket_free(struct nl_sock *sk);
void __real_nl_socket_free(struct nl_sock *sk);
int __wrap_nl_send_auto(struct nl_sock *sk, struct nl_msg *msg);
int __wrap_nl_recv(struct nl_sock *sk, struct sockaddr_nl *from, unsigned char **data,
		   struct ucred **creds);

int fakenl_connect, fakenl_resolve, fakenl_join, fakenl_errno;
unsigned int fakenl_configfs;

static struct queued {
	struct fakenl d;
	uint32_t port;
	int err;
} queue[FAKENL_QUEUES][64];
static size_t pushed[FAKENL_QUEUES], taken[FAKENL_QUEUES];
static struct nl_sock *listener;	/* what has joined the group */
static int open_sockets;
static struct nl_msg *request;
static unsigned int requests;

#define die(...) do { \
	fprintf(stderr, "fakenl: " __VA_ARGS__); \
	fputc('\n', stderr); \
	abort(); \
} while (0)

/* --- the other way --- */

int __wrap_configfs_report(struct tsm_ctx *ctx, const struct report_request *req,
			   struct tsm_report *report)
{
	(void)ctx;
	(void)req;
	(void)report;
	fakenl_configfs++;
	return FAKENL_CONFIGFS;
}

int __wrap_configfs_provider(struct tsm_ctx *ctx, char *name, size_t size)
{
	(void)ctx;
	snprintf(name, size, "tdx_guest");
	return 0;
}

/* --- the calls --- */

int __wrap_genl_connect(struct nl_sock *sk)
{
	(void)sk;
	open_sockets++;
	if (fakenl_connect && fakenl_errno)
		errno = fakenl_errno;
	return fakenl_connect;
}

int __wrap_genl_ctrl_resolve(struct nl_sock *sk, const char *name)
{
	(void)sk;
	if (strcmp(name, "realm-tsm"))
		die("family %s", name);
	if (fakenl_resolve && fakenl_errno)
		errno = fakenl_errno;
	return fakenl_resolve ? fakenl_resolve : FAKENL_FAMILY;
}

int __wrap_genl_ctrl_resolve_grp(struct nl_sock *sk, const char *name, const char *group)
{
	(void)sk;
	if (strcmp(name, "realm-tsm") || strcmp(group, "events"))
		die("group %s of %s", group, name);
	return 7;
}

int __wrap_nl_socket_set_nonblocking(const struct nl_sock *sk)
{
	(void)sk;
	return 0;
}

int __wrap_nl_socket_add_membership(struct nl_sock *sk, int group)
{
	if (group != 7)
		die("joins group %d", group);
	if (!fakenl_join)
		listener = sk;
	return fakenl_join;
}

void __wrap_nl_socket_free(struct nl_sock *sk)
{
	open_sockets--;
	if (sk == listener)
		listener = NULL;
	__real_nl_socket_free(sk);
}

int __wrap_nl_send_auto(struct nl_sock *sk, struct nl_msg *msg)
{
	if (sk == listener)
		die("a request on the socket that listens");
	nl_complete_msg(sk, msg);
	nlmsg_get(msg);
	nlmsg_free(request);
	request = msg;
	requests++;
	return (int)nlmsg_hdr(msg)->nlmsg_len;
}

/* Each message that answers is given the sequence number of the request. */
static void number_messages(uint8_t *data, size_t len)
{
	struct nlmsghdr h;
	size_t at;

	for (at = 0; at + sizeof(h) <= len; at += NLMSG_ALIGN(h.nlmsg_len)) {
		memcpy(&h, data + at, sizeof(h));
		if (h.nlmsg_seq == UINT32_MAX && request)
			h.nlmsg_seq = nlmsg_hdr(request)->nlmsg_seq;
		memcpy(data + at, &h, sizeof(h));
		if (h.nlmsg_len < sizeof(h) || h.nlmsg_len > len - at)
			break;
	}
}

int __wrap_nl_recv(struct nl_sock *sk, struct sockaddr_nl *from, unsigned char **data,
		   struct ucred **creds)
{
	int which = sk == listener ? FAKENL_EVENTS : FAKENL_REQUESTS;
	const struct queued *q = &queue[which][taken[which]];

	(void)creds;
	if (taken[which] == pushed[which])
		return -NLE_AGAIN;
	taken[which]++;
	if (q->err)
		return q->err;
	/* exactly as long, so that a read past the end is seen */
	*data = malloc(q->d.len);
	if (!*data)
		return -NLE_NOMEM;
	memcpy(*data, q->d.data, q->d.len);
	number_messages(*data, q->d.len);
	*from = (struct sockaddr_nl){ .nl_family = AF_NETLINK, .nl_pid = q->port };
	return (int)q->d.len;
}

/* --- for the tests --- */

void fakenl_begin(void)
{
	size_t i, used;

	fakenl_connect = 0;
	fakenl_resolve = 0;
	fakenl_join = 0;
	fakenl_errno = 0;
	/* fuzzers begin often: only what has been used, and the one that fakenl_from() was for */
	for (i = 0; i < FAKENL_QUEUES; i++) {
		used = pushed[i] < ARRAY_SIZE(queue[i]) ? pushed[i] + 1 : pushed[i];
		memset(queue[i], 0, used * sizeof(queue[i][0]));
	}
	memset(pushed, 0, sizeof(pushed));
	memset(taken, 0, sizeof(taken));
	requests = 0;
	fakenl_configfs = 0;
}

void fakenl_drop(void)
{
	memcpy(taken, pushed, sizeof(taken));
}

int fakenl_end(void)
{
	int wrong = 0, i;

	for (i = 0; i < FAKENL_QUEUES; i++)
		if (taken[i] != pushed[i])
			wrong += fprintf(stderr, "queue %d: %zu of %zu were received\n", i,
					 taken[i], pushed[i]);
	if (open_sockets)
		wrong += fprintf(stderr, "%d sockets are open\n", open_sockets);
	nlmsg_free(request);
	request = NULL;
	return wrong;
}

static void put(struct fakenl *d, const void *data, size_t len)
{
	if (d->len + len + 4 > sizeof(d->data))
		die("datagram too long");
	if (len)
		memcpy(d->data + d->len, data, len);
	d->len += len;
	while (d->len % 4)
		d->data[d->len++] = 0;
}

void fakenl_field16(struct fakenl *d, size_t at, uint16_t value)
{
	memcpy(d->data + at, &value, sizeof(value));
}

void fakenl_field32(struct fakenl *d, size_t at, uint32_t value)
{
	memcpy(d->data + at, &value, sizeof(value));
}

static void begin(struct fakenl *d, uint16_t type, bool answer)
{
	struct nlmsghdr h = { .nlmsg_len = sizeof(h), .nlmsg_type = type,
			      .nlmsg_seq = answer ? UINT32_MAX : 0 };

	d->message = d->len;
	put(d, &h, sizeof(h));
}

static void end(struct fakenl *d)
{
	fakenl_field32(d, d->message, (uint32_t)(d->len - d->message));
}

void fakenl_message(struct fakenl *d, int command, bool answer)
{
	struct genlmsghdr genl = { .cmd = (uint8_t)command, .version = 1 };

	begin(d, FAKENL_FAMILY, answer);
	put(d, &genl, sizeof(genl));
	end(d);
}

void fakenl_attribute(struct fakenl *d, int type, const void *data, size_t len)
{
	struct nlattr attr = { .nla_len = (uint16_t)(sizeof(attr) + len),
			       .nla_type = (uint16_t)type };

	d->attribute = d->len;
	put(d, &attr, sizeof(attr));
	put(d, data, len);
	end(d);
}

void fakenl_u32(struct fakenl *d, int type, uint32_t value)
{
	fakenl_attribute(d, type, &value, sizeof(value));
}

void fakenl_error(struct fakenl *d, int error)
{
	struct nlmsgerr e = { .error = error };

	begin(d, NLMSG_ERROR, true);
	put(d, &e, sizeof(e));
	end(d);
}

void fakenl_done(struct fakenl *d, int error)
{
	begin(d, NLMSG_DONE, true);
	put(d, &error, sizeof(error));
	end(d);
}

static struct queued *next(int which)
{
	if (pushed[which] == ARRAY_SIZE(queue[which]))
		die("queue full");
	return &queue[which][pushed[which]];
}

void fakenl_push(int which, struct fakenl *d)
{
	next(which)->d = *d;
	pushed[which]++;
	d->len = 0;
}

void fakenl_fail(int which, int err)
{
	next(which)->err = err;
	pushed[which]++;
}

void fakenl_from(int which, uint32_t port)
{
	next(which)->port = port;
}

int fakenl_command(void)
{
	return request ? genlmsg_hdr(nlmsg_hdr(request))->cmd : 0;
}

const uint8_t *fakenl_request(int type, size_t *len)
{
	struct nlattr *attr = NULL;

	if (request)
		attr = nlmsg_find_attr(nlmsg_hdr(request), GENL_HDRLEN, type);

	*len = attr ? (size_t)nla_len(attr) : 0;
	return attr ? nla_data(attr) : NULL;
}

unsigned int fakenl_requests(void)
{
	return requests;
}
