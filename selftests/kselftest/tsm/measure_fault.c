// SPDX-License-Identifier: GPL-2.0-only
/*
 * An RMM that refuses, or is late: the documented errno, registers and log as
 * they were, and the next extension is made.
 */
#include <pthread.h>

#include "eventlog.h"
#include "nl.h"
#include "rsi_control.h"

FIXTURE(fault) {
	struct measure m;
	struct rsi rsi;
	struct before before;
	__u8 digest[VALUE_MAX];
};

FIXTURE_VARIANT(fault) {
	const char *name;
	int err;
};

FIXTURE_VARIANT_ADD(fault, input) { .name = "input", .err = EREMOTEIO };
FIXTURE_VARIANT_ADD(fault, state) { .name = "state", .err = ECANCELED };
FIXTURE_VARIANT_ADD(fault, unknown) { .name = "unknown", .err = EIO };
FIXTURE_VARIANT_ADD(fault, device) { .name = "device", .err = EPROTO };
FIXTURE_VARIANT_ADD(fault, incomplete) { .name = "3", .err = EPROTO };
FIXTURE_VARIANT_ADD(fault, no_status) { .name = "77", .err = EPROTO };
FIXTURE_VARIANT_ADD(fault, no_call) {
	.name = "18446744073709551615", .err = EOPNOTSUPP
};

static void prepare(struct __test_metadata *_metadata, struct measure *m, struct rsi *rsi,
		    struct before *b, __u8 *digest)
{
	measure_setup(_metadata, m);
	if (!_metadata->exit_code)
		rsi_fault_setup(_metadata, rsi);
	if (_metadata->exit_code)
		return;
	*b = before(_metadata, m);
	digest_fill(digest, getpid());
}

FIXTURE_SETUP(fault)
{
	prepare(_metadata, &self->m, &self->rsi, &self->before, self->digest);
}

/* Whatever was armed, the next extension is made, and it is the only one. */
static void recover(struct __test_metadata *_metadata, const struct measure *m,
		    const struct rsi *rsi)
{
	__u8 event[8], digest[VALUE_MAX];
	struct before b;

	EXPECT_EQ(0, control(_metadata, rsi, CONTROL_CLEAR, 0));
	b = before(_metadata, m);
	digest_fill(digest, 99);
	EXPECT_EQ(0, sysfs_extend(m, REM(0), digest));
	expect_extended(_metadata, m, &b, REM(0), digest, event,
			tagged(event, REALM_TSM_TAG_DIGEST, NULL, 0));
}

FIXTURE_TEARDOWN(fault)
{
	if (self->rsi.ram)
		recover(_metadata, &self->m, &self->rsi);
}

static void arm(struct __test_metadata *_metadata, const struct rsi *rsi, const char *call,
		const char *status)
{
	char spec[64];

	snprintf(spec, sizeof(spec), "%s:error=%s", call, status);
	rsi_fault(_metadata, rsi, spec);
}

#define arm(call)	arm(_metadata, &self->rsi, call, variant->name)
#define disarm()	ASSERT_EQ(0, control(_metadata, &self->rsi, CONTROL_CLEAR, 0))
#define unchanged()	do { \
	disarm(); \
	expect_unchanged(_metadata, &self->m, &self->before); \
} while (0)

TEST_F(fault, read)
{
	__u8 value[VALUE_MAX];
	char text[2 * VALUE_MAX + 2];

	arm("read");
	EXPECT_EQ(-variant->err, file_read(register_path(&self->m, REM(1)), value, sizeof(value)));
	arm("read");
	EXPECT_EQ(-variant->err, text_read(MEASUREMENTS "rem1/digest", text, sizeof(text)));
	arm("read");
	EXPECT_EQ(-variant->err, text_read(MEASUREMENTS "rem1/state", text, sizeof(text)));
	unchanged();
}

static int netlink_register(void)
{
	static struct nl_reply reply;
	struct nl_msg msg;
	struct nl nl;
	int err = nl_open(&nl);

	if (err)
		return err;
	nl_begin(&nl, &msg, nl.family, REALM_TSM_CMD_REGISTER_GET, 0);
	nl_put_u32(&msg, REALM_TSM_A_REGISTER_INDEX, REM(1));
	err = nl_get(&nl, &msg, &reply);
	close(nl.fd);

	return err;
}

static int netlink_extend(const struct measure *m, const __u8 *digest)
{
	static struct nl_reply reply;
	struct nl_msg msg;
	struct nl nl;
	int err = nl_open(&nl);

	if (err)
		return err;
	nl_begin(&nl, &msg, nl.family, REALM_TSM_CMD_EVENT_ADD, 0);
	nl_put_u32(&msg, REALM_TSM_A_EVENT_INDEX, REM(0));
	nl_put(&msg, REALM_TSM_A_EVENT_DIGEST, digest, m->size);
	err = nl_get(&nl, &msg, &reply);
	close(nl.fd);

	return err;
}

TEST_F(fault, read_by_netlink)
{
	arm("read");
	EXPECT_EQ(-variant->err, netlink_register());
	unchanged();
}

static int configfs_extend(const struct measure *m, const __u8 *digest)
{
	char text[2 * VALUE_MAX + 1];
	int err;

	hex(digest, m->size, text);
	if (mkdir(MEASUREMENTS "rem0/fault", 0700))
		return -errno;
	err = text_write(MEASUREMENTS "rem0/fault/digest", text);
	if (!err)
		err = text_write(MEASUREMENTS "rem0/fault/commit", "1");
	/* what has not been measured has no record, and can be tried again */
	if (err && text_read(MEASUREMENTS "rem0/fault/record", text, sizeof(text)) != -ENODATA)
		err = -EBADE;
	rmdir(MEASUREMENTS "rem0/fault");

	return err;
}

TEST_F(fault, extend)
{
	/* the value before, the extension itself, and both it and the look after it */
	static const char *const calls[][2] = { { "read" }, { "extend" }, { "extend", "read@2" } };

	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		for (int door = 0; door < 3; door++) {
			int err;

			for (int j = 0; j < 2 && calls[i][j]; j++)
				arm(calls[i][j]);
			err = door == 0 ? sysfs_extend(&self->m, REM(0), self->digest) :
			      door == 1 ? configfs_extend(&self->m, self->digest) :
					  netlink_extend(&self->m, self->digest);
			EXPECT_EQ(-variant->err, err)
				TH_LOG("%s, door %d", calls[i][0], door);
			unchanged();
		}
	}
}

FIXTURE(late) {
	struct measure m;
	struct rsi rsi;
	struct before before;
	__u8 digest[VALUE_MAX];
};

FIXTURE_SETUP(late)
{
	prepare(_metadata, &self->m, &self->rsi, &self->before, self->digest);
}

FIXTURE_TEARDOWN(late)
{
	if (self->rsi.ram)
		recover(_metadata, &self->m, &self->rsi);
}

TEST_F(late, and_right)
{
	static const char *const specs[] = { "read:delay=1", "extend:delay=1" };
	__u8 event[8];

	for (size_t i = 0; i < ARRAY_SIZE(specs); i++) {
		rsi_fault(_metadata, &self->rsi, specs[i]);
		EXPECT_EQ(0, sysfs_extend(&self->m, REM(0), self->digest));
		disarm();
		expect_extended(_metadata, &self->m, &self->before, REM(0), self->digest, event,
				tagged(event, REALM_TSM_TAG_DIGEST, NULL, 0));
		self->before = before(_metadata, &self->m);
	}
}

struct extension {
	const struct measure *m;
	const __u8 *digest;
	int err;
};

static void *extend_elsewhere(void *arg)
{
	struct extension *extension = arg;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(1, &set);
	sched_setaffinity(0, sizeof(set), &set);
	extension->err = sysfs_extend(extension->m, REM(0), extension->digest);

	return NULL;
}

/*
 * An RMM that refuses what it has done. It is played in two parts: while the
 * module's look at the register takes long, the register is extended by this
 * very digest; then the module's own call fails. The register is where the
 * module wanted it, so that is a record and no error.
 */
TEST_F(late, refused_and_done)
{
	struct extension extension = { .m = &self->m, .digest = self->digest };
	struct rsi_regs regs = { .x = { RSI_EXTEND, REM(0), self->m.size } };
	pthread_t thread;
	__u8 event[8];

	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		SKIP(return, "one CPU only");
	memcpy(&regs.x[3], self->digest, self->m.size);
	rsi_fault(_metadata, &self->rsi, "read:delay=3");
	rsi_fault(_metadata, &self->rsi, "extend@2:error=unknown");
	ASSERT_EQ(0, pthread_create(&thread, NULL, extend_elsewhere, &extension));
	sleep(1);
	EXPECT_EQ(RSI_SUCCESS, __rsi(_metadata, &self->rsi, regs).x[0]);
	ASSERT_EQ(0, pthread_join(thread, NULL));
	EXPECT_EQ(2, control(_metadata, &self->rsi, CONTROL_COUNT, RSI_EXTEND & 0xff));
	disarm();

	EXPECT_EQ(0, extension.err);
	expect_extended(_metadata, &self->m, &self->before, REM(0), self->digest, event,
			tagged(event, REALM_TSM_TAG_DIGEST, NULL, 0));
	EXPECT_FALSE(register_diverged(REM(0)));
}

TEST_HARNESS_MAIN
