// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each allocation of the module fails in turn, behind every door: the errno is
 * ENOMEM and nothing has happened, or nothing is lost by it; registers and log
 * agree all the time. What leaks, the kernel says when the realm ends.
 */
#include "eventlog.h"
#include "failing.h"
#include "nl.h"
#include "provider.h"

/* Long enough for every second record to need a page. */
#define DATA		REALM_TSM_CONTENT_MAX
#define ROUNDS		6
#define ALLOCATIONS	100	/* more than any call makes */

struct doors {
	struct measure m;
	struct nl nl;
	struct nl_msg msg;
	struct nl_reply reply;
	char text[DATA + 1];
};

FIXTURE(alloc) {
	struct doors doors;
};

FIXTURE_VARIANT(alloc) {
	int (*open)(struct doors *d);	/* 0 or a negative errno */
	bool extends;
	int at_least;			/* as many allocations are seen to fail */
	bool provider;			/* needs the slot of reports */
};

static int event_put(const char *dir, const char *name, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);

	return text_write(path, text);
}

static int configfs_event(struct doors *d)
{
	const char *dir = MEASUREMENTS "rem2/alloc_run";
	int err;

	if (mkdir(dir, 0700))
		return -errno;
	err = event_put(dir, "domain", "example.org/tests\n");
	if (!err)
		err = event_put(dir, "operation", "fail\n");
	if (!err)
		err = event_put(dir, "content", d->text);
	if (!err)
		err = event_put(dir, "commit", "1\n");
	if (rmdir(dir) && !err)
		err = -errno;

	return err;
}

static int sysfs_register(struct doors *d)
{
	return sysfs_extend(&d->m, REM(1), (const __u8 *)d->text);
}

static void add(struct doors *d)
{
	nl_begin(&d->nl, &d->msg, d->nl.family, REALM_TSM_CMD_EVENT_ADD, 0);
	nl_put_u32(&d->msg, REALM_TSM_A_EVENT_INDEX, REM(0));
}

static int add_tagged(struct doors *d)
{
	add(d);
	nl_put_u32(&d->msg, REALM_TSM_A_EVENT_TAG, 0x12345678);
	nl_put(&d->msg, REALM_TSM_A_EVENT_DATA, d->text, DATA);

	return nl_get(&d->nl, &d->msg, &d->reply);
}

static int add_digest(struct doors *d)
{
	add(d);
	nl_put(&d->msg, REALM_TSM_A_EVENT_DIGEST, d->text, d->m.size);

	return nl_get(&d->nl, &d->msg, &d->reply);
}

static int realm_get(struct doors *d)
{
	nl_begin(&d->nl, &d->msg, d->nl.family, REALM_TSM_CMD_REALM_GET, 0);

	return nl_get(&d->nl, &d->msg, &d->reply);
}

static int register_get(struct doors *d)
{
	nl_begin(&d->nl, &d->msg, d->nl.family, REALM_TSM_CMD_REGISTER_GET, 0);
	nl_put_u32(&d->msg, REALM_TSM_A_REGISTER_INDEX, REM(0));

	return nl_get(&d->nl, &d->msg, &d->reply);
}

static int report_get(struct doors *d)
{
	nl_begin(&d->nl, &d->msg, d->nl.family, REALM_TSM_CMD_REPORT_GET, 0);
	nl_put(&d->msg, REALM_TSM_A_REPORT_CHALLENGE, d->text, CHALLENGE_SIZE);

	return nl_get(&d->nl, &d->msg, &d->reply);
}

static int configfs_report(struct doors *d)
{
	static __u8 token[TOKEN_MAX];
	ssize_t size;

	if (mkdir(REPORT "/alloc_run", 0700))
		return -errno;
	size = report_take(REPORT "/alloc_run", (const __u8 *)d->text, token);
	if (rmdir(REPORT "/alloc_run") && size > 0)
		size = -errno;

	return size < 0 ? size : 0;
}

FIXTURE_VARIANT_ADD(alloc, sysfs_register) { .open = sysfs_register, .extends = true };
FIXTURE_VARIANT_ADD(alloc, configfs_event) { .open = configfs_event, .extends = true, .at_least = 2 };
FIXTURE_VARIANT_ADD(alloc, add_tagged) { .open = add_tagged, .extends = true, .at_least = 4 };
FIXTURE_VARIANT_ADD(alloc, add_digest) { .open = add_digest, .extends = true, .at_least = 2 };
FIXTURE_VARIANT_ADD(alloc, realm_get) { .open = realm_get, .at_least = 2 };
FIXTURE_VARIANT_ADD(alloc, register_get) { .open = register_get, .at_least = 2 };
FIXTURE_VARIANT_ADD(alloc, report_get) { .open = report_get, .at_least = 3, .provider = true };
FIXTURE_VARIANT_ADD(alloc, configfs_report) { .open = configfs_report, .at_least = 1, .provider = true };

static void doors_setup(struct __test_metadata *_metadata, struct doors *d)
{
	unsigned long long begin, end;

	measure_setup(_metadata, &d->m);
	if (_metadata->exit_code)
		return;
	ASSERT_TRUE(realm_tsm_range(&begin, &end));
	failing_setup(_metadata, begin, end);
	if (_metadata->exit_code)
		return;
	ASSERT_EQ(0, nl_open(&d->nl));
	memset(d->text, 'x', DATA);
}

FIXTURE_SETUP(alloc)
{
	doors_setup(_metadata, &self->doors);
	if (!_metadata->exit_code && variant->provider && !provider_is_realm_tsm())
		SKIP(return, "realm_tsm is not the provider of reports");
}

FIXTURE_TEARDOWN(alloc)
{
}

/* Returns how many failed before the call needed no more; each leaves things as they were. */
static int fail_each(struct __test_metadata *_metadata, struct doors *d,
		     int (*open)(struct doors *d), bool extends)
{
	int n, err;

	for (n = 1; n < ALLOCATIONS; n++) {
		struct before b = before(_metadata, &d->m);
		long records = check_log(_metadata, &d->m);
		bool failed;

		ASSERT_EQ(0, failing_at(n));
		err = open(d);
		failed = failing_end();
		EXPECT_TRUE(!err || (failed && err == -ENOMEM))
			TH_LOG("allocation %d: errno %d", n, -err);
		if (err || !extends)
			expect_unchanged(_metadata, &d->m, &b);
		else
			EXPECT_EQ(records + 1, check_log(_metadata, &d->m));
		if (!failed)
			break;
	}
	EXPECT_GT(ALLOCATIONS, n);

	return n - 1;
}

TEST_F_TIMEOUT(alloc, each, 250)
{
	int most = 0;

	for (int round = 0; round < ROUNDS; round++) {
		int n = fail_each(_metadata, &self->doors, variant->open, variant->extends);

		if (n > most)
			most = n;
	}
	TH_LOG("%d allocations failed in turn", most);
	EXPECT_LE(variant->at_least, most);
}

FIXTURE(notify) {
	struct doors doors;
	struct nl listener;
};

FIXTURE_SETUP(notify)
{
	doors_setup(_metadata, &self->doors);
	if (_metadata->exit_code)
		return;
	ASSERT_EQ(0, nl_open(&self->listener));
	ASSERT_EQ(0, nl_subscribe(&self->listener));
}

FIXTURE_TEARDOWN(notify)
{
}

/* 0 for a notification, ENOBUFS where there should have been one, EAGAIN for neither. */
static int notified(struct nl *listener)
{
	__u8 buf[1024];

	return recv(listener->fd, buf, sizeof(buf), MSG_DONTWAIT) < 0 ? -errno : 0;
}

/* An extension that is made is told of, or the listener learns that something is missing. */
TEST_F_TIMEOUT(notify, each, 250)
{
	struct doors *d = &self->doors;
	bool failed = true, missed = false;

	for (int n = 1; failed; n++) {
		int err, told;

		ASSERT_GT(ALLOCATIONS, n);
		ASSERT_EQ(0, failing_at(n));
		err = add_digest(d);
		failed = failing_end();
		told = notified(&self->listener);
		EXPECT_TRUE(err ? told == -EAGAIN : !told || told == -ENOBUFS)
			TH_LOG("allocation %d: errno %d, notification %d", n, -err, -told);
		missed |= told == -ENOBUFS;
		EXPECT_EQ(-EAGAIN, notified(&self->listener));
	}
	EXPECT_TRUE(missed);
	check_log(_metadata, &d->m);
}

FIXTURE(auxblob) {
	struct doors doors;
};

FIXTURE_SETUP(auxblob)
{
	doors_setup(_metadata, &self->doors);
	if (!_metadata->exit_code && !provider_is_realm_tsm())
		SKIP(return, "realm_tsm is not the provider of reports");
}

FIXTURE_TEARDOWN(auxblob)
{
	failing_put(_metadata, FAILSLAB, "probability", 0);
	failing_put(_metadata, FAIL_PAGES, "probability", 0);
	failing_put(_metadata, FAILSLAB, "space", 0);
}

/* Memory for the token and none for the log: the token is not lost over it. */
TEST_F(auxblob, none)
{
	static __u8 token[TOKEN_MAX], log[LOG_MAX];
	ssize_t size;

	ASSERT_EQ(0, add_digest(&self->doors));
	ASSERT_EQ(0, mkdir(REPORT "/auxblob", 0700));
	failing_put(_metadata, FAILSLAB, "task-filter", 1);
	failing_put(_metadata, FAIL_PAGES, "task-filter", 1);
	failing_put(_metadata, FAILSLAB, "times", 1 << 20);
	failing_put(_metadata, FAIL_PAGES, "times", 1 << 20);
	/* pages of slab may be needed: what is tried again without being large is given */
	failing_put(_metadata, FAIL_PAGES, "min-order", 1);
	/* a bound of 4096 bytes, and one that this is larger than */
	failing_put(_metadata, FAILSLAB, "space", 4097);
	failing_put(_metadata, FAILSLAB, "probability", 100);
	failing_put(_metadata, FAIL_PAGES, "probability", 100);
	ASSERT_EQ(0, text_write("/proc/thread-self/make-it-fail", "1"));
	size = report_take(REPORT "/auxblob", (const __u8 *)self->doors.text, token);
	ASSERT_EQ(0, text_write("/proc/thread-self/make-it-fail", "0"));
	EXPECT_LT(0, size)
		TH_LOG("errno %zd", -size);
	EXPECT_EQ(-EFBIG, attribute_read(REPORT "/auxblob", "auxblob", log, LOG_MAX, LOG_MAX));
	EXPECT_EQ(0, rmdir(REPORT "/auxblob"));
}

TEST_HARNESS_MAIN
