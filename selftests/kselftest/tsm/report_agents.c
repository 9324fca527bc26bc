// SPDX-License-Identifier: GPL-2.0-only
/* Agents as they are: Confidential Containers' own, and several at the same time. */
#include <sched.h>

#include "report.h"

#define ROUNDS	5

static __u8 token[TOKEN_MAX];

FIXTURE(agents) {
	char dir[64];
	__u8 challenge[CHALLENGE_SIZE];
};

FIXTURE_SETUP(agents)
{
	report_make(_metadata, self->dir, sizeof(self->dir), "agents");
	challenge_fill(self->challenge, getpid());
}

FIXTURE_TEARDOWN(agents)
{
	EXPECT_EQ(0, rmdir(self->dir));
}

/*
 * Confidential Containers' attester for CCA: a directory with a random name,
 * the provider to the letter, 64 bytes written as a new file would be, the
 * token read without a size known before, a generation of at most 1, no retry.
 */
TEST_F(agents, confidential_containers)
{
	char dir[] = REPORT "/.tmpXXXXXX", text[64] = "";
	struct stat st;
	int fd;
	ssize_t n, size = 0;

	ASSERT_EQ(0, access(REPORT, F_OK));
	ASSERT_NE(NULL, mkdtemp(dir))
		TH_LOG("errno %d", errno);

	EXPECT_EQ(sizeof(PROVIDER) - 1,
		  attribute_read(dir, "provider", text, sizeof(text) - 1, sizeof(text)));
	EXPECT_STREQ(PROVIDER, text);

	fd = attribute_open(dir, "inblob", O_WRONLY | O_CREAT | O_TRUNC);
	ASSERT_LE(0, fd)
		TH_LOG("errno %d", errno);
	EXPECT_EQ(CHALLENGE_SIZE, write(fd, self->challenge, CHALLENGE_SIZE));
	EXPECT_EQ(0, close(fd));

	fd = attribute_open(dir, "outblob", O_RDONLY);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, fstat(fd, &st));
	for (size_t chunk = 32; (n = read(fd, token + size, chunk)) > 0; chunk *= 2) {
		size += n;
		ASSERT_GE(TOKEN_MAX, size + 2 * chunk);
	}
	EXPECT_EQ(0, n)
		TH_LOG("errno %d", errno);
	close(fd);
	EXPECT_TRUE(token_is_whole(token, size));
	EXPECT_TRUE(token_has_challenge(token, size, self->challenge));

	EXPECT_EQ(1, generation(dir));
	EXPECT_EQ(0, rmdir(dir));
	EXPECT_EQ(-1, access(dir, F_OK));
}

/* Two agents in one directory: the second's challenge wins, and the generation tells the first. */
TEST_F(agents, conflict_shows)
{
	__u8 other[CHALLENGE_SIZE];
	ssize_t size;

	challenge_fill(other, self->challenge[0] + 1);
	ASSERT_EQ(0, inblob_write(self->dir, self->challenge, CHALLENGE_SIZE));
	EXPECT_EQ(1, generation(self->dir));
	ASSERT_EQ(0, inblob_write(self->dir, other, CHALLENGE_SIZE));
	size = attribute_read(self->dir, "outblob", token, TOKEN_MAX, TOKEN_MAX);
	ASSERT_LT(0, size);
	EXPECT_TRUE(token_has_challenge(token, size, other));
	EXPECT_FALSE(token_has_challenge(token, size, self->challenge));
	EXPECT_EQ(2, generation(self->dir));
}

/* A file that is open for a reader stays the token that it was. */
TEST_F(agents, reader_keeps_its_token)
{
	__u8 other[CHALLENGE_SIZE];
	ssize_t size;
	int fd;

	challenge_fill(other, self->challenge[0] + 1);
	ASSERT_EQ(0, inblob_write(self->dir, self->challenge, CHALLENGE_SIZE));
	fd = attribute_open(self->dir, "outblob", O_RDONLY);
	ASSERT_LE(0, fd);
	ASSERT_EQ(1, read(fd, token, 1));
	ASSERT_EQ(0, inblob_write(self->dir, other, CHALLENGE_SIZE));
	size = read(fd, token + 1, TOKEN_MAX - 1) + 1;
	close(fd);
	EXPECT_TRUE(token_is_whole(token, size));
	EXPECT_TRUE(token_has_challenge(token, size, self->challenge));
}

TEST_F(agents, directory_removed_under_a_reader)
{
	char dir[80];
	int fd;

	snprintf(dir, sizeof(dir), "%s-removed", self->dir);
	ASSERT_EQ(0, mkdir(dir, 0700));
	ASSERT_EQ(0, inblob_write(dir, self->challenge, CHALLENGE_SIZE));
	fd = attribute_open(dir, "outblob", O_RDONLY);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, rmdir(dir));
	EXPECT_EQ(-1, read(fd, token, TOKEN_MAX));
	EXPECT_EQ(ENOENT, errno);
	close(fd);
}

FIXTURE(parallel) {
	char dir[64];
};

FIXTURE_VARIANT(parallel) {
	int per_cpu;
};

FIXTURE_VARIANT_ADD(parallel, one_a_cpu) { .per_cpu = 1 };
FIXTURE_VARIANT_ADD(parallel, three_a_cpu) { .per_cpu = 3 };

FIXTURE_SETUP(parallel)
{
	report_make(_metadata, self->dir, sizeof(self->dir), "parallel");
}

FIXTURE_TEARDOWN(parallel)
{
	EXPECT_EQ(0, rmdir(self->dir));
}

/* Returns the number of the step that failed, 0 if none did. */
static int take_tokens(int number, int cpu)
{
	__u8 challenge[CHALLENGE_SIZE];
	char dir[64];
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		return 1;
	snprintf(dir, sizeof(dir), REPORT "/agent-%d-%d", getppid(), number);
	if (mkdir(dir, 0700))
		return 2;
	for (int round = 0; round < ROUNDS; round++) {
		ssize_t size;

		challenge_fill(challenge, number * ROUNDS + round);
		if (inblob_write(dir, challenge, sizeof(challenge)))
			return 3;
		size = attribute_read(dir, "outblob", token, TOKEN_MAX, 512);
		if (size <= 0)
			return 4;
		if (!token_is_whole(token, size))
			return 5;
		if (!token_has_challenge(token, size, challenge))
			return 6;
		if (generation(dir) != round + 1)
			return 7;
	}

	return rmdir(dir) ? 8 : 0;
}

/* Everybody gets a whole token with their own challenge, whoever asks beside them. */
TEST_F_TIMEOUT(parallel, own_challenges, 120)
{
	static const char *const steps[] = {
		"affinity", "mkdir", "inblob", "outblob", "wholeness", "own challenge",
		"generation", "rmdir",
	};
	const int cpus = sysconf(_SC_NPROCESSORS_ONLN), agents = cpus * variant->per_cpu;
	pid_t pids[agents];

	if (agents < 2)
		SKIP(return, "one agent on one CPU");
	for (int i = 0; i < agents; i++) {
		pids[i] = fork();
		ASSERT_LE(0, pids[i]);
		if (!pids[i])
			_exit(take_tokens(i, i % cpus));
	}
	for (int i = 0; i < agents; i++) {
		int status;

		ASSERT_EQ(pids[i], waitpid(pids[i], &status, 0));
		ASSERT_TRUE(WIFEXITED(status));
		EXPECT_EQ(0, WEXITSTATUS(status))
			TH_LOG("caller %d: %s", i, steps[(WEXITSTATUS(status) - 1) % 8]);
	}
}

TEST_HARNESS_MAIN
