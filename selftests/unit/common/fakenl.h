/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FAKENL_H
#define FAKENL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The kernel's end of a netlink socket: the library's calls to libnl that reach a
 * socket end here (ld --wrap), those that build and read messages are libnl's own.
 * A test puts datagrams, right ones or any bytes, into the queue of a socket; the
 * requests that arrived are kept.
 */

enum { FAKENL_REQUESTS, FAKENL_EVENTS, FAKENL_QUEUES };	/* before and after it listens */

#define FAKENL_FAMILY	0x21

void fakenl_begin(void);
/* What was not received is not to be. */
void fakenl_drop(void);
/* Says what was not received, or not closed; 0 if nothing. */
int fakenl_end(void);

/*
 * What opening, looking for the family, joining its group answer: 0 or -NLE_*; and what
 * errno the first two then leave.
 */
extern int fakenl_connect, fakenl_resolve, fakenl_join, fakenl_errno;

/*
 * Reports through configfs, where the library turns to that: how often since it began.
 * They fail with an errno that nothing else has; the provider there is tdx_guest.
 */
#define FAKENL_CONFIGFS	(-1000)
extern unsigned int fakenl_configfs;

/* A datagram of one or more messages, put together by the calls below. */
struct fakenl {
	uint8_t data[8192];
	size_t len;
	size_t message;		/* where the last one begins */
	size_t attribute;
};

/* A message of the family; seq: that of the request it answers, or 0 of a notification. */
void fakenl_message(struct fakenl *d, int command, bool answer);
void fakenl_attribute(struct fakenl *d, int type, const void *data, size_t len);
void fakenl_u32(struct fakenl *d, int type, uint32_t value);
/* NLMSG_ERROR (also an acknowledgment: 0), NLMSG_DONE. */
void fakenl_error(struct fakenl *d, int error);
void fakenl_done(struct fakenl *d, int error);
void fakenl_field16(struct fakenl *d, size_t at, uint16_t value);
void fakenl_field32(struct fakenl *d, size_t at, uint32_t value);

/*
 * Into the queue, and empty @d. A message that answers gets the sequence number of
 * the request that was sent last when it is received.
 */
void fakenl_push(int queue, struct fakenl *d);
/* nl_recv() fails so once: -NLE_*. */
void fakenl_fail(int queue, int err);
/* The next datagram comes from this port, not from the kernel's 0. */
void fakenl_from(int queue, uint32_t port);

/* The last request: its command, and an attribute of it (NULL if there is none). */
int fakenl_command(void);
const uint8_t *fakenl_request(int type, size_t *len);
unsigned int fakenl_requests(void);

#endif
