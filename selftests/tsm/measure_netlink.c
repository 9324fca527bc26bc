// SPDX-License-Identifier: GPL-2.0-only
/* The netlink family: what it reads, what it extends, and what it refuses. */
#include "eventlog.h"
#include "nl.h"
#include "token.h"

FIXTURE(nl) {
	struct measure m;
	struct nl nl;
	struct nl_msg msg;
	struct nl_reply reply;
	struct before before;
};

FIXTURE_SETUP(nl)
{
	measure_setup(_metadata, &self->m);
	if (_metadata->exit_code)
		return;
	ASSERT_EQ(0, nl_open(&self->nl));
	self->before = before(_metadata, &self->m);
}

FIXTURE_TEARDOWN(nl)
{
	if (self->m.device)
		check_log(_metadata, &self->m);
}

#define begin(cmd, flags) nl_begin(&self->nl, &self->msg, self->nl.family, cmd, flags)
#define put(type, data, size)	nl_put(&self->msg, type, data, size)
#define put_u32(type, value)	nl_put_u32(&self->msg, type, value)
#define put_text(type, text)	nl_put_text(&self->msg, type, text)
#define answer()	nl_get(&self->nl, &self->msg, &self->reply)
#define attr(type)	(self->reply.attrs.data[type])
#define attr_size(type)	(self->reply.attrs.size[type])
#define attr_u32(type)	nl_u32(&self->reply.attrs, type)
#define unchanged()	expect_unchanged(_metadata, &self->m, &self->before)

/* index: an extension of it; the rest of the event follows. */
static void add(struct nl *nl, struct nl_msg *msg, __u32 index)
{
	nl_begin(nl, msg, nl->family, REALM_TSM_CMD_EVENT_ADD, 0);
	nl_put_u32(msg, REALM_TSM_A_EVENT_INDEX, index);
}

#define add(index)	add(&self->nl, &self->msg, index)

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
static void expect_added(struct __test_metadata *_metadata, FIXTURE_DATA(nl) *self, int index,
			 const __u8 *digest, const __u8 *event, size_t event_size)
{
	EXPECT_EQ(0, answer())
		TH_LOG("%s", self->nl.said);
	EXPECT_EQ(index, attr_u32(REALM_TSM_A_EVENT_INDEX));
	ASSERT_EQ(self->m.size, attr_size(REALM_TSM_A_EVENT_DIGEST));
	EXPECT_EQ(0, memcmp(digest, attr(REALM_TSM_A_EVENT_DIGEST), self->m.size));
	expect_extended(_metadata, &self->m, &self->before, index, digest, event, event_size);
	EXPECT_EQ(check_log(_metadata, &self->m), attr_u32(REALM_TSM_A_EVENT_RECORD));
	self->before = before(_metadata, &self->m);
}

TEST_F(nl, add_digest)
{
	__u8 digest[VALUE_MAX], event[8];

	tagged(event, REALM_TSM_TAG_DIGEST, NULL, 0);
	for (int i = REM(0); i < REGISTERS; i++) {
		digest_fill(digest, i);
		add(i);
		put(REALM_TSM_A_EVENT_DIGEST, digest, self->m.size);
		expect_added(_metadata, self, i, digest, event, sizeof(event));
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
	expect_added(_metadata, self, REM(1), digest, event, size);
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
		expect_added(_metadata, self, REM(2), digest, event, size);
	}
}

/* What is put must be refused, in words where the kernel has some. */
#define EXPECT_REFUSED(err) do { \
	EXPECT_EQ(-(err), answer()); \
	EXPECT_NE(0, self->nl.said[0]) \
		TH_LOG("without a word"); \
} while (0)

TEST_F(nl, index_out_of_range)
{
	static const __u32 wrong[] = { 0, 5, 255, 1 << 16, 1U << 31, ~0U };
	__u8 digest[VALUE_MAX] = {};

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		add(wrong[i]);
		put(REALM_TSM_A_EVENT_DIGEST, digest, self->m.size);
		EXPECT_REFUSED(ERANGE);
		if (!wrong[i])
			continue;
		begin(REALM_TSM_CMD_REGISTER_GET, 0);
		put_u32(REALM_TSM_A_REGISTER_INDEX, wrong[i]);
		EXPECT_REFUSED(ERANGE);
	}
	unchanged();
}

TEST_F(nl, wrong_digest_sizes)
{
	static __u8 digest[4096];

	for (size_t size = 0; size <= 130; size++) {
		if (size == self->m.size)
			continue;
		add(REM(0));
		put(REALM_TSM_A_EVENT_DIGEST, digest, size);
		EXPECT_REFUSED(EINVAL);
	}
	add(REM(0));
	put(REALM_TSM_A_EVENT_DIGEST, digest, sizeof(digest));
	EXPECT_REFUSED(EINVAL);
	unchanged();
}

TEST_F(nl, what_aael_forbids)
{
	static const char *const words[] = { "", " ", "a b", "a\n", "a\t", "\x7f", "\x80", "\xff" };
	static const char *const contents[] = { "", "a\n", "a\tb", "\x7f", "\xc3\xa4" };

	for (size_t i = 0; i < 2 * ARRAY_SIZE(words) + ARRAY_SIZE(contents); i++) {
		size_t n = ARRAY_SIZE(words);

		add(REM(0));
		put_text(REALM_TSM_A_EVENT_DOMAIN, i < n ? words[i] : "d");
		put_text(REALM_TSM_A_EVENT_OPERATION, i / n == 1 ? words[i - n] : "o");
		put_text(REALM_TSM_A_EVENT_CONTENT, i >= 2 * n ? contents[i - 2 * n] : "c");
		EXPECT_REFUSED(EINVAL);
	}
	/* A NUL is not the end of what somebody sent. */
	add(REM(0));
	put(REALM_TSM_A_EVENT_DOMAIN, "d\0d", 4);
	put_text(REALM_TSM_A_EVENT_OPERATION, "o");
	put_text(REALM_TSM_A_EVENT_CONTENT, "c");
	EXPECT_REFUSED(EINVAL);
	unchanged();
}

TEST_F(nl, too_long)
{
	static char text[REALM_TSM_CONTENT_MAX + 2];

	memset(text, 'a', sizeof(text) - 1);
	for (int field = REALM_TSM_A_EVENT_DOMAIN; field <= REALM_TSM_A_EVENT_CONTENT; field++) {
		size_t max = field == REALM_TSM_A_EVENT_CONTENT ? REALM_TSM_CONTENT_MAX :
								  REALM_TSM_WORD_MAX;

		add(REM(0));
		for (int i = REALM_TSM_A_EVENT_DOMAIN; i <= REALM_TSM_A_EVENT_CONTENT; i++)
			put_text(i, i == field ? text + sizeof(text) - 2 - max : "x");
		/* to the kernel's policies a text without its end in time */
		EXPECT_REFUSED(EINVAL);
	}
	add(REM(0));
	put_u32(REALM_TSM_A_EVENT_TAG, 1);
	put(REALM_TSM_A_EVENT_DATA, text, REALM_TSM_CONTENT_MAX + 1);
	EXPECT_REFUSED(ERANGE);
	unchanged();
}

TEST_F(nl, tags_and_data_refused)
{
	add(REM(0));
	put_u32(REALM_TSM_A_EVENT_TAG, REALM_TSM_TAG_AAEL);
	put(REALM_TSM_A_EVENT_DATA, "forged", 6);
	EXPECT_REFUSED(EINVAL);
	add(REM(0));
	put_u32(REALM_TSM_A_EVENT_TAG, REALM_TSM_TAG_DIGEST);
	put(REALM_TSM_A_EVENT_DATA, "", 0);
	EXPECT_REFUSED(EINVAL);
	add(REM(0));
	put_u32(REALM_TSM_A_EVENT_TAG, 7);
	put(REALM_TSM_A_EVENT_DATA, "\x80", 1);
	EXPECT_REFUSED(EINVAL);
	unchanged();
}

/* Each set of attributes that is not exactly one whole event. */
TEST_F(nl, not_one_form)
{
	const int all = 1 << 6;

	for (int set = 0; set < all; set++) {
		if (set == 0x07 || set == 0x18 || set == 0x20)
			continue;	/* AAEL, tagged, digest */
		add(REM(0));
		for (int i = 0; i < 6; i++) {
			int type = REALM_TSM_A_EVENT_DOMAIN + i;

			if (!(set & 1 << i))
				continue;
			if (type == REALM_TSM_A_EVENT_TAG)
				put_u32(type, 1);
			else if (type == REALM_TSM_A_EVENT_DIGEST)
				put(type, self->before.registers.value[0], self->m.size);
			else
				put_text(type, "x");
		}
		EXPECT_EQ(-EINVAL, answer())
			TH_LOG("set %#x", set);
	}
	begin(REALM_TSM_CMD_EVENT_ADD, 0);
	put(REALM_TSM_A_EVENT_DIGEST, self->before.registers.value[0], self->m.size);
	EXPECT_EQ(-EINVAL, answer())
		TH_LOG("without an index");
	begin(REALM_TSM_CMD_REGISTER_GET, 0);
	EXPECT_EQ(-EINVAL, answer());
	unchanged();
}

TEST_F(nl, malformed)
{
	__u8 digest[VALUE_MAX] = {};
	__u16 eight = 1;

	/* numbers of another size, text without its end, an attribute past the message's end */
	begin(REALM_TSM_CMD_EVENT_ADD, 0);
	put(REALM_TSM_A_EVENT_INDEX, &eight, sizeof(eight));
	put(REALM_TSM_A_EVENT_DIGEST, digest, self->m.size);
	EXPECT_REFUSED(EINVAL);

	add(REM(0));
	put(REALM_TSM_A_EVENT_DOMAIN, "d", 1);
	put_text(REALM_TSM_A_EVENT_OPERATION, "o");
	put_text(REALM_TSM_A_EVENT_CONTENT, "c");
	EXPECT_REFUSED(EINVAL);

	add(REM(0));
	put(REALM_TSM_A_EVENT_DIGEST, digest, self->m.size);
	self->msg.h.nlmsg_len -= 4;
	EXPECT_REFUSED(EINVAL);

	add(REM(0));
	put(REALM_TSM_A_EVENT_DIGEST, digest, self->m.size);
	put_u32(REALM_TSM_A_EVENT_RECORD, 1);
	EXPECT_REFUSED(EINVAL);

	add(REM(0));
	put(REALM_TSM_A_EVENT_DIGEST, digest, self->m.size);
	put_u32(1000, 1);
	EXPECT_REFUSED(EINVAL);
	unchanged();
}

TEST_F(nl, unknown_commands)
{
	static const __u8 commands[] = { 0, REALM_TSM_CMD_MAX + 1, 255 };

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		begin(commands[i], 0);
		EXPECT_EQ(-EOPNOTSUPP, answer());
	}
	begin(REALM_TSM_CMD_EVENT_NTF, 0);
	EXPECT_EQ(-EOPNOTSUPP, answer());
	begin(REALM_TSM_CMD_LOG_GET, 0);
	EXPECT_EQ(-EOPNOTSUPP, answer());
	begin(REALM_TSM_CMD_REALM_GET, NLM_F_DUMP);
	EXPECT_EQ(-EOPNOTSUPP, nl_request(&self->nl, &self->msg, NULL, NULL));
	unchanged();
}

static int nobody(const struct measure *m)
{
	static struct nl_reply reply;
	__u8 digest[VALUE_MAX] = {};
	struct nl_msg msg;
	struct nl nl;

	if (nl_open(&nl))
		return 1;
	nl_begin(&nl, &msg, nl.family, REALM_TSM_CMD_REALM_GET, 0);
	if (nl_get(&nl, &msg, &reply) || reply.attrs.data[REALM_TSM_A_REALM_LOG_SIZE])
		return 2;
	nl_begin(&nl, &msg, nl.family, REALM_TSM_CMD_REGISTER_GET, 0);
	nl_put_u32(&msg, REALM_TSM_A_REGISTER_INDEX, REM(0));
	if (nl_get(&nl, &msg, &reply))
		return 3;
	nl_begin(&nl, &msg, nl.family, REALM_TSM_CMD_EVENT_ADD, 0);
	nl_put_u32(&msg, REALM_TSM_A_EVENT_INDEX, REM(0));
	nl_put(&msg, REALM_TSM_A_EVENT_DIGEST, digest, m->size);
	if (nl_get(&nl, &msg, &reply) != -EPERM)
		return 4;
	nl_begin(&nl, &msg, nl.family, REALM_TSM_CMD_LOG_GET, NLM_F_DUMP);
	if (nl_request(&nl, &msg, NULL, NULL) != -EPERM)
		return 5;
	nl_begin(&nl, &msg, nl.family, REALM_TSM_CMD_REPORT_GET, 0);
	nl_put(&msg, REALM_TSM_A_REPORT_CHALLENGE, digest, sizeof(digest));
	if (nl_get(&nl, &msg, &reply) != -EPERM)
		return 6;
	if (nl_subscribe(&nl) != -EPERM)
		return 7;
	return 0;
}

TEST_F(nl, no_privilege)
{
	EXPECT_EQ(0, as_nobody(_metadata, nobody, &self->m))
		TH_LOG("refused: 2: realm-get, 3: register-get; or not refused: see above");
	unchanged();
}

/* A socket that root opened is no privilege of whoever got it. */
static struct nl *inherited;

static int with_inherited(const struct measure *m)
{
	static struct nl_reply reply;
	__u8 digest[VALUE_MAX] = {};
	struct nl_msg msg;

	nl_begin(inherited, &msg, inherited->family, REALM_TSM_CMD_EVENT_ADD, 0);
	nl_put_u32(&msg, REALM_TSM_A_EVENT_INDEX, REM(0));
	nl_put(&msg, REALM_TSM_A_EVENT_DIGEST, digest, m->size);

	return nl_get(inherited, &msg, &reply) == -EPERM ? 0 : 1;
}

TEST_F(nl, inherited_socket)
{
	inherited = &self->nl;
	EXPECT_EQ(0, as_nobody(_metadata, with_inherited, &self->m));
	unchanged();
}

TEST_F(nl, full_log)
{
	__u8 digest[VALUE_MAX] = {};
	char limit[16];

	ASSERT_EQ(0, text_read(LOG_LIMIT, limit, sizeof(limit)));
	ASSERT_EQ(0, text_write(LOG_LIMIT, "0"));
	add(REM(0));
	put(REALM_TSM_A_EVENT_DIGEST, digest, self->m.size);
	EXPECT_EQ(-ENOSPC, answer());
	unchanged();
	ASSERT_EQ(0, text_write(LOG_LIMIT, limit));
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

TEST_HARNESS_MAIN
