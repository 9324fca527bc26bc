// SPDX-License-Identifier: GPL-2.0-only
/* Events as directories: filled in, committed, and as they were ever after. */
#include <pthread.h>

#include "eventlog.h"

#define WORD_MAX	REALM_TSM_WORD_MAX
#define CONTENT_MAX	REALM_TSM_CONTENT_MAX

FIXTURE(event) {
	struct measure m;
	char dir[64];
	struct before before;
};

static char *attribute(const char *dir, const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);

	return path;
}

#define put(name, text)	text_write(attribute(self->dir, name), text)
#define commit()	put("commit", "1\n")

static int get(const char *dir, const char *name, char *text, size_t size)
{
	return text_read(attribute(dir, name), text, size);
}

#define EXPECT_TEXT(expected, name) do { \
	char text_[4096] = ""; \
	EXPECT_EQ(0, get(self->dir, name, text_, sizeof(text_))); \
	EXPECT_STREQ(expected, text_); \
} while (0)
#define EXPECT_NO_TEXT(name) do { \
	char text_[4096]; \
	EXPECT_EQ(-ENODATA, get(self->dir, name, text_, sizeof(text_))); \
} while (0)

#define unchanged()	expect_unchanged(_metadata, &self->m, &self->before)

FIXTURE_SETUP(event)
{
	measure_setup(_metadata, &self->m);
	if (_metadata->exit_code)
		return;
	snprintf(self->dir, sizeof(self->dir), MEASUREMENTS "rem3/%d", getpid());
	ASSERT_EQ(0, mkdir(self->dir, 0700));
	self->before = before(_metadata, &self->m);
}

FIXTURE_TEARDOWN(event)
{
	if (self->m.device)
		EXPECT_TRUE(!rmdir(self->dir) || errno == ENOENT);
}

static void fill_in(struct __test_metadata *_metadata, const char *dir)
{
	ASSERT_EQ(0, text_write(attribute(dir, "domain"), "example.org/tests\n"));
	ASSERT_EQ(0, text_write(attribute(dir, "operation"), "Commit\n"));
	ASSERT_EQ(0, text_write(attribute(dir, "content"), "{\"a\": \"b c\"}\n"));
}

#define AAEL_TEXT	"example.org/tests Commit {\"a\": \"b c\"}"

/* From a shell: mkdir, three echos, echo 1 > commit. */
TEST_F(event, aael)
{
	__u8 event[256], digest[VALUE_MAX];
	size_t size = tagged(event, REALM_TSM_TAG_AAEL, AAEL_TEXT, strlen(AAEL_TEXT));
	char text[2 * VALUE_MAX + 1], number[24];
	long records;

	EXPECT_NO_TEXT("record");
	fill_in(_metadata, self->dir);
	EXPECT_TEXT("example.org/tests", "domain");
	EXPECT_TEXT("Commit", "operation");
	EXPECT_TEXT("{\"a\": \"b c\"}", "content");
	EXPECT_EQ(0, commit());

	hash(&self->m, event, size, digest);
	expect_extended(_metadata, &self->m, &self->before, REM(3), digest, event, size);
	hex(digest, self->m.size, text);
	EXPECT_TEXT(text, "digest");
	records = check_log(_metadata, &self->m);
	snprintf(number, sizeof(number), "%ld", records);
	EXPECT_TEXT(number, "record");
}

TEST_F(event, digest)
{
	__u8 event[8], digest[VALUE_MAX];
	char text[2 * VALUE_MAX + 1];

	digest_fill(digest, 5);
	hex(digest, self->m.size, text);
	EXPECT_EQ(0, put("digest", text));
	EXPECT_TEXT(text, "digest");
	EXPECT_EQ(0, commit());
	expect_extended(_metadata, &self->m, &self->before, REM(3), digest, event,
			tagged(event, REALM_TSM_TAG_DIGEST, NULL, 0));
	EXPECT_TEXT(text, "digest");
}

/* Upper case is read, lower case is written. */
TEST_F(event, digest_in_upper_case)
{
	char text[2 * VALUE_MAX + 1] = "", lower[2 * VALUE_MAX + 1] = "";

	for (size_t i = 0; i < self->m.size; i++) {
		strcat(text, "aB");
		strcat(lower, "ab");
	}
	EXPECT_EQ(0, put("digest", text));
	EXPECT_TEXT(lower, "digest");
}

TEST_F(event, longest_fields)
{
	char domain[WORD_MAX + 1] = "", operation[WORD_MAX + 1] = "", content[CONTENT_MAX + 1] = "";
	static __u8 event[4096];
	static char text[4096];
	__u8 digest[VALUE_MAX];
	size_t size;

	memset(domain, 'd', WORD_MAX);
	memset(operation, '~', WORD_MAX);
	memset(content, ' ', CONTENT_MAX);
	EXPECT_EQ(0, put("domain", domain));
	EXPECT_EQ(0, put("operation", operation));
	EXPECT_EQ(0, put("content", content));
	EXPECT_TEXT(content, "content");
	EXPECT_EQ(0, commit());
	snprintf(text, sizeof(text), "%s %s %s", domain, operation, content);
	size = tagged(event, REALM_TSM_TAG_AAEL, text, strlen(text));
	hash(&self->m, event, size, digest);
	expect_extended(_metadata, &self->m, &self->before, REM(3), digest, event, size);
}

TEST_F(event, each_register)
{
	char text[2 * VALUE_MAX + 1], live[2 * VALUE_MAX + 1], number[24], dir[48];
	__u8 digest[VALUE_MAX];

	for (int i = RIM; i < REGISTERS; i++) {
		struct registers all;

		snprintf(dir, sizeof(dir), MEASUREMENTS "%s", register_names[i]);
		snprintf(number, sizeof(number), "%d", i);
		ASSERT_EQ(0, get(dir, "index", text, sizeof(text)));
		EXPECT_STREQ(number, text);
		if (i != RIM) {
			struct before b = before(_metadata, &self->m);
			__u8 event[8];

			snprintf(self->dir, sizeof(self->dir), "%s/e", dir);
			ASSERT_EQ(0, mkdir(self->dir, 0700));
			digest_fill(digest, i);
			hex(digest, self->m.size, text);
			EXPECT_EQ(0, put("digest", text));
			EXPECT_EQ(0, commit());
			EXPECT_EQ(0, rmdir(self->dir));
			expect_extended(_metadata, &self->m, &b, i, digest, event,
					tagged(event, REALM_TSM_TAG_DIGEST, NULL, 0));
			EXPECT_EQ(0, get(dir, "state", text, sizeof(text)));
			EXPECT_STREQ("consistent", text);
		}
		all = registers_read(_metadata, &self->m);
		hex(all.value[i], self->m.size, live);
		ASSERT_EQ(0, get(dir, "digest", text, sizeof(text)));
		EXPECT_STREQ(live, text);
	}
	snprintf(self->dir, sizeof(self->dir), MEASUREMENTS "rem3/%d", getpid());
}

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

TEST_F(event, read_only_once_committed)
{
	char text[2 * VALUE_MAX + 1];

	fill_in(_metadata, self->dir);
	EXPECT_EQ(0, commit());
	self->before = before(_metadata, &self->m);
	hex(self->before.registers.value[RIM], self->m.size, text);
	EXPECT_EQ(-EPERM, put("domain", "other"));
	EXPECT_EQ(-EPERM, put("operation", "Other"));
	EXPECT_EQ(-EPERM, put("content", "other"));
	EXPECT_EQ(-EPERM, put("digest", text));
	EXPECT_EQ(-EACCES, put("record", "1"));
	EXPECT_TEXT("example.org/tests", "domain");
	EXPECT_TEXT("Commit", "operation");
	EXPECT_TEXT("{\"a\": \"b c\"}", "content");
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

TEST_F(event, directories)
{
	char path[128];
	static const char *const no[] = { "x", "rim/x", "rem4" };

	for (size_t i = 0; i < ARRAY_SIZE(no); i++) {
		snprintf(path, sizeof(path), MEASUREMENTS "%s", no[i]);
		EXPECT_EQ(-1, mkdir(path, 0700));
		EXPECT_EQ(EPERM, errno)
			TH_LOG("mkdir %s", path);
	}
	EXPECT_EQ(-1, mkdir(self->dir, 0700));
	EXPECT_EQ(EEXIST, errno);
	snprintf(path, sizeof(path), "%s/x", self->dir);
	EXPECT_EQ(-1, mkdir(path, 0700));
	EXPECT_EQ(EPERM, errno);
	for (int i = 0; i < REGISTERS; i++) {
		snprintf(path, sizeof(path), MEASUREMENTS "%s", register_names[i]);
		EXPECT_EQ(-1, rmdir(path));
		EXPECT_EQ(EPERM, errno);
	}
	snprintf(path, sizeof(path), MEASUREMENTS "rem0/digest");
	EXPECT_EQ(-EACCES, text_write(path, "0"));
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

/* An open file of an event that is gone. */
TEST_F(event, removed)
{
	int fd = open(attribute(self->dir, "commit"), O_WRONLY | O_CLOEXEC);

	fill_in(_metadata, self->dir);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, rmdir(self->dir));
	EXPECT_EQ(-1, write(fd, "1", 1));
	EXPECT_EQ(ENOENT, errno);
	close(fd);
	unchanged();
}

/* A record outlives its event. */
TEST_F(event, removed_after_commit)
{
	fill_in(_metadata, self->dir);
	EXPECT_EQ(0, commit());
	self->before = before(_metadata, &self->m);
	EXPECT_EQ(0, rmdir(self->dir));
	unchanged();
}

TEST_F(event, full_log)
{
	char limit[16];

	fill_in(_metadata, self->dir);
	ASSERT_EQ(0, text_read(LOG_LIMIT, limit, sizeof(limit)));
	ASSERT_EQ(0, text_write(LOG_LIMIT, "0"));
	EXPECT_EQ(-ENOSPC, commit());
	EXPECT_NO_TEXT("record");
	unchanged();
	ASSERT_EQ(0, text_write(LOG_LIMIT, limit));
	EXPECT_EQ(0, commit());
	check_log(_metadata, &self->m);
}

#define ROUNDS	300

static void *remove_it(void *dir)
{
	usleep(rand() % 500);
	rmdir(dir);
	return NULL;
}

/* Whichever comes first: either it was committed, or it was never there. */
TEST_F_TIMEOUT(event, removed_meanwhile, 120)
{
	long records = check_log(_metadata, &self->m), committed = 0;

	for (int i = 0; i < ROUNDS; i++) {
		char dir[80];
		pthread_t thread;
		int fd;

		snprintf(dir, sizeof(dir), "%s-%d", self->dir, i);
		ASSERT_EQ(0, mkdir(dir, 0700));
		fill_in(_metadata, dir);
		fd = open(attribute(dir, "commit"), O_WRONLY | O_CLOEXEC);
		ASSERT_LE(0, fd);
		ASSERT_EQ(0, pthread_create(&thread, NULL, remove_it, dir));
		usleep(rand() % 300);
		if (write(fd, "1", 1) == 1)
			committed++;
		else
			EXPECT_EQ(ENOENT, errno);
		close(fd);
		pthread_join(thread, NULL);
	}
	EXPECT_EQ(records + committed, check_log(_metadata, &self->m));
	TH_LOG("%ld of %d were committed", committed, ROUNDS);
}

TEST_HARNESS_MAIN
