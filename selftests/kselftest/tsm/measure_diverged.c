// SPDX-License-Identifier: GPL-2.0-only
/*
 * A register that is extended past the module: its state says so from then on,
 * and of no other. Runs last, because nothing undoes it.
 */
#include "eventlog.h"
#include "nl.h"
#include "raw_rsi.h"

FIXTURE(diverged) {
	struct measure m;
	struct rsi rsi;
};

FIXTURE_SETUP(diverged)
{
	if (!measure_find(&self->m))
		SKIP(return, "realm_tsm is not loaded");
	rsi_setup(_metadata, &self->rsi);
}

FIXTURE_TEARDOWN(diverged)
{
}

static void raw_extend(struct __test_metadata *_metadata, const struct rsi *rsi,
		       const struct measure *m, int index)
{
	struct rsi_regs r = { .x = { RSI_EXTEND, index, m->size } };

	ASSERT_EQ(RSI_SUCCESS, __rsi(_metadata, rsi, r).x[0]);
}

static int state_by_netlink(struct __test_metadata *_metadata, int index)
{
	static struct nl_reply reply;
	struct nl_msg msg;
	struct nl nl;

	ASSERT_EQ(0, nl_open(&nl));
	nl_begin(&nl, &msg, nl.family, REALM_TSM_CMD_REGISTER_GET, 0);
	nl_put_u32(&msg, REALM_TSM_A_REGISTER_INDEX, index);
	ASSERT_EQ(0, nl_get(&nl, &msg, &reply));
	close(nl.fd);

	return nl_u32(&reply.attrs, REALM_TSM_A_REGISTER_STATE);
}

/* Lines of the kernel log that name the register. */
static int complaints(const char *name)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC), n = 0;
	char line[1024], start[64];
	ssize_t size;

	snprintf(start, sizeof(start), "realm_tsm: %s has been extended", name);
	while ((size = read(fd, line, sizeof(line) - 1)) > 0 || errno == EPIPE) {
		if (size < 0)
			continue;
		line[size] = '\0';
		n += !!strstr(line, start);
	}
	close(fd);

	return n;
}

/* The log leads to each register's value but that of the given one. */
static void log_names(struct __test_metadata *_metadata, const struct measure *m, int index)
{
	struct registers live = registers_read(_metadata, m), replayed = live;
	size_t size;
	const __u8 *log = log_read(_metadata, m, &size);

	EXPECT_LE(0, replay(m, log, size, &replayed));
	for (int i = REM(0); i < REGISTERS; i++) {
		EXPECT_EQ(i == index, !!memcmp(live.value[i], replayed.value[i], m->size))
			TH_LOG("REM%d", i - 1);
	}
}

TEST_F(diverged, shows)
{
	const int index = REM(2);
	__u8 digest[VALUE_MAX];
	size_t size, grown;

	if (register_diverged(index))
		SKIP(return, "REM2 was extended past the module already");
	check_log(_metadata, &self->m);
	log_read(_metadata, &self->m, &size);
	raw_extend(_metadata, &self->rsi, &self->m, index);
	EXPECT_TRUE(register_diverged(index));
	EXPECT_EQ(REALM_TSM_REGISTER_STATE_DIVERGED, state_by_netlink(_metadata, index));
	for (int i = REM(0); i < REGISTERS; i++) {
		EXPECT_EQ(i == index, register_diverged(i))
			TH_LOG("REM%d", i - 1);
	}
	log_names(_metadata, &self->m, index);

	/* it still takes records, and they do not mend it */
	digest_fill(digest, 1);
	EXPECT_EQ(0, sysfs_extend(&self->m, index, digest));
	EXPECT_EQ(0, sysfs_extend(&self->m, REM(3), digest));
	log_read(_metadata, &self->m, &grown);
	EXPECT_LT(size, grown);
	raw_extend(_metadata, &self->rsi, &self->m, index);
	EXPECT_EQ(0, sysfs_extend(&self->m, index, digest));
	EXPECT_TRUE(register_diverged(index));
	log_names(_metadata, &self->m, index);
	EXPECT_EQ(1, complaints("rem2"))
		TH_LOG("the kernel log says it once");
	EXPECT_EQ(0, complaints("rem3"));
}

/* Noticed before an extension, where nobody read the register in between. */
TEST_F(diverged, shows_in_an_extension)
{
	const int index = REM(1);
	__u8 digest[VALUE_MAX];

	if (register_diverged(index))
		SKIP(return, "REM1 was extended past the module already");
	raw_extend(_metadata, &self->rsi, &self->m, index);
	digest_fill(digest, 1);
	EXPECT_EQ(0, sysfs_extend(&self->m, index, digest));
	EXPECT_EQ(1, complaints("rem1"));
	EXPECT_TRUE(register_diverged(index));
}

TEST_HARNESS_MAIN
