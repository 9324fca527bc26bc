// SPDX-License-Identifier: GPL-2.0-only
/* Notifications: one a record, in order; where some are lost, that is seen. */
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>

#include "eventlog.h"
#include "nl.h"

FIXTURE(events) {
	struct measure m;
	struct nl nl;
	__u32 last;		/* record before the test */
};

static __u32 last_record(struct __test_metadata *_metadata)
{
	static struct nl_reply reply;
	struct nl_msg msg;
	struct nl nl;

	ASSERT_EQ(0, nl_open(&nl));
	nl_begin(&nl, &msg, nl.family, REALM_TSM_CMD_REALM_GET, 0);
	ASSERT_EQ(0, nl_get(&nl, &msg, &reply));
	close(nl.fd);

	return nl_u32(&reply.attrs, REALM_TSM_A_REALM_LAST_RECORD);
}

FIXTURE_SETUP(events)
{
	measure_setup(_metadata, &self->m);
	if (_metadata->exit_code)
		return;
	ASSERT_EQ(0, nl_open(&self->nl));
	self->last = last_record(_metadata);
}

FIXTURE_TEARDOWN(events)
{
	if (self->m.device)
		check_log(_metadata, &self->m);
}

/* Returns a notification's record number, 0 if none came in time, or a negative errno. */
static long event_wait(struct nl *nl, struct nl_attrs *attrs, int ms)
{
	static __u8 buf[8192];
	struct pollfd fd = { .fd = nl->fd, .events = POLLIN };
	struct nlmsghdr *h = (void *)buf;
	ssize_t size;

	if (poll(&fd, 1, ms) <= 0)
		return 0;
	size = recv(nl->fd, buf, sizeof(buf), 0);
	if (size < 0)
		return -errno;
	if (!NLMSG_OK(h, size) || h->nlmsg_type != nl->family || h->nlmsg_seq)
		return -EBADMSG;
	nl_parse(h, attrs);
	if (attrs->cmd != REALM_TSM_CMD_EVENT_NTF)
		return -ENOMSG;

	return nl_u32(attrs, REALM_TSM_A_EVENT_RECORD);
}

#define WAIT	5000
#define event(attrs)	event_wait(&self->nl, attrs, WAIT)
#define no_event()	EXPECT_EQ(0, event_wait(&self->nl, &(struct nl_attrs){}, 100))

TEST_F(events, one_a_record)
{
	struct nl_attrs attrs;
	__u8 digest[VALUE_MAX];

	ASSERT_EQ(0, nl_subscribe(&self->nl));
	for (int i = REM(0); i < REGISTERS; i++) {
		digest_fill(digest, i);
		ASSERT_EQ(0, sysfs_extend(&self->m, i, digest));
		EXPECT_EQ(self->last + i, event(&attrs));
		EXPECT_EQ(i, nl_u32(&attrs, REALM_TSM_A_EVENT_INDEX));
		ASSERT_EQ(self->m.size, attrs.size[REALM_TSM_A_EVENT_DIGEST]);
		EXPECT_EQ(0, memcmp(digest, attrs.data[REALM_TSM_A_EVENT_DIGEST], self->m.size));
	}
	no_event();
}

/* An event's own digest, not its text. */
TEST_F(events, of_an_event)
{
	static const char dir[] = MEASUREMENTS "rem3/events";
	char text[2 * VALUE_MAX + 1], expected[2 * VALUE_MAX + 1];
	struct nl_attrs attrs;

	ASSERT_EQ(0, nl_subscribe(&self->nl));
	ASSERT_EQ(0, mkdir(dir, 0700));
	ASSERT_EQ(0, text_write(MEASUREMENTS "rem3/events/domain", "d"));
	ASSERT_EQ(0, text_write(MEASUREMENTS "rem3/events/operation", "o"));
	ASSERT_EQ(0, text_write(MEASUREMENTS "rem3/events/content", "secret"));
	no_event();
	ASSERT_EQ(0, text_write(MEASUREMENTS "rem3/events/commit", "1"));
	ASSERT_EQ(self->last + 1, event(&attrs));
	ASSERT_EQ(self->m.size, attrs.size[REALM_TSM_A_EVENT_DIGEST]);
	hex(attrs.data[REALM_TSM_A_EVENT_DIGEST], self->m.size, expected);
	ASSERT_EQ(0, text_read(MEASUREMENTS "rem3/events/digest", text, sizeof(text)));
	EXPECT_STREQ(expected, text);
	for (int i = 0; i < NL_ATTRS; i++) {
		EXPECT_EQ(NULL, memmem(attrs.data[i] ?: "", attrs.size[i], "secret", 6))
			TH_LOG("attribute %d", i);
	}
	ASSERT_EQ(0, rmdir(dir));
}

TEST_F(events, none_of_what_failed)
{
	__u8 digest[VALUE_MAX] = {};
	char limit[16];

	ASSERT_EQ(0, nl_subscribe(&self->nl));
	EXPECT_EQ(-EINVAL, file_write(register_path(&self->m, REM(0)), digest, 5));
	ASSERT_EQ(0, text_read(LOG_LIMIT, limit, sizeof(limit)));
	ASSERT_EQ(0, text_write(LOG_LIMIT, "0"));
	EXPECT_EQ(-ENOSPC, sysfs_extend(&self->m, REM(0), digest));
	ASSERT_EQ(0, text_write(LOG_LIMIT, limit));
	no_event();
}

TEST_F(events, none_without_subscription)
{
	__u8 digest[VALUE_MAX] = {};

	ASSERT_EQ(0, sysfs_extend(&self->m, REM(0), digest));
	no_event();
}

/*
 * What is too much for a listener is lost within a few hundred. EVENTS in the environment:
 * how many instead; where that takes too long, PACED are enough.
 */
#define PACED	1000
#define PACED_SECONDS	120
#define AHEAD	64	/* notifications that a listener's buffer has room for */

/* Where it is given, not further ahead of what has been heard than a listener has room for. */
static void extend_many(const struct measure *m, int n, int first, const int *heard)
{
	__u8 digest[VALUE_MAX];

	/* its listener may give up */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (int i = 0; i < n; i++) {
		while (heard && i >= __atomic_load_n(heard, __ATOMIC_RELAXED) + AHEAD)
			usleep(100);
		digest_fill(digest, first + i);
		if (sysfs_extend(m, REM((first + i) % 4), digest))
			_exit(1);
	}
	_exit(0);
}

/* At a rate that the listener can keep up with: every one of them, once, in order. */
TEST_F_TIMEOUT(events, paced, 280)
{
	struct nl_attrs attrs;
	const char *events = getenv("EVENTS");
	const int paced = events ? atoi(events) : PACED;
	const time_t until = time(NULL) + PACED_SECONDS;
	int *heard, status, i;
	pid_t pid;

	ASSERT_LT(0, paced);
	ASSERT_EQ(0, nl_subscribe(&self->nl));
	heard = mmap(NULL, sizeof(*heard), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		     -1, 0);
	ASSERT_NE(MAP_FAILED, heard);
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid)
		extend_many(&self->m, paced, 0, heard);
	for (i = 1; i <= paced && (i <= PACED || time(NULL) < until); i++) {
		ASSERT_EQ(self->last + i, event(&attrs))
			TH_LOG("notification %d", i);
		__atomic_store_n(heard, i, __ATOMIC_RELAXED);
	}
	if (i <= paced) {
		TH_LOG("a slow machine: %d of %d", i - 1, paced);
		kill(pid, SIGKILL);
		ASSERT_EQ(pid, waitpid(pid, &status, 0));
		return;
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	no_event();
}

#define WRITERS	4
#define EACH	250

/* Writers side by side: the notifications' order is that of the records. */
TEST_F_TIMEOUT(events, order_of_the_log, 120)
{
	int size = 1 << 20;
	struct nl_attrs attrs;

	ASSERT_EQ(0, setsockopt(self->nl.fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)));
	ASSERT_EQ(0, nl_subscribe(&self->nl));
	for (int i = 0; i < WRITERS; i++) {
		pid_t pid = fork();

		ASSERT_LE(0, pid);
		if (!pid)
			extend_many(&self->m, EACH, i * EACH, NULL);
	}
	for (int i = 1; i <= WRITERS * EACH; i++) {
		ASSERT_EQ(self->last + i, event(&attrs))
			TH_LOG("notification %d", i);
	}
	for (int i = 0; i < WRITERS; i++) {
		int status;

		ASSERT_LT(0, wait(&status));
		EXPECT_EQ(0, status);
	}
	no_event();
}

struct resync {
	__u32 next;
	__u8 digest[VALUE_MAX];	/* of the last record */
	const struct measure *m;
};

static int resync_record(const struct nlmsghdr *h, void *arg)
{
	struct resync *resync = arg;
	struct nl_attrs attrs;
	struct record r;

	nl_parse(h, &attrs);
	if (nl_u32(&attrs, REALM_TSM_A_LOG_RECORD) != resync->next++ ||
	    !record_parse(resync->m, attrs.data[REALM_TSM_A_LOG_DATA],
			  attrs.size[REALM_TSM_A_LOG_DATA], &r) || !r.digest)
		return -EBADMSG;
	memcpy(resync->digest, r.digest, resync->m->size);

	return 0;
}

#define TOO_MANY	300

/*
 * A listener that does not keep up, with a small buffer: the loss is said, and
 * what is missing between the last notification and the next is in the log.
 */
TEST_F_TIMEOUT(events, loss, 60)
{
	struct resync resync = { .m = &self->m };
	__u8 digest[VALUE_MAX];
	struct nl_attrs attrs;
	int size = 1, losses = 0;
	struct nl_msg msg;
	__u32 seen = self->last;
	long record;
	struct nl nl;

	ASSERT_EQ(0, setsockopt(self->nl.fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)));
	ASSERT_EQ(0, nl_subscribe(&self->nl));
	for (int i = 0; i < TOO_MANY; i++) {
		digest_fill(digest, i);
		ASSERT_EQ(0, sysfs_extend(&self->m, REM(0), digest));
	}
	while ((record = event_wait(&self->nl, &attrs, 100))) {
		if (record == -ENOBUFS) {
			losses++;
			continue;
		}
		ASSERT_EQ(seen + 1, record);
		seen = record;
	}
	EXPECT_LT(0, losses);
	ASSERT_GT(self->last + TOO_MANY, seen);

	/* the next one shows the gap, too */
	digest_fill(digest, TOO_MANY);
	ASSERT_EQ(0, sysfs_extend(&self->m, REM(0), digest));
	ASSERT_EQ(self->last + TOO_MANY + 1, event(&attrs));

	ASSERT_EQ(0, nl_open(&nl));
	resync.next = seen + 1;
	nl_begin(&nl, &msg, nl.family, REALM_TSM_CMD_LOG_GET, NLM_F_DUMP);
	nl_put_u32(&msg, REALM_TSM_A_LOG_RECORD, seen + 1);
	ASSERT_EQ(0, nl_request(&nl, &msg, resync_record, &resync));
	EXPECT_EQ(self->last + TOO_MANY + 2, resync.next);
	EXPECT_EQ(0, memcmp(digest, resync.digest, self->m.size));
	EXPECT_EQ(0, memcmp(digest, attrs.data[REALM_TSM_A_EVENT_DIGEST], self->m.size));
	TH_LOG("%u of %d notifications arrived", seen - self->last, TOO_MANY);
}

/* Another network namespace hears nothing, whoever is root there. */
TEST_F(events, other_namespace)
{
	__u8 digest[VALUE_MAX] = {};
	struct nl_attrs attrs;

	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	close(self->nl.fd);
	ASSERT_EQ(0, nl_open(&self->nl));
	ASSERT_EQ(0, nl_subscribe(&self->nl));
	ASSERT_EQ(0, sysfs_extend(&self->m, REM(0), digest));
	EXPECT_EQ(0, event_wait(&self->nl, &attrs, 100));
}

TEST_HARNESS_MAIN
