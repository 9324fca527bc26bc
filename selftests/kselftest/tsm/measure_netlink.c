// SPDX-License-Identifier: GPL-2.0-only
/* The netlink family: what it reads, and what it extends. */
#include "netlink.h"
#include "rsi_control.h"
#include "token.h"

TEST_F(nl, realm_get)
{
	char limit[16];

	begin(REALM_TSM_CMD_REALM_GET, 0);
	ASSERT_EQ(0, answer());
	EXPECT_EQ(1, attr_u32(REALM_TSM_A_REALM_RSI_MAJOR));
	ASSERT_NE(NULL, attr(REALM_TSM_A_REALM_HASH_ALGORITHM));
	EXPECT_STREQ(self->m.hash, attr(REALM_TSM_A_REALM_HASH_ALGORITHM));
	EXPECT_EQ(self->m.size, attr_u32(REALM_TSM_A_REALM_DIGEST_SIZE));
	EXPECT_EQ(REALM_TSM_RPV_SIZE, attr_size(REALM_TSM_A_REALM_RPV));
	EXPECT_EQ(self->before.log_size, attr_u32(REALM_TSM_A_REALM_LOG_SIZE));
	EXPECT_EQ(check_log(_metadata, &self->m), attr_u32(REALM_TSM_A_REALM_LAST_RECORD));
	ASSERT_EQ(0, text_read(LOG_LIMIT, limit, sizeof(limit)));
	EXPECT_EQ(strtoul(limit, NULL, 10), attr_u32(REALM_TSM_A_REALM_LOG_LIMIT));
	EXPECT_EQ(!strcmp(self->m.device, MISC "arm_cca_guest"),
		  !!attr(REALM_TSM_A_REALM_REPORTS));
}

TEST_F(nl, register_get)
{
	for (int i = 0; i < REGISTERS; i++) {
		begin(REALM_TSM_CMD_REGISTER_GET, 0);
		put_u32(REALM_TSM_A_REGISTER_INDEX, i);
		ASSERT_EQ(0, answer());
		EXPECT_EQ(i, attr_u32(REALM_TSM_A_REGISTER_INDEX));
		EXPECT_STREQ(register_names[i], attr(REALM_TSM_A_REGISTER_NAME));
		ASSERT_EQ(self->m.size, attr_size(REALM_TSM_A_REGISTER_DIGEST));
		EXPECT_EQ(0, memcmp(self->before.registers.value[i],
				    attr(REALM_TSM_A_REGISTER_DIGEST), self->m.size));
		EXPECT_EQ(i == RIM ? 0 : self->m.size, attr_size(REALM_TSM_A_REGISTER_BASELINE));
		EXPECT_EQ(i == RIM ? ~0U : REALM_TSM_REGISTER_STATE_CONSISTENT,
			  attr_u32(REALM_TSM_A_REGISTER_STATE));
	}
}

static int count(const struct nlmsghdr *h, void *arg)
{
	struct nl_attrs attrs;
	int *n = arg;

	nl_parse(h, &attrs);

	return nl_u32(&attrs, REALM_TSM_A_REGISTER_INDEX) == (*n)++ ? 0 : -EBADMSG;
}

TEST_F(nl, register_dump)
{
	int n = 0;

	begin(REALM_TSM_CMD_REGISTER_GET, NLM_F_DUMP);
	EXPECT_EQ(0, nl_request(&self->nl, &self->msg, count, &n));
	EXPECT_EQ(REGISTERS, n);
}

/* The reply of event-add says what the register and the log say. */
#define expect_added(index, digest, event, bytes) do { \
	const __u8 *digest_ = (digest); \
	const int index_ = (index); \
	EXPECT_EQ(0, answer()) \
		TH_LOG("%s", self->nl.said); \
	EXPECT_EQ(index_, attr_u32(REALM_TSM_A_EVENT_INDEX)); \
	ASSERT_EQ(self->m.size, attr_size(REALM_TSM_A_EVENT_DIGEST)); \
	EXPECT_EQ(0, memcmp(digest_, attr(REALM_TSM_A_EVENT_DIGEST), self->m.size)); \
	expect_extended(_metadata, &self->m, &self->before, index_, digest_, event, bytes); \
	EXPECT_EQ(check_log(_metadata, &self->m), attr_u32(REALM_TSM_A_EVENT_RECORD)); \
	self->before = before(_metadata, &self->m); \
} while (0)

TEST_F(nl, add_digest)
{
	__u8 digest[VALUE_MAX], event[8];

	tagged(event, REALM_TSM_TAG_DIGEST, NULL, 0);
	for (int i = REM(0); i < REGISTERS; i++) {
		digest_fill(digest, i);
		add(i);
		put(REALM_TSM_A_EVENT_DIGEST, digest, self->m.size);
		expect_added(i, digest, event, sizeof(event));
	}
}

TEST_F(nl, add_aael)
{
	static const char text[] = "d o c c";
	__u8 digest[VALUE_MAX], event[64];
	size_t size = tagged(event, REALM_TSM_TAG_AAEL, text, strlen(text));

	hash(&self->m, event, size, digest);
	add(REM(1));
	put_text(REALM_TSM_A_EVENT_DOMAIN, "d");
	put_text(REALM_TSM_A_EVENT_OPERATION, "o");
	put_text(REALM_TSM_A_EVENT_CONTENT, "c c");
	expect_added(REM(1), digest, event, size);
}

TEST_F(nl, add_tagged)
{
	static const size_t sizes[] = { 0, 1, 100, REALM_TSM_CONTENT_MAX };
	static __u8 event[4096], data[REALM_TSM_CONTENT_MAX];
	__u8 digest[VALUE_MAX];

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = i % 128;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		size_t size = tagged(event, 0x12345678, data, sizes[i]);

		hash(&self->m, event, size, digest);
		add(REM(2));
		put_u32(REALM_TSM_A_EVENT_TAG, 0x12345678);
		put(REALM_TSM_A_EVENT_DATA, data, sizes[i]);
		expect_added(REM(2), digest, event, size);
	}
}

struct joined {
	__u8 *at;
	__u32 next;
};

static int join(const struct nlmsghdr *h, void *arg)
{
	struct joined *joined = arg;
	struct nl_attrs attrs;

	nl_parse(h, &attrs);
	if (nl_u32(&attrs, REALM_TSM_A_LOG_RECORD) != joined->next++)
		return -EBADMSG;
	memcpy(joined->at, attrs.data[REALM_TSM_A_LOG_DATA], attrs.size[REALM_TSM_A_LOG_DATA]);
	joined->at += attrs.size[REALM_TSM_A_LOG_DATA];

	return 0;
}

/* Joined, the records are the file; from any of them on. */
TEST_F_TIMEOUT(nl, log_get, 60)
{
	static __u8 all[LOG_MAX];
	struct joined joined;
	size_t size, at;
	const __u8 *log;
	struct record r;
	long last;

	/* more than one message of a dump holds */
	for (int i = 0; i < 200; i++) {
		__u8 digest[VALUE_MAX];

		digest_fill(digest, i);
		ASSERT_EQ(0, sysfs_extend(&self->m, REM(i % 4), digest));
	}
	last = check_log(_metadata, &self->m);
	log = log_read(_metadata, &self->m, &size);

	joined = (struct joined){ .at = all };
	begin(REALM_TSM_CMD_LOG_GET, NLM_F_DUMP);
	ASSERT_EQ(0, nl_request(&self->nl, &self->msg, join, &joined));
	EXPECT_EQ(last + 1, joined.next);
	ASSERT_EQ(size, joined.at - all);
	EXPECT_EQ(0, memcmp(all, log, size));

	at = header_size(&self->m, log, size);
	for (__u32 from = 1; from <= last; from++) {
		if (from % 10 == 1) {
			joined = (struct joined){ .at = all, .next = from };
			begin(REALM_TSM_CMD_LOG_GET, NLM_F_DUMP);
			put_u32(REALM_TSM_A_LOG_RECORD, from);
			ASSERT_EQ(0, nl_request(&self->nl, &self->msg, join, &joined));
			ASSERT_EQ(size - at, joined.at - all);
			ASSERT_EQ(0, memcmp(all, log + at, size - at));
		}
		ASSERT_TRUE(record_parse(&self->m, log + at, size - at, &r));
		at += r.size;
	}

	for (__u32 from = last + 1; from; from = from > 1U << 31 ? 0 : ~0U) {
		joined = (struct joined){ .at = all, .next = from };
		begin(REALM_TSM_CMD_LOG_GET, NLM_F_DUMP);
		put_u32(REALM_TSM_A_LOG_RECORD, from);
		EXPECT_EQ(0, nl_request(&self->nl, &self->msg, join, &joined));
		EXPECT_EQ(0, joined.at - all);
	}
}

TEST_F(nl, report_get)
{
	const bool ours = !strcmp(self->m.device, MISC "arm_cca_guest");
	__u8 challenge[CHALLENGE_SIZE + 1];

	for (size_t size = 0; size <= sizeof(challenge); size++) {
		challenge_fill(challenge, size);
		memset(challenge + size, 0, sizeof(challenge) - size);
		if (size % 16 > 1 && size % 16 < 15)
			continue;
		begin(REALM_TSM_CMD_REPORT_GET, 0);
		put(REALM_TSM_A_REPORT_CHALLENGE, challenge, size);
		if (size > CHALLENGE_SIZE || (ours && size < 32)) {
			EXPECT_REFUSED(ERANGE);
			continue;
		}
		if (!ours) {
			EXPECT_REFUSED(EBUSY);
			continue;
		}
		ASSERT_EQ(0, answer())
			TH_LOG("%zu bytes: %s", size, self->nl.said);
		EXPECT_TRUE(token_is_whole(attr(REALM_TSM_A_REPORT_TOKEN),
					   attr_size(REALM_TSM_A_REPORT_TOKEN)));
		EXPECT_TRUE(token_has_challenge(attr(REALM_TSM_A_REPORT_TOKEN),
						attr_size(REALM_TSM_A_REPORT_TOKEN), challenge));
		EXPECT_EQ(check_log(_metadata, &self->m), attr_u32(REALM_TSM_A_REPORT_RECORD));
	}
	begin(REALM_TSM_CMD_REPORT_GET, 0);
	EXPECT_EQ(ours ? -EINVAL : -EBUSY, answer());
	unchanged();
}

/* More than an attribute can hold is said to be so, and not cut. */
TEST_F(nl, report_too_long)
{
	__u8 challenge[CHALLENGE_SIZE];
	struct rsi rsi;

	if (strcmp(self->m.device, MISC "arm_cca_guest"))
		SKIP(return, "another driver provides reports");
	rsi_fault_setup(_metadata, &rsi);
	if (_metadata->exit_code)
		return;
	challenge_fill(challenge, 1);
	rsi_fault(_metadata, &rsi, "init:pad=65536");
	begin(REALM_TSM_CMD_REPORT_GET, 0);
	put(REALM_TSM_A_REPORT_CHALLENGE, challenge, sizeof(challenge));
	EXPECT_REFUSED(EMSGSIZE);
	rsi_fault_teardown(_metadata, &rsi);

	begin(REALM_TSM_CMD_REPORT_GET, 0);
	put(REALM_TSM_A_REPORT_CHALLENGE, challenge, sizeof(challenge));
	ASSERT_EQ(0, answer());
	EXPECT_TRUE(token_is_whole(attr(REALM_TSM_A_REPORT_TOKEN),
				   attr_size(REALM_TSM_A_REPORT_TOKEN)));
	unchanged();
}

TEST_HARNESS_MAIN
