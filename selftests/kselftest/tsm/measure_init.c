// SPDX-License-Identifier: GPL-2.0-only
/*
 * A module that is loaded when registers have been extended already: the log
 * says where they stood, and begins there. Runs before any test that has the
 * module record something, for then it cannot be loaded again.
 */
#include "eventlog.h"
#include "raw_rsi.h"

FIXTURE(init) {
	struct measure m;
	struct rsi rsi;
};

static int unload(void)
{
	return syscall(SYS_delete_module, "realm_tsm", O_NONBLOCK) ? -errno : 0;
}

static int load(void)
{
	return system("modprobe realm_tsm") ? -ENOEXEC : 0;
}

FIXTURE_SETUP(init)
{
	int err;

	if (!measure_find(&self->m))
		SKIP(return, "realm_tsm is not loaded");
	rsi_setup(_metadata, &self->rsi);
	if (_metadata->exit_code)
		return;
	err = unload();
	if (err == -EWOULDBLOCK)
		SKIP(return, "realm_tsm has records: boot again");
	ASSERT_EQ(0, err);
}

FIXTURE_TEARDOWN(init)
{
	load();
}

static void raw_extend(struct __test_metadata *_metadata, const struct rsi *rsi,
		       const struct measure *m, int index)
{
	struct rsi_regs r = { .x = { RSI_EXTEND, index, m->size } };

	digest_fill((__u8 *)&r.x[3], index);
	ASSERT_EQ(RSI_SUCCESS, __rsi(_metadata, rsi, r).x[0]);
}

/* REM1 and REM3 are extended past the module while it is away. */
TEST_F(init, records)
{
	struct registers replayed;
	struct before b;
	__u8 digest[VALUE_MAX];
	char text[2 * VALUE_MAX + 2], value[2 * VALUE_MAX + 1];
	const __u8 *log;
	long records;
	size_t size;

	raw_extend(_metadata, &self->rsi, &self->m, REM(1));
	raw_extend(_metadata, &self->rsi, &self->m, REM(3));
	ASSERT_EQ(0, load());
	b = before(_metadata, &self->m);
	log = log_read(_metadata, &self->m, &size);
	records = replay(&self->m, log, size, &replayed);
	EXPECT_LE(2, records);
	EXPECT_GE(4, records);
	check_log(_metadata, &self->m);
	for (int i = REM(0); i < REGISTERS; i++) {
		EXPECT_FALSE(register_diverged(i));
		snprintf(text, sizeof(text), MEASUREMENTS "%s/baseline", register_names[i]);
		ASSERT_EQ(0, text_read(text, text, sizeof(text)));
		hex(b.registers.value[i], self->m.size, value);
		EXPECT_STREQ(value, text);
	}

	/* Nothing that could not be read again: it may go, and says the same when it is back. */
	ASSERT_EQ(0, unload());
	ASSERT_EQ(0, load());
	expect_unchanged(_metadata, &self->m, &b);

	/* and records go on from there */
	digest_fill(digest, 5);
	ASSERT_EQ(0, sysfs_extend(&self->m, REM(3), digest));
	EXPECT_EQ(records + 1, check_log(_metadata, &self->m));
	EXPECT_EQ(-EWOULDBLOCK, unload());
}

TEST_HARNESS_MAIN
