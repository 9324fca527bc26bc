// SPDX-License-Identifier: GPL-2.0-only
/*
 * Everything at once, with writers killed at random: whatever a token says of
 * the registers, some beginning of the log leads there. For RACE_SECONDS, which
 * may come from the kernel's command line by way of init.
 */
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <time.h>

#include "extend_by.h"
#include "report.h"

#define SECONDS		5	/* and until there is enough */
#define SECONDS_MAX	200	/* where the machine is slow */
#define ENOUGH		300	/* of each door */
#define TOKENS_ENOUGH	100
#define WRITERS		2	/* a door */
#define TAKERS		2
#define TOKENS_MAX	4096

/* What a token says, and what was said to belong to it. */
struct taken {
	__u8 rem[4][VALUE_MAX];
	__u32 record;		/* netlink: the last one, or NONE */
	size_t aux_size;	/* configfs, where the module provides reports */
	__u8 aux_hash[32];
	bool found;
};

#define NONE	(~0U)

/* Written by the children, counted up after what it counts. */
static struct shared {
	unsigned long made[DOORS];
	unsigned long full;	/* -ENOSPC */
	unsigned long wrong;	/* answers that no door may give */
	int error;
	unsigned int tokens, with_aux;
	struct taken taken[TOKENS_MAX];
} *shared;

static void made(enum door door, int err)
{
	unsigned long *count = !err ? &shared->made[door] :
			       err == -ENOSPC ? &shared->full : &shared->wrong;

	__atomic_add_fetch(count, 1, __ATOMIC_RELAXED);
	if (count == &shared->wrong)
		shared->error = err;
}

static void writer(const struct measure *m, int slot)
{
	enum door door = slot % DOORS;
	__u8 digest[VALUE_MAX];
	struct nl nl;

	if (door == NETLINK && nl_open(&nl))
		_exit(1);
	for (int i = rand() % 1000; ; i++) {
		digest_fill(digest, slot * 7 + i);
		memcpy(digest, &i, sizeof(i));
		made(door, extend_by(door, m, &nl, slot, i, digest));
	}
}

/* Claim 44239, an array of 4 byte strings. */
static bool token_rems(const struct measure *m, const __u8 *token, size_t size, struct taken *taken)
{
	static const __u8 claim[] = { 0x19, 0xac, 0xcf, 0x84 };
	const __u8 *at = memmem(token, size, claim, sizeof(claim));

	if (!at || at + sizeof(claim) + 4 * (2 + m->size) > token + size)
		return false;
	at += sizeof(claim);
	for (int i = 0; i < 4; i++, at += 2 + m->size) {
		if (at[0] != 0x58 || at[1] != m->size)
			return false;
		memcpy(taken->rem[i], at + 2, m->size);
	}

	return true;
}

static void take(const struct taken *taken)
{
	unsigned int n = __atomic_fetch_add(&shared->tokens, 1, __ATOMIC_RELAXED);

	if (n >= TOKENS_MAX)
		return;
	shared->taken[n] = *taken;
	if (taken->aux_size)
		__atomic_add_fetch(&shared->with_aux, 1, __ATOMIC_RELAXED);
}

static void taker_configfs(const struct measure *m, int slot)
{
	static __u8 token[TOKEN_MAX], aux[LOG_MAX];
	struct taken taken = { .record = NONE };
	__u8 challenge[CHALLENGE_SIZE];
	char dir[64];

	snprintf(dir, sizeof(dir), REPORT "/race%d", slot);
	if (mkdir(dir, 0700) && errno != EEXIST)
		_exit(1);
	for (int i = 0; ; i++) {
		ssize_t size, aux_size;

		challenge_fill(challenge, i);
		if (inblob_write(dir, challenge, sizeof(challenge)))
			_exit(2);
		size = attribute_read(dir, "outblob", token, sizeof(token), sizeof(token));
		if (size <= 0 || !token_has_challenge(token, size, challenge) ||
		    !token_rems(m, token, size, &taken))
			_exit(3);
		/* of the very same report: nobody else writes to this directory */
		aux_size = attribute_read(dir, "auxblob", aux, sizeof(aux), sizeof(aux));
		taken.aux_size = aux_size > 0 ? aux_size : 0;
		if (taken.aux_size)
			mbedtls_sha256(aux, aux_size, taken.aux_hash, 0);
		take(&taken);
	}
}

static void taker_netlink(const struct measure *m, int slot)
{
	static struct nl_reply reply;
	struct taken taken = {};
	__u8 challenge[CHALLENGE_SIZE];
	struct nl_msg msg;
	struct nl nl;

	if (nl_open(&nl))
		_exit(1);
	for (int i = 0; ; i++) {
		int err;

		challenge_fill(challenge, slot + i);
		nl_begin(&nl, &msg, nl.family, REALM_TSM_CMD_REPORT_GET, 0);
		nl_put(&msg, REALM_TSM_A_REPORT_CHALLENGE, challenge, sizeof(challenge));
		err = nl_get(&nl, &msg, &reply);
		if (err == -EBUSY)
			pause();	/* another driver's reports */
		if (err || !token_rems(m, reply.attrs.data[REALM_TSM_A_REPORT_TOKEN],
				       reply.attrs.size[REALM_TSM_A_REPORT_TOKEN], &taken))
			_exit(2);
		taken.record = nl_u32(&reply.attrs, REALM_TSM_A_REPORT_RECORD);
		take(&taken);
	}
}

static pid_t start(void (*run)(const struct measure *m, int slot), const struct measure *m,
		   int slot)
{
	static int seed;
	pid_t pid = fork();

	seed++;
	if (!pid) {
		srand(seed);
		run(m, slot);
		_exit(255);
	}

	return pid;
}

/* Returns how many notifications came, or -1 if one was missing. */
static long drain(struct nl *nl, __u32 *next, int ms)
{
	struct pollfd fd = { .fd = nl->fd, .events = POLLIN };
	static __u8 buf[8192];
	long n = 0;

	while (poll(&fd, 1, ms) > 0) {
		struct nlmsghdr *h = (void *)buf;
		struct nl_attrs attrs;

		if (recv(nl->fd, buf, sizeof(buf), 0) < 0)
			return -1;
		nl_parse(h, &attrs);
		if (nl_u32(&attrs, REALM_TSM_A_EVENT_RECORD) != (*next)++)
			return -1;
		n++;
		ms = 0;
	}

	return n;
}

FIXTURE(race) {
	struct measure m;
	struct nl nl;
	char limit[16];
	char dir[64];
	__u32 next;
};

FIXTURE_SETUP(race)
{
	int size = 16 << 20;

	measure_setup(_metadata, &self->m);
	if (_metadata->exit_code)
		return;
	report_make(_metadata, self->dir, sizeof(self->dir), "race");
	if (_metadata->exit_code)
		return;
	ASSERT_EQ(0, text_read(LOG_LIMIT, self->limit, sizeof(self->limit)));
	ASSERT_EQ(0, text_write(LOG_LIMIT, LIMIT_MAX));
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	ASSERT_NE(MAP_FAILED, shared);
	ASSERT_EQ(0, nl_open(&self->nl));
	ASSERT_EQ(0, setsockopt(self->nl.fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)));
	self->next = check_log(_metadata, &self->m) + 1;
	ASSERT_EQ(0, nl_subscribe(&self->nl));
}

FIXTURE_TEARDOWN(race)
{
	char dir[64];

	if (!self->limit[0])
		return;
	EXPECT_EQ(0, text_write(LOG_LIMIT, self->limit));
	EXPECT_EQ(0, rmdir(self->dir));
	for (int slot = 0; slot < DOORS * WRITERS; slot++) {
		extend_configfs_end(slot);
		snprintf(dir, sizeof(dir), REPORT "/race%d", slot);
		rmdir(dir);
	}
}

/* ours: the module provides reports, so that some have an auxblob. */
static bool enough(bool ours)
{
	if (ours && !__atomic_load_n(&shared->with_aux, __ATOMIC_RELAXED))
		return false;
	for (int door = 0; door < DOORS; door++) {
		if (__atomic_load_n(&shared->made[door], __ATOMIC_RELAXED) < ENOUGH)
			return false;
	}

	return __atomic_load_n(&shared->tokens, __ATOMIC_RELAXED) >= TOKENS_ENOUGH;
}

/* Everything at once. Returns the number of notifications. */
static long everything(struct __test_metadata *_metadata, const struct measure *m, struct nl *nl,
		       __u32 *next, bool ours)
{
	const char *seconds = getenv("RACE_SECONDS");
	const time_t begin = time(NULL), least = begin + (seconds ? atoi(seconds) : SECONDS);
	pid_t writers[DOORS * WRITERS], takers[2 * TAKERS];
	unsigned long killed = 0;
	long events = 0, n;
	int status;

	for (int i = 0; i < DOORS * WRITERS; i++)
		writers[i] = start(writer, m, i);
	for (int i = 0; i < 2 * TAKERS; i++)
		takers[i] = start(i % 2 ? taker_netlink : taker_configfs, m, i);

	while (time(NULL) < least ||
	       (!enough(ours) && time(NULL) < begin + SECONDS_MAX)) {
		int slot = rand() % (DOORS * WRITERS);

		n = drain(nl, next, rand() % 100);
		ASSERT_LE(0, n)
			TH_LOG("notification %u is missing", *next - 1);
		events += n;
		kill(writers[slot], SIGKILL);
		ASSERT_EQ(writers[slot], waitpid(writers[slot], NULL, 0));
		writers[slot] = start(writer, m, slot);
		killed++;
	}
	for (int i = 0; i < DOORS * WRITERS; i++) {
		kill(writers[i], SIGKILL);
		waitpid(writers[i], NULL, 0);
	}
	for (int i = 0; i < 2 * TAKERS; i++) {
		kill(takers[i], SIGKILL);
		waitpid(takers[i], &status, 0);
		EXPECT_TRUE(WIFSIGNALED(status))
			TH_LOG("taker %d gave up at step %d", i, WEXITSTATUS(status));
	}
	n = drain(nl, next, 1000);
	ASSERT_LE(0, n);
	TH_LOG("%lu writers killed", killed);

	return events + n;
}

/* After this many records, of which log[0..at] is made: which tokens are of this state? */
static void look_for(const struct registers *all, const struct measure *m, const __u8 *log,
		     size_t at, __u32 record, unsigned int tokens)
{
	for (unsigned int t = 0; t < tokens; t++) {
		struct taken *taken = &shared->taken[t];
		__u8 aux_hash[32];
		bool here = true;

		if (taken->found || (taken->record != NONE && taken->record != record) ||
		    (taken->aux_size && taken->aux_size != at))
			continue;
		for (int i = 0; i < 4 && here; i++)
			here = !memcmp(taken->rem[i], all->value[REM(i)], m->size);
		if (here && taken->aux_size) {
			mbedtls_sha256(log, at, aux_hash, 0);
			here = !memcmp(aux_hash, taken->aux_hash, sizeof(aux_hash));
		}
		taken->found = here;
	}
}

TEST_F_TIMEOUT(race, log_and_registers_agree, 280)
{
	const bool ours = !strcmp(self->m.device, MISC "arm_cca_guest");
	unsigned int tokens, found = 0, with_aux = 0;
	struct registers all = {};
	size_t size, at;
	const __u8 *log;
	struct record r;
	__u32 first = self->next, record = 0;
	long events;

	events = everything(_metadata, &self->m, &self->nl, &self->next, ours);
	tokens = shared->tokens < TOKENS_MAX ? shared->tokens : TOKENS_MAX;

	/* the last one counts, too */
	log = log_read(_metadata, &self->m, &size);
	at = header_size(&self->m, log, size);
	look_for(&all, &self->m, log, 0, 0, tokens);
	for (; at < size; at += r.size) {
		ASSERT_TRUE(record_parse(&self->m, log + at, size - at, &r));
		ASSERT_TRUE(replay_record(&self->m, &r, &all));
		look_for(&all, &self->m, log, at + r.size, ++record, tokens);
	}
	for (unsigned int t = 0; t < tokens; t++) {
		found += shared->taken[t].found;
		with_aux += !!shared->taken[t].aux_size;
	}

	for (int door = 0; door < DOORS; door++) {
		EXPECT_LE(ENOUGH, shared->made[door])
			TH_LOG("%s", doors[door]);
	}
	EXPECT_LE(TOKENS_ENOUGH, tokens);
	EXPECT_EQ(tokens, found)
		TH_LOG("no beginning of the log, or not the one that was said, leads to %u tokens",
		       tokens - found);
	EXPECT_EQ(ours, with_aux > 0);
	EXPECT_EQ(0, shared->full);
	EXPECT_EQ(0, shared->wrong)
		TH_LOG("a door answered %s", strerror(-shared->error));
	EXPECT_EQ(record + 1 - first, events)
		TH_LOG("as many notifications as records");
	EXPECT_EQ(record + 1, self->next);
	EXPECT_EQ(record, check_log(_metadata, &self->m));
	for (int door = 0; door < DOORS; door++)
		TH_LOG("%lu by %s", shared->made[door], doors[door]);
	TH_LOG("%u records; %u tokens, %u with auxblob", record, tokens, with_aux);
}

TEST_HARNESS_MAIN
