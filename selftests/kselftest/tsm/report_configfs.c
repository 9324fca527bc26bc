// SPDX-License-Identifier: GPL-2.0-only
/*
 * The configfs-tsm report ABI, through whichever provider of CCA tokens is
 * loaded: Documentation/ABI/testing/configfs-tsm-report of the kernel, and what
 * agents in the field have come to rely on.
 */
#include "report.h"

FIXTURE(report) {
	char dir[64];
	__u8 challenge[CHALLENGE_SIZE];
	__u8 token[TOKEN_MAX];
};

FIXTURE_SETUP(report)
{
	report_make(_metadata, self->dir, sizeof(self->dir), "test");
	challenge_fill(self->challenge, getpid());
}

FIXTURE_TEARDOWN(report)
{
	EXPECT_EQ(0, rmdir(self->dir))
		TH_LOG("errno %d", errno);
}

#define outblob_read(chunk)	attribute_read(self->dir, "outblob", self->token, TOKEN_MAX, chunk)

/* outblob is a whole token with this challenge */
#define EXPECT_TOKEN(challenge) do { \
	ssize_t __size = outblob_read(TOKEN_MAX); \
	ASSERT_LT(0, __size) \
		TH_LOG("outblob: errno %zd", -__size); \
	EXPECT_TRUE(token_is_whole(self->token, __size)); \
	EXPECT_TRUE(token_has_challenge(self->token, __size, challenge)); \
} while (0)

TEST_F(report, provider)
{
	char text[64] = "";

	EXPECT_EQ(sizeof(PROVIDER) - 1,
		  attribute_read(self->dir, "provider", text, sizeof(text) - 1, sizeof(text)));
	EXPECT_STREQ(PROVIDER, text);
}

TEST_F(report, attributes)
{
	static const struct {
		const char *name;
		mode_t mode;
	} attributes[] = {
		{ "provider", 0444 }, { "generation", 0444 },
		{ "inblob", 0200 }, { "outblob", 0444 }, { "auxblob", 0444 },
	};
	struct stat st;
	char path[128];

	for (size_t i = 0; i < ARRAY_SIZE(attributes); i++) {
		snprintf(path, sizeof(path), "%s/%s", self->dir, attributes[i].name);
		ASSERT_EQ(0, stat(path, &st))
			TH_LOG("%s: errno %d", attributes[i].name, errno);
		EXPECT_EQ(attributes[i].mode, st.st_mode & 07777)
			TH_LOG("%s", attributes[i].name);
	}
}

TEST_F(report, wrong_direction)
{
	EXPECT_EQ(-1, attribute_open(self->dir, "inblob", O_RDONLY));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(-1, attribute_open(self->dir, "outblob", O_WRONLY));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(-1, attribute_open(self->dir, "generation", O_WRONLY));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(-1, attribute_open(self->dir, "provider", O_RDWR));
	EXPECT_EQ(EACCES, errno);
}

TEST_F(report, outblob_without_inblob)
{
	EXPECT_EQ(0, generation(self->dir));
	EXPECT_EQ(-EINVAL, outblob_read(TOKEN_MAX));
	EXPECT_EQ(-EINVAL, attribute_read(self->dir, "auxblob", self->token, 1, 1));
	EXPECT_EQ(0, generation(self->dir));
}

TEST_F(report, generation_counts_writes)
{
	for (int i = 1; i <= 5; i++) {
		ASSERT_EQ(0, inblob_write(self->dir, self->challenge, sizeof(self->challenge)));
		EXPECT_EQ(i, generation(self->dir));
	}
	EXPECT_TOKEN(self->challenge);
	EXPECT_EQ(5, generation(self->dir));
	ASSERT_EQ(0, inblob_write(self->dir, self->challenge, sizeof(self->challenge)));
	EXPECT_EQ(6, generation(self->dir));
}

/* Only a difference of ULONG_MAX between writes and reads is refused (EBUSY). */
TEST_F(report, many_writes_unread)
{
	__u8 other[CHALLENGE_SIZE];

	challenge_fill(other, self->challenge[0] + 1);
	for (int i = 0; i < 1000; i++) {
		ASSERT_EQ(0, inblob_write(self->dir, other, sizeof(other)))
			TH_LOG("write %d", i);
	}
	ASSERT_EQ(0, inblob_write(self->dir, self->challenge, sizeof(self->challenge)));
	EXPECT_EQ(1001, generation(self->dir));
	EXPECT_TOKEN(self->challenge);
}

TEST_F(report, another_challenge_another_token)
{
	__u8 other[CHALLENGE_SIZE];

	ASSERT_EQ(0, inblob_write(self->dir, self->challenge, sizeof(self->challenge)));
	EXPECT_TOKEN(self->challenge);
	challenge_fill(other, self->challenge[0] + 1);
	ASSERT_EQ(0, inblob_write(self->dir, other, sizeof(other)));
	EXPECT_TOKEN(other);
}

/* What is read again, and in pieces of any size, is the same token, not another. */
TEST_F(report, read_again_in_pieces)
{
	static const size_t chunks[] = { 1, 7, 100, 1000, 4096 };
	static __u8 again[TOKEN_MAX];
	ssize_t size;

	ASSERT_EQ(0, inblob_write(self->dir, self->challenge, sizeof(self->challenge)));
	size = outblob_read(TOKEN_MAX);
	ASSERT_LT(0, size);
	for (size_t i = 0; i < ARRAY_SIZE(chunks); i++) {
		ASSERT_EQ(size, attribute_read(self->dir, "outblob", again, TOKEN_MAX, chunks[i]));
		EXPECT_EQ(0, memcmp(self->token, again, size));
	}
	EXPECT_EQ(1, generation(self->dir));
}

TEST_F(report, read_past_the_end)
{
	int fd;

	ASSERT_EQ(0, inblob_write(self->dir, self->challenge, sizeof(self->challenge)));
	fd = attribute_open(self->dir, "outblob", O_RDONLY);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, pread(fd, self->token, 1, TOKEN_MAX));
	EXPECT_EQ(1, pread(fd, self->token, 1, 0));
	close(fd);
}

/* Refused, and the challenge before it is gone all the same: closing writes nothing over it. */
TEST_F(report, inblob_too_long)
{
	__u8 longer[CHALLENGE_SIZE + 1] = {};

	ASSERT_EQ(0, inblob_write(self->dir, self->challenge, sizeof(self->challenge)));
	EXPECT_EQ(-EFBIG, inblob_write(self->dir, longer, sizeof(longer)));
	EXPECT_EQ(-EINVAL, outblob_read(TOKEN_MAX));
	EXPECT_EQ(2, generation(self->dir));

	ASSERT_EQ(0, inblob_write(self->dir, self->challenge, sizeof(self->challenge)));
	EXPECT_TOKEN(self->challenge);
}

TEST_F(report, inblob_in_two_writes)
{
	int fd = attribute_open(self->dir, "inblob", O_WRONLY);

	ASSERT_LE(0, fd);
	EXPECT_EQ(40, write(fd, self->challenge, 40));
	EXPECT_EQ(0, generation(self->dir));
	EXPECT_EQ(24, write(fd, self->challenge + 40, 24));
	EXPECT_EQ(-1, write(fd, self->challenge, 1));
	EXPECT_EQ(EFBIG, errno);
	close(fd);
	EXPECT_EQ(1, generation(self->dir));
	EXPECT_TOKEN(self->challenge);
}

TEST_F(report, inblob_opened_and_not_written)
{
	int fd;

	ASSERT_EQ(0, inblob_write(self->dir, self->challenge, sizeof(self->challenge)));
	fd = attribute_open(self->dir, "inblob", O_WRONLY | O_TRUNC);
	ASSERT_LE(0, fd);
	close(fd);
	EXPECT_EQ(1, generation(self->dir));
	EXPECT_TOKEN(self->challenge);
}

TEST_F(report, name_taken)
{
	EXPECT_EQ(-1, mkdir(self->dir, 0700));
	EXPECT_EQ(EEXIST, errno);
}

TEST_F(report, root_only)
{
	pid_t pid = fork();
	int status;

	ASSERT_LE(0, pid);
	if (!pid) {
		if (setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534))
			_exit(1);
		if (!mkdir(REPORT "/somebody", 0700) || errno != EACCES)
			_exit(2);
		if (attribute_open(self->dir, "inblob", O_WRONLY) >= 0 || errno != EACCES)
			_exit(3);
		_exit(0);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	ASSERT_TRUE(WIFEXITED(status));
	EXPECT_EQ(0, WEXITSTATUS(status))
		TH_LOG("2: mkdir, 3: open of inblob were not refused with EACCES");
}

FIXTURE(inblob) {
	char dir[64];
	__u8 challenge[CHALLENGE_SIZE];
	__u8 token[TOKEN_MAX];
};

FIXTURE_VARIANT(inblob) {
	size_t size;
	int write_errno;
	int read_errno;
};

/* Empty: configfs has nothing to copy and calls that a fault. */
FIXTURE_VARIANT_ADD(inblob, size_0) { .size = 0, .write_errno = EFAULT, .read_errno = EINVAL };
FIXTURE_VARIANT_ADD(inblob, size_1) { .size = 1, .read_errno = EINVAL };
FIXTURE_VARIANT_ADD(inblob, size_31) { .size = 31, .read_errno = EINVAL };
FIXTURE_VARIANT_ADD(inblob, size_32) { .size = 32 };
FIXTURE_VARIANT_ADD(inblob, size_33) { .size = 33 };
FIXTURE_VARIANT_ADD(inblob, size_48) { .size = 48 };
FIXTURE_VARIANT_ADD(inblob, size_63) { .size = 63 };
FIXTURE_VARIANT_ADD(inblob, size_64) { .size = 64 };
FIXTURE_VARIANT_ADD(inblob, size_65) { .size = 65, .write_errno = EFBIG, .read_errno = EINVAL };
FIXTURE_VARIANT_ADD(inblob, size_4096) { .size = 4096, .write_errno = EFBIG, .read_errno = EINVAL };

FIXTURE_SETUP(inblob)
{
	report_make(_metadata, self->dir, sizeof(self->dir), "inblob");
}

FIXTURE_TEARDOWN(inblob)
{
	EXPECT_EQ(0, rmdir(self->dir));
}

/* The token has the inblob as its challenge, with zeros up to 64 bytes; or there is none. */
TEST_F(inblob, size)
{
	__u8 blob[4096], padded[CHALLENGE_SIZE] = {};
	int fd = attribute_open(self->dir, "inblob", O_WRONLY);
	ssize_t n;

	memset(blob, 0xc3, sizeof(blob));
	ASSERT_LE(0, fd);
	n = write(fd, blob, variant->size);
	if (variant->write_errno) {
		EXPECT_EQ(-1, n);
		EXPECT_EQ(variant->write_errno, errno);
	} else {
		EXPECT_EQ((ssize_t)variant->size, n);
	}
	close(fd);
	EXPECT_EQ(1, generation(self->dir));

	if (variant->read_errno) {
		EXPECT_EQ(-variant->read_errno, outblob_read(TOKEN_MAX));
		return;
	}
	memcpy(padded, blob, variant->size);
	EXPECT_TOKEN(padded);
}

TEST_HARNESS_MAIN
