// SPDX-License-Identifier: GPL-2.0-only
/*
 * Preloaded into QEMU: its user network may reach this machine's loopback and
 * nothing else. QEMU's own "restrict" shuts the loopback out as well, and a
 * network namespace would have a loopback of its own.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <sys/socket.h>

static bool allowed(const struct sockaddr *addr)
{
	switch (addr ? addr->sa_family : AF_UNSPEC) {
	case AF_INET:
		return ntohl(((const struct sockaddr_in *)addr)->sin_addr.s_addr) >> 24 == 127;
	case AF_INET6:
		return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)addr)->sin6_addr);
	default:
		return true;
	}
}

/* The address arguments are unions in glibc's declarations: asm names avoid those. */
int guarded_connect(int fd, const struct sockaddr *addr, socklen_t len) __asm__("connect");
ssize_t guarded_sendto(int fd, const void *buf, size_t size, int flags,
		       const struct sockaddr *addr, socklen_t len) __asm__("sendto");
ssize_t guarded_sendmsg(int fd, const struct msghdr *msg, int flags) __asm__("sendmsg");

int guarded_connect(int fd, const struct sockaddr *addr, socklen_t len)
{
	int (*next)(int fd, const struct sockaddr *addr, socklen_t len) =
		dlsym(RTLD_NEXT, "connect");

	if (allowed(addr))
		return next(fd, addr, len);
	errno = ENETUNREACH;
	return -1;
}

ssize_t guarded_sendto(int fd, const void *buf, size_t size, int flags,
		       const struct sockaddr *addr, socklen_t len)
{
	ssize_t (*next)(int fd, const void *buf, size_t size, int flags,
			const struct sockaddr *addr, socklen_t len) = dlsym(RTLD_NEXT, "sendto");

	if (allowed(addr))
		return next(fd, buf, size, flags, addr, len);
	errno = ENETUNREACH;
	return -1;
}

ssize_t guarded_sendmsg(int fd, const struct msghdr *msg, int flags)
{
	ssize_t (*next)(int fd, const struct msghdr *msg, int flags) = dlsym(RTLD_NEXT, "sendmsg");

	if (allowed(msg->msg_name))
		return next(fd, msg, flags);
	errno = ENETUNREACH;
	return -1;
}
