// SPDX-License-Identifier: GPL-2.0-only
/* What an event cannot be: refused, and register and log as before. */
#include "configfs.h"

TEST_F(event, commit_twice)
{
	fill_in(_metadata, self->dir);
	EXPECT_EQ(0, commit());
	self->before = before(_metadata, &self->m);
	EXPECT_EQ(-EALREADY, commit());
	unchanged();
}

TEST_F(event, commit_nothing)
{
	EXPECT_EQ(-ENODATA, commit());
	unchanged();
}

TEST_F(event, commit_incomplete)
{
	static const char *const fields[] = { "domain", "operation", "content" };

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		EXPECT_EQ(-ENODATA, commit());
		EXPECT_NO_TEXT(fields[i]);
		EXPECT_EQ(0, put(fields[i], "x"));
	}
	unchanged();
	EXPECT_EQ(0, commit());
	check_log(_metadata, &self->m);
}

TEST_F(event, commit_both_forms)
{
	char text[2 * VALUE_MAX + 1];

	hex(self->before.registers.value[RIM], self->m.size, text);
	EXPECT_EQ(0, put("digest", text));
	EXPECT_EQ(0, put("content", "x"));
	EXPECT_EQ(-EINVAL, commit());
	fill_in(_metadata, self->dir);
	EXPECT_EQ(-EINVAL, commit());
	unchanged();
}

TEST_F(event, commit_something_else)
{
	static const char *const values[] = {
		"0", "2", "11", "1 ", "yes", "\n", "1\n\n", "1\n1\n",
	};

	fill_in(_metadata, self->dir);
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		EXPECT_EQ(-EINVAL, put("commit", values[i]))
			TH_LOG("\"%s\"", values[i]);
	}
	unchanged();
}

/* Nothing of it is taken, and what was there stays. */
TEST_F(event, what_aael_forbids)
{
	static const char *const words[] = {
		"", "\n", " ", "a b", " a", "a ", "a\n\n", "a\tb", "a\nb", "a\rb", "a\vb", "\x01",
		"a\x7f", "a\x80", "a\xa0", "\xc3\xa4", "\xff",
	};
	static const char *const contents[] = {
		"", "\n", "a\n\n", "a\tb", "a\nb", "a\rb", "\x01", "a\x7f", "a\x80", "\xc3\xa4",
	};

	fill_in(_metadata, self->dir);
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		/* configfs has nothing to copy from an empty write, and calls that a fault */
		int expected = *words[i] ? -EINVAL : -EFAULT;

		EXPECT_EQ(expected, put("domain", words[i]))
			TH_LOG("domain \"%s\"", words[i]);
		EXPECT_EQ(expected, put("operation", words[i]))
			TH_LOG("operation \"%s\"", words[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(contents); i++) {
		EXPECT_EQ(*contents[i] ? -EINVAL : -EFAULT, put("content", contents[i]))
			TH_LOG("content \"%s\"", contents[i]);
	}
	EXPECT_EQ(-EINVAL, file_write(attribute(self->dir, "domain"), "a\0b", 3));
	EXPECT_EQ(-EINVAL, file_write(attribute(self->dir, "content"), "a\0", 2));
	EXPECT_TEXT("example.org/tests", "domain");
	EXPECT_TEXT("Commit", "operation");
	EXPECT_TEXT("{\"a\": \"b c\"}", "content");
	unchanged();
}

TEST_F(event, digest_is_not_hex)
{
	char text[2 * VALUE_MAX + 2] = "";
	const size_t digits = 2 * self->m.size;

	memset(text, '0', digits);
	for (const char *bad = "g/:@G` -\n\t\x80\xff"; *bad; bad++) {
		text[digits / 2] = *bad;
		EXPECT_EQ(-EINVAL, put("digest", text))
			TH_LOG("character %#x", *bad);
	}
	text[digits / 2] = '0';
	for (size_t n = 1; n < digits; n++) {
		EXPECT_EQ(-EINVAL, file_write(attribute(self->dir, "digest"), text, n))
			TH_LOG("%zu digits", n);
	}
	EXPECT_NO_TEXT("digest");
	EXPECT_EQ(-ENODATA, commit());
	unchanged();
}

FIXTURE(too_long) {
	struct measure m;
	char dir[64];
	struct before before;
};

FIXTURE_VARIANT(too_long) {
	const char *name;
	size_t size;
};

FIXTURE_VARIANT_ADD(too_long, domain) { .name = "domain", .size = WORD_MAX + 1 };
FIXTURE_VARIANT_ADD(too_long, operation) { .name = "operation", .size = WORD_MAX + 1 };
FIXTURE_VARIANT_ADD(too_long, content) { .name = "content", .size = CONTENT_MAX + 1 };
/* configfs hands this over in two pieces, the second of which is short. */
FIXTURE_VARIANT_ADD(too_long, content_in_pieces) { .name = "content", .size = 4095 + 5 };
FIXTURE_VARIANT_ADD(too_long, digest) { .name = "digest", .size = 2 * VALUE_MAX + 2 };
FIXTURE_VARIANT_ADD(too_long, digest_in_pieces) { .name = "digest", .size = 4095 + 2 * VALUE_MAX };

FIXTURE_SETUP(too_long)
{
	measure_setup(_metadata, &self->m);
	if (_metadata->exit_code)
		return;
	snprintf(self->dir, sizeof(self->dir), MEASUREMENTS "rem1/%d", getpid());
	ASSERT_EQ(0, mkdir(self->dir, 0700));
	self->before = before(_metadata, &self->m);
}

FIXTURE_TEARDOWN(too_long)
{
	if (self->m.device)
		EXPECT_EQ(0, rmdir(self->dir));
}

/* As cp(1) and a stubborn writer would do it: on with the rest. The event is spoilt for good. */
TEST_F(too_long, spoils_the_event)
{
	int fd = open(attribute(self->dir, variant->name), O_WRONLY | O_CLOEXEC);
	static char text[8192];

	fill_in(_metadata, self->dir);
	memset(text, 'a', sizeof(text));
	ASSERT_LE(0, fd);
	EXPECT_EQ(-1, write(fd, text, variant->size));
	EXPECT_EQ(E2BIG, errno);
	EXPECT_EQ(-1, write(fd, text, variant->size % 4095));
	EXPECT_EQ(E2BIG, errno);
	close(fd);

	EXPECT_EQ(-E2BIG, put("domain", "short"));
	EXPECT_EQ(-E2BIG, commit());
	EXPECT_NO_TEXT("record");
	unchanged();
}

static int unprivileged(const struct measure *m)
{
	char text[2 * VALUE_MAX + 1], dir[64];

	if (text_read(MEASUREMENTS "rem3/digest", text, sizeof(text)) ||
	    strlen(text) != 2 * m->size)
		return 1;
	if (!mkdir(MEASUREMENTS "rem3/nobody", 0700) || errno != EACCES)
		return 2;
	snprintf(dir, sizeof(dir), MEASUREMENTS "rem3/%d", getppid());
	if (text_write(attribute(dir, "commit"), "1") != -EACCES)
		return 3;
	if (get(dir, "content", text, sizeof(text)) != -EACCES)
		return 4;
	return 0;
}

TEST_F(event, no_privilege)
{
	fill_in(_metadata, self->dir);
	EXPECT_EQ(0, as_nobody(_metadata, unprivileged, &self->m))
		TH_LOG("1: read of a register; not refused: 2: mkdir, 3: commit, 4: content");
	unchanged();
}

TEST_HARNESS_MAIN
