// SPDX-License-Identifier: GPL-2.0-only
/* The event log that comes with a report: what the token shows, and no more. */
#include "eventlog.h"
#include "nl.h"
#include "report.h"

FIXTURE(auxblob) {
	struct measure m;
	char dir[64];
	char limit[16];
};

FIXTURE_SETUP(auxblob)
{
	measure_setup(_metadata, &self->m);
	if (_metadata->exit_code)
		return;
	if (strcmp(self->m.device, MISC "arm_cca_guest"))
		SKIP(return, "another driver provides reports");
	ASSERT_EQ(0, text_read(LOG_LIMIT, self->limit, sizeof(self->limit)));
	report_make(_metadata, self->dir, sizeof(self->dir), "auxblob");
}

FIXTURE_TEARDOWN(auxblob)
{
	if (!self->limit[0])
		return;
	EXPECT_EQ(0, text_write(LOG_LIMIT, self->limit));
	EXPECT_EQ(0, rmdir(self->dir));
}

static __u8 blob[LOG_MAX], token[TOKEN_MAX];

static ssize_t outblob(struct __test_metadata *_metadata, const char *dir, int seed)
{
	__u8 challenge[CHALLENGE_SIZE];
	ssize_t size;

	challenge_fill(challenge, seed);
	ASSERT_EQ(0, inblob_write(dir, challenge, sizeof(challenge)));
	size = attribute_read(dir, "outblob", token, sizeof(token), sizeof(token));
	EXPECT_TRUE(size > 0 && token_is_whole(token, size) &&
		    token_has_challenge(token, size, challenge));

	return size;
}

#define outblob(seed)	outblob(_metadata, self->dir, seed)
#define auxblob()	attribute_read(self->dir, "auxblob", blob, sizeof(blob), sizeof(blob))

/* The report is made at the first read; what is recorded after it is not part of it. */
TEST_F(auxblob, log_of_the_token)
{
	__u8 digest[VALUE_MAX];
	const __u8 *log;
	size_t size, later;

	digest_fill(digest, 1);
	ASSERT_EQ(0, sysfs_extend(&self->m, REM(0), digest));
	log_read(_metadata, &self->m, &size);
	outblob(1);
	ASSERT_EQ(0, sysfs_extend(&self->m, REM(1), digest));
	log = log_read(_metadata, &self->m, &later);
	EXPECT_LT(size, later);
	EXPECT_EQ(size, auxblob());
	EXPECT_EQ(0, memcmp(log, blob, size));

	outblob(2);
	EXPECT_EQ(later, auxblob());
	EXPECT_EQ(0, memcmp(log, blob, later));
}

#define AUXBLOB_MAX	(16 << 20)

/* Longer than the kernel lets it be: the token is there all the same. */
TEST_F_TIMEOUT(auxblob, too_long, 120)
{
	static __u8 data[REALM_TSM_CONTENT_MAX];
	static struct nl_reply reply;
	struct nl_msg msg;
	size_t size;
	struct nl nl;

	ASSERT_EQ(0, text_write(LOG_LIMIT, LIMIT_MAX));
	ASSERT_EQ(0, nl_open(&nl));
	memset(data, 'x', sizeof(data));
	for (log_read(_metadata, &self->m, &size); size <= AUXBLOB_MAX; size += sizeof(data)) {
		nl_begin(&nl, &msg, nl.family, REALM_TSM_CMD_EVENT_ADD, 0);
		nl_put_u32(&msg, REALM_TSM_A_EVENT_INDEX, REM(3));
		nl_put_u32(&msg, REALM_TSM_A_EVENT_TAG, 1);
		nl_put(&msg, REALM_TSM_A_EVENT_DATA, data, sizeof(data));
		ASSERT_EQ(0, nl_get(&nl, &msg, &reply));
	}
	EXPECT_LT(0, outblob(3));
	EXPECT_EQ(-EFBIG, auxblob());
	EXPECT_LT(0, outblob(4));
	check_log(_metadata, &self->m);

	/* and with a log that is full at the same time, which it is not left for others */
	ASSERT_EQ(0, text_write(LOG_LIMIT, self->limit));
	EXPECT_EQ(-ENOSPC, sysfs_extend(&self->m, REM(0), data));
	snprintf(self->limit, sizeof(self->limit), LIMIT_MAX);
}

TEST_HARNESS_MAIN
