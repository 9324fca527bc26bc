// SPDX-License-Identifier: GPL-2.0-only
/* Events as directories: filled in, committed, and as they were ever after. */
#include <pthread.h>

#include "configfs.h"

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
