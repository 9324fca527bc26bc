// SPDX-License-Identifier: GPL-2.0-only
/* The registers as files: read, extended by whole digests, and nothing else. */
#include <dirent.h>

#include "eventlog.h"

FIXTURE(sysfs) {
	struct measure m;
};

FIXTURE_SETUP(sysfs)
{
	measure_setup(_metadata, &self->m);
}

FIXTURE_TEARDOWN(sysfs)
{
	if (self->m.device)
		check_log(_metadata, &self->m);
}

#define before()	before(_metadata, &self->m)
#define unchanged(b)	expect_unchanged(_metadata, &self->m, b)

TEST_F(sysfs, modes)
{
	struct stat st;

	for (int i = 0; i < REGISTERS; i++) {
		ASSERT_EQ(0, stat(register_path(&self->m, i), &st));
		EXPECT_EQ(S_IFREG | (i == RIM ? 0444 : 0644), st.st_mode);
		EXPECT_EQ(0, st.st_uid);
	}
	ASSERT_EQ(0, stat(log_path(&self->m), &st));
	EXPECT_EQ(S_IFREG | 0440, st.st_mode);
}

/* An agent finds them by their names: REGISTER:HASH, and rpv. */
TEST_F(sysfs, names)
{
	char path[64], name[32];
	struct dirent *entry;
	int found = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/measurements", self->m.device);
	dir = opendir(path);
	ASSERT_NE(NULL, dir);
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		for (int i = 0; i < REGISTERS; i++) {
			snprintf(name, sizeof(name), "%s:%s", register_names[i], self->m.hash);
			found += !strcmp(name, entry->d_name);
		}
		found += !strcmp("rpv", entry->d_name) ? 100 : 0;
	}
	closedir(dir);
	EXPECT_EQ(100 + REGISTERS, found);
}

/* At any offset, in pieces of any size, and nothing behind the end. */
TEST_F(sysfs, read_in_pieces)
{
	for (int i = 0; i < REGISTERS; i++) {
		__u8 whole[VALUE_MAX + 1], pieces[VALUE_MAX + 1];
		int fd = open(register_path(&self->m, i), O_RDONLY | O_CLOEXEC);
		size_t at = 0;
		ssize_t n;

		ASSERT_LE(0, fd);
		EXPECT_EQ(self->m.size, pread(fd, whole, sizeof(whole), 0));
		while ((n = pread(fd, pieces + at, 7, at)) > 0)
			at += n;
		EXPECT_EQ(0, n);
		EXPECT_EQ(self->m.size, at);
		EXPECT_EQ(0, memcmp(whole, pieces, self->m.size));
		EXPECT_EQ(0, pread(fd, whole, 1, self->m.size));
		EXPECT_EQ(0, pread(fd, whole, 1, 1ULL << 40));
		close(fd);
	}
}

TEST_F(sysfs, extend_each)
{
	__u8 event[8], digest[VALUE_MAX];

	tagged(event, REALM_TSM_TAG_DIGEST, NULL, 0);
	for (int i = REM(0); i < REGISTERS; i++) {
		struct before b = before();

		digest_fill(digest, i);
		EXPECT_EQ(0, sysfs_extend(&self->m, i, digest));
		expect_extended(_metadata, &self->m, &b, i, digest, event, sizeof(event));
	}
}

/* One descriptor, several digests: each a write at offset 0. */
TEST_F(sysfs, extend_again)
{
	int fd = open(register_path(&self->m, REM(0)), O_WRONLY | O_CLOEXEC);
	struct before b = before();
	__u8 digest[VALUE_MAX];

	ASSERT_LE(0, fd);
	digest_fill(digest, 77);
	EXPECT_EQ(self->m.size, write(fd, digest, self->m.size));
	EXPECT_EQ(-1, write(fd, digest, self->m.size));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(self->m.size, pwrite(fd, digest, self->m.size, 0));
	close(fd);

	extended(&self->m, b.registers.value[REM(0)], digest);
	extended(&self->m, b.registers.value[REM(0)], digest);
	EXPECT_EQ(0, memcmp(b.registers.value[REM(0)],
			    registers_read(_metadata, &self->m).value[REM(0)], self->m.size));
}

TEST_F(sysfs, wrong_lengths)
{
	static const size_t sizes[] = {
		1, 20, 31, 32, 33, 47, 48, 49, 63, 64, 65, 128, 4096, 5000,
	};
	struct before b = before();
	static __u8 data[5000];

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		if (sizes[i] == self->m.size)
			continue;
		EXPECT_EQ(-EINVAL, file_write(register_path(&self->m, REM(1)), data, sizes[i]))
			TH_LOG("%zu bytes", sizes[i]);
	}
	unchanged(&b);
}

/* write(2) of nothing is nothing: it does not even reach the file. */
TEST_F(sysfs, empty_write)
{
	struct before b = before();

	EXPECT_EQ(0, file_write(register_path(&self->m, REM(1)), "", 0));
	unchanged(&b);
}

TEST_F(sysfs, in_several_writes)
{
	struct before b = before();
	__u8 digest[VALUE_MAX];
	int fd = open(register_path(&self->m, REM(1)), O_WRONLY | O_CLOEXEC);

	ASSERT_LE(0, fd);
	digest_fill(digest, 1);
	for (int half = 0; half < 2; half++) {
		EXPECT_EQ(-1, write(fd, digest, self->m.size / 2));
		EXPECT_EQ(EINVAL, errno);
	}
	close(fd);
	unchanged(&b);
}

TEST_F(sysfs, wrong_offsets)
{
	const off_t offsets[] = { 1, 8, self->m.size, 4096, 1LL << 32 };
	struct before b = before();
	__u8 digest[VALUE_MAX];
	int fd = open(register_path(&self->m, REM(2)), O_WRONLY | O_CLOEXEC);

	ASSERT_LE(0, fd);
	digest_fill(digest, 2);
	for (size_t i = 0; i < ARRAY_SIZE(offsets); i++) {
		EXPECT_EQ(-1, pwrite(fd, digest, self->m.size, offsets[i]));
		EXPECT_EQ(EINVAL, errno)
			TH_LOG("offset %lld", (long long)offsets[i]);
	}
	close(fd);
	unchanged(&b);
}

TEST_F(sysfs, write_rim)
{
	struct before b = before();

	EXPECT_EQ(-1, open(register_path(&self->m, RIM), O_WRONLY | O_CLOEXEC));
	EXPECT_EQ(EACCES, errno);
	unchanged(&b);
}

TEST_F(sysfs, write_rpv)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/measurements/rpv", self->m.device);
	EXPECT_EQ(-1, open(path, O_WRONLY | O_CLOEXEC));
	EXPECT_EQ(EACCES, errno);
}

static int nobody(const struct measure *m)
{
	__u8 value[VALUE_MAX];

	if (file_read(register_path(m, REM(0)), value, sizeof(value)) != (ssize_t)m->size)
		return 1;
	if (open(register_path(m, REM(0)), O_WRONLY) >= 0 || errno != EACCES)
		return 2;
	if (open(log_path(m), O_RDONLY) >= 0 || errno != EACCES)
		return 3;
	return 0;
}

TEST_F(sysfs, no_privilege)
{
	struct before b = before();

	EXPECT_EQ(0, as_nobody(_metadata, nobody, &self->m))
		TH_LOG("1: read of a register, 2: not refused to write it, 3: nor to read the log");
	unchanged(&b);
}

/* Whoever is given a file by root may use it. */
static int given(const struct measure *m)
{
	__u8 digest[VALUE_MAX];

	digest_fill(digest, 3);
	return sysfs_extend(m, REM(2), digest) ? 1 : 0;
}

TEST_F(sysfs, given_by_root)
{
	__u8 event[8], digest[VALUE_MAX];
	struct before b = before();

	ASSERT_EQ(0, chown(register_path(&self->m, REM(2)), 65534, 65534));
	EXPECT_EQ(0, as_nobody(_metadata, given, &self->m));
	ASSERT_EQ(0, chown(register_path(&self->m, REM(2)), 0, 0));

	digest_fill(digest, 3);
	expect_extended(_metadata, &self->m, &b, REM(2), digest, event,
			tagged(event, REALM_TSM_TAG_DIGEST, NULL, 0));
}

FIXTURE(limit) {
	struct measure m;
	char limit[16];
};

FIXTURE_SETUP(limit)
{
	measure_setup(_metadata, &self->m);
	if (_metadata->exit_code)
		return;
	ASSERT_EQ(0, text_read(LOG_LIMIT, self->limit, sizeof(self->limit)));
}

FIXTURE_TEARDOWN(limit)
{
	if (self->m.device)
		EXPECT_EQ(0, text_write(LOG_LIMIT, self->limit));
}

/* Full to the byte: the record that still fits is made, the next is refused, again and again. */
TEST_F(limit, log_full)
{
	const size_t record = 12 + 2 + self->m.size + 4 + 8;
	struct before b = before();
	__u8 digest[VALUE_MAX];
	char text[16];

	digest_fill(digest, 9);
	snprintf(text, sizeof(text), "%zu", b.log_size + record);
	ASSERT_EQ(0, text_write(LOG_LIMIT, text));
	EXPECT_EQ(0, sysfs_extend(&self->m, REM(3), digest));

	b = before();
	for (int i = REM(0); i < REGISTERS; i++) {
		EXPECT_EQ(-ENOSPC, sysfs_extend(&self->m, i, digest))
			TH_LOG("REM%d", i - 1);
	}
	unchanged(&b);

	snprintf(text, sizeof(text), "%zu", b.log_size + record - 1);
	ASSERT_EQ(0, text_write(LOG_LIMIT, text));
	EXPECT_EQ(-ENOSPC, sysfs_extend(&self->m, REM(3), digest));
	ASSERT_EQ(0, text_write(LOG_LIMIT, "0"));
	EXPECT_EQ(-ENOSPC, sysfs_extend(&self->m, REM(3), digest));
	unchanged(&b);

	ASSERT_EQ(0, text_write(LOG_LIMIT, self->limit));
	EXPECT_EQ(0, sysfs_extend(&self->m, REM(3), digest));
	check_log(_metadata, &self->m);
}

TEST_F(limit, values)
{
	char text[16];

	EXPECT_EQ(-EINVAL, text_write(LOG_LIMIT, "268435457"));
	EXPECT_EQ(-EINVAL, text_write(LOG_LIMIT, "-1"));
	EXPECT_EQ(-EINVAL, text_write(LOG_LIMIT, "much"));
	EXPECT_EQ(-ERANGE, text_write(LOG_LIMIT, "4294967296"));
	ASSERT_EQ(0, text_read(LOG_LIMIT, text, sizeof(text)));
	EXPECT_STREQ(self->limit, text);
	EXPECT_EQ(0, text_write(LOG_LIMIT, LIMIT_MAX));
}

/* Without its log a register explains nothing: what is recorded stays. */
TEST_F(sysfs, module_stays)
{
	__u8 digest[VALUE_MAX];

	digest_fill(digest, 4);
	ASSERT_EQ(0, sysfs_extend(&self->m, REM(0), digest));
	EXPECT_EQ(-1, syscall(SYS_delete_module, "realm_tsm", O_NONBLOCK));
	EXPECT_EQ(EWOULDBLOCK, errno);
	EXPECT_EQ(0, access(register_path(&self->m, REM(0)), F_OK));
}

TEST_HARNESS_MAIN
