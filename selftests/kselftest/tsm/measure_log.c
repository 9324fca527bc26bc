// SPDX-License-Identifier: GPL-2.0-only
/* The event log's file: its form, and that readers and writers do not hurt each other. */
#include <signal.h>

#include "eventlog.h"

FIXTURE(log) {
	struct measure m;
};

FIXTURE_SETUP(log)
{
	measure_setup(_metadata, &self->m);
}

FIXTURE_TEARDOWN(log)
{
	if (self->m.device)
		check_log(_metadata, &self->m);
}

#define log_read(size)	log_read(_metadata, &self->m, size)

TEST_F(log, header)
{
	size_t size;
	const __u8 *log = log_read(&size);

	EXPECT_LT(0, header_size(&self->m, log, size))
		TH_LOG("the first record is not the Spec ID event of this realm's hash");
}

TEST_F(log, read_at_any_offset)
{
	int fd = open(log_path(&self->m), O_RDONLY | O_CLOEXEC);
	__u8 digest[VALUE_MAX], part[300];
	const __u8 *log;
	size_t size;

	ASSERT_LE(0, fd);
	for (int i = 0; i < 200; i++) {		/* past a page */
		digest_fill(digest, i);
		ASSERT_EQ(0, sysfs_extend(&self->m, REM(i % 4), digest));
	}
	log = log_read(&size);
	ASSERT_LT(8192, size);
	for (size_t at = 0; at < size; at += 97) {
		size_t expected = size - at < sizeof(part) ? size - at : sizeof(part);

		ASSERT_EQ(expected, pread(fd, part, sizeof(part), at));
		ASSERT_EQ(0, memcmp(log + at, part, expected));
	}
	EXPECT_EQ(0, pread(fd, part, sizeof(part), size));
	EXPECT_EQ(0, pread(fd, part, sizeof(part), 1ULL << 40));
	close(fd);
}

TEST_F(log, read_only)
{
	EXPECT_EQ(-1, open(log_path(&self->m), O_WRONLY | O_CLOEXEC));
	EXPECT_EQ(EACCES, errno);
}

#define READS	200

/* Whatever is recorded meanwhile, what is read to its end is whole, and the earlier's beginning. */
TEST_F_TIMEOUT(log, read_while_it_grows, 60)
{
	static __u8 earlier[LOG_MAX];
	size_t size, earlier_size = 0;
	long records = 0, more;
	pid_t pid = fork();

	ASSERT_LE(0, pid);
	if (!pid) {
		__u8 digest[VALUE_MAX];

		for (int i = 0; ; i++) {
			digest_fill(digest, i);
			if (sysfs_extend(&self->m, REM(i % 4), digest))
				_exit(1);
		}
	}
	for (int i = 0; i < READS; i++) {
		const __u8 *log = log_read(&size);

		more = replay(&self->m, log, size, NULL);
		ASSERT_LE(records, more)
			TH_LOG("not whole");
		ASSERT_LE(earlier_size, size);
		ASSERT_EQ(0, memcmp(earlier, log, earlier_size));
		memcpy(earlier + earlier_size, log + earlier_size, size - earlier_size);
		earlier_size = size;
		records = more;
	}
	kill(pid, SIGKILL);
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	EXPECT_LT(0, records);
}

/* A megabyte of records, each found again. */
TEST_F_TIMEOUT(log, large, 120)
{
	static const char content[] = MEASUREMENTS "rem0/large/content";
	static char text[REALM_TSM_CONTENT_MAX];
	long before = check_log(_metadata, &self->m);
	size_t size, then;

	log_read(&then);
	memset(text, 'x', sizeof(text));
	for (int i = 0; i < 500; i++) {
		ASSERT_EQ(0, mkdir(MEASUREMENTS "rem0/large", 0700));
		ASSERT_EQ(0, text_write(MEASUREMENTS "rem0/large/domain", "d"));
		ASSERT_EQ(0, text_write(MEASUREMENTS "rem0/large/operation", "o"));
		ASSERT_EQ(0, file_write(content, text, sizeof(text)));
		ASSERT_EQ(0, text_write(MEASUREMENTS "rem0/large/commit", "1"));
		ASSERT_EQ(0, rmdir(MEASUREMENTS "rem0/large"));
	}
	EXPECT_EQ(before + 500, check_log(_metadata, &self->m));
	log_read(&size);
	EXPECT_LT(then + (1 << 20), size);
}

TEST_HARNESS_MAIN
