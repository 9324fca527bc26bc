// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/filter.h>
#include <linux/seccomp.h>

#include "fail_calls.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define PAUSE		4000	/* the number of no call */

/* What a call may well meet. */
static const struct {
	int call;
	const char *name;
	int err;
} known[] = {
	{ __NR_openat, "openat", EMFILE },
	{ __NR_socket, "socket", EMFILE },
	{ __NR_fcntl, "fcntl", EMFILE },
	{ __NR_read, "read", EIO },
	{ __NR_write, "write", EIO },
	{ __NR_writev, "writev", EIO },
	{ __NR_getdents64, "getdents64", EIO },
	{ __NR_fsync, "fsync", EIO },
	{ __NR_fstat, "fstat", EIO },
	{ __NR_newfstatat, "newfstatat", ENOMEM },
	{ __NR_statfs, "statfs", ENOMEM },
	{ __NR_mkdirat, "mkdirat", ENOMEM },
	{ __NR_unlinkat, "unlinkat", EBUSY },
	{ __NR_renameat, "renameat", ENOSPC },
	{ __NR_flock, "flock", ENOLCK },
	{ __NR_getrandom, "getrandom", EINTR },
	{ __NR_bind, "bind", ENOMEM },
	{ __NR_connect, "connect", ECONNREFUSED },
	{ __NR_setsockopt, "setsockopt", ENOMEM },
	{ __NR_getsockopt, "getsockopt", ENOMEM },
	{ __NR_getsockname, "getsockname", ENOBUFS },
	{ __NR_sendmsg, "sendmsg", ENOBUFS },
	{ __NR_recvmsg, "recvmsg", ENOBUFS },
	{ __NR_sendto, "sendto", ECONNRESET },
	{ __NR_recvfrom, "recvfrom", ECONNRESET },
	{ __NR_ioctl, "ioctl", EIO },
};

/* --- the supervised thread --- */

int supervise_me(void)
{
	static const unsigned int left_alone[] = {
		__NR_close, __NR_munmap, __NR_mmap, __NR_mremap, __NR_mprotect, __NR_madvise, __NR_brk,
		__NR_futex, __NR_rt_sigprocmask, __NR_rt_sigreturn, __NR_exit_group, __NR_exit,
	};
	struct sock_filter filter[ARRAY_SIZE(left_alone) + 3];
	struct sock_fprog program = { ARRAY_SIZE(filter), filter };
	const unsigned char n = ARRAY_SIZE(left_alone);
	unsigned char i;

	filter[0] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	for (i = 0; i < n; i++)	/* to the last instruction */
		filter[1 + i] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, left_alone[i], n - i, 0);
	filter[1 + n] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
	filter[2 + n] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -1;
	return (int)syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
			    &program);
}

void supervise_pause(long result)
{
	syscall(PAUSE, result);
}

/* --- the other one --- */

static size_t find(int call)
{
	size_t i = 0;

	while (i < ARRAY_SIZE(known) && known[i].call != call)
		i++;
	return i;
}

const char *supervise_name(int call)
{
	static char number[16];
	size_t i = find(call);

	if (i < ARRAY_SIZE(known))
		return known[i].name;
	snprintf(number, sizeof(number), "call %d", call);
	return number;
}

static struct seccomp_notif call;

void supervise_again(struct supervised *s, int nth, int err)
{
	s->nth = nth;
	s->err = err;
	s->calls = 0;
	s->failed = -1;
	s->failed_by = 0;
}

void supervise_begin(struct supervised *s, int listener, int nth, int err)
{
	s->listener = listener;
	supervise_again(s, nth, err);
}

int supervise_answer(struct supervised *s)
{
	static bool quick;
	struct seccomp_notif_resp answer = { 0 };
	size_t i;

	/* both sides take turns, which the kernel can be told (6.6) */
	if (!quick)
		ioctl(s->listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
	quick = true;
	memset(&call, 0, sizeof(call));
	if (ioctl(s->listener, SECCOMP_IOCTL_NOTIF_RECV, &call))
		return errno == EINTR || errno == ENOENT ? 0 : -1;
	if (call.data.nr == PAUSE)
		return 1;
	answer.id = call.id;
	if (++s->calls == s->nth) {
		i = find(call.data.nr);
		s->failed = call.data.nr;
		s->failed_fd = (int)call.data.args[0];
		s->failed_by = s->err ? s->err : i < ARRAY_SIZE(known) ? known[i].err : ENOMEM;
		answer.error = -s->failed_by;
	} else {
		answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	}
	ioctl(s->listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
	return 0;
}

long supervise_until_pause(struct supervised *s)
{
	struct seccomp_notif_resp answer = { .id = call.id };
	int rc;

	/* there is none yet at the first one */
	if (call.data.nr == PAUSE)
		ioctl(s->listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
	do
		rc = supervise_answer(s);
	while (!rc);
	return rc < 0 ? rc : (long)call.data.args[0];
}
