// SPDX-License-Identifier: GPL-2.0-only
/* What netlink refuses: with a word, and with register and log as before. */
#include "netlink.h"
#include "token.h"

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

TEST_HARNESS_MAIN
