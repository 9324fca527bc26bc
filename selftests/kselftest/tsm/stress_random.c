// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whatever comes to mind, from several processes at once: netlink requests that are
 * made up from the family's specification and then spoilt, and random reads and writes
 * of configfs and sysfs. Each errno is a documented one, and registers and log agree
 * when it is over. STRESS_COUNT in the environment says how many in all, STRESS_SEED
 * which: of a seed, each process asks for the same again. The kernel's own checkers
 * have the last word.
 */
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>

#include "eventlog.h"
#include "nl.h"
#include "provider.h"
#include "rsi_control.h"

#define WRITERS		4
#define COUNT		20000
#define LIMIT		2097152		/* of the log: to be reached, and passed over */

enum kind { KIND_U32, KIND_TEXT, KIND_BYTES, KIND_FLAG };

struct spec_attr {
	int type;
	enum kind kind;
	unsigned int longest;	/* 0: as long as a digest */
	bool asked;		/* in requests */
};

struct spec_op {
	int cmd, doit, dump;
	struct spec_attr attrs[16];
};

#include "netlink_ops.h"	/* by netlink_spec */

struct tally {
	atomic_long netlink, configfs, sysfs, accepted;
	atomic_int wrong, wrong_where;	/* an errno that no document has, and of what */
};

FIXTURE(random) {
	struct measure m;
	struct rsi rsi;
	struct tally *tally;
	char limit[16], timeout[16];
};

FIXTURE_SETUP(random)
{
	measure_setup(_metadata, &self->m);
	if (!_metadata->exit_code)
		rsi_fault_setup(_metadata, &self->rsi);
	if (_metadata->exit_code)
		return;
	/* tokens at once: it is the module that is to be busy */
	ASSERT_EQ(0, control(_metadata, &self->rsi, CONTROL_SIGN, 0));
	ASSERT_EQ(0, text_read(LOG_LIMIT, self->limit, sizeof(self->limit)));
	ASSERT_EQ(0, text_read(TOKEN_TIMEOUT, self->timeout, sizeof(self->timeout)));
	self->tally = mmap(NULL, sizeof(*self->tally), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->tally);
}

FIXTURE_TEARDOWN(random)
{
	if (!self->rsi.ram)
		return;
	control(_metadata, &self->rsi, CONTROL_SIGN, 1);
	EXPECT_EQ(0, text_write(LOG_LIMIT, self->limit));
	EXPECT_EQ(0, text_write(TOKEN_TIMEOUT, self->timeout));
	check_log(_metadata, &self->m);
}

static __u64 state;

/* xorshift: rand() would take most of the time */
static __u32 any(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;

	return state >> 32;
}

static unsigned int below(unsigned int n)
{
	return any() % n;
}

static bool one_in(unsigned int n)
{
	return !below(n);
}

/* Every call of any() is made whatever the kernel said: a seed means the same again. */
static void fill(__u8 *data, size_t size)
{
	bool printable = !one_in(4);
	__u32 some = any();

	for (size_t i = 0; i < size; i++, some = some * 1664525 + 1013904223)
		data[i] = printable ? '!' + (some >> 24) % 94 : some >> 24;
}

/* Of what is asked for and refused; what is not among these is a fault. */
static void note(struct tally *tally, int err, int where)
{
	static const int documented[] = {
		EINVAL, ERANGE, EPERM, ENOENT, EEXIST, EOPNOTSUPP, ENODATA, EALREADY, E2BIG,
		ENOSPC, EBUSY, EMSGSIZE, EFBIG, EACCES, EISDIR, ETIMEDOUT, ENOBUFS, ESRCH, EIO,
	};

	if (!err)
		atomic_fetch_add(&tally->accepted, 1);
	for (size_t i = 0; err && i < ARRAY_SIZE(documented); i++) {
		if (err == documented[i])
			return;
	}
	if (err) {
		atomic_store(&tally->wrong, err);
		atomic_store(&tally->wrong_where, where);
	}
}

/* --- netlink --- */

static size_t digest_size(void)
{
	static const size_t sizes[] = { 32, 32, 32, 48, 64 };

	return sizes[below(ARRAY_SIZE(sizes))];
}

static size_t attr_size(const struct spec_attr *attr)
{
	if (one_in(16))
		return below(3000);
	if (attr->kind == KIND_U32)
		return 4;
	if (attr->kind == KIND_FLAG)
		return 0;

	return attr->longest && !one_in(4) ? below(attr->longest + 1) : digest_size();
}

static void put_attr(struct nl_msg *msg, const struct spec_attr *attr)
{
	static __u8 data[4096];
	size_t size = attr_size(attr);
	int type = attr->type;

	fill(data, size);
	if (attr->kind == KIND_U32 && !one_in(4)) {
		memset(data, 0, 4);
		data[0] = below(8);
	}
	if (attr->kind == KIND_TEXT && size && !one_in(8))
		data[size - 1] = '\0';
	if (one_in(16))
		type = one_in(2) ? below(20) : type | NLA_F_NESTED;
	if (msg->h.nlmsg_len + size + 16 < sizeof(msg->bytes))
		nl_put(msg, type, data, size);
}

static void put_attrs(struct nl_msg *msg, const struct spec_attr *attrs)
{
	const bool spoilt = one_in(4);

	for (int i = 0; i < 16 && attrs[i].type; i++) {
		int times = spoilt ? one_in(3) + one_in(16) : attrs[i].asked && one_in(2);

		for (; times; times--)
			put_attr(msg, &attrs[spoilt && one_in(2) ? below(16) : i]);
	}
}

static void netlink_send(struct nl *nl, struct tally *tally)
{
	const struct spec_op *op = &spec_ops[below(ARRAY_SIZE(spec_ops))];
	bool dump = op->dump && (!op->doit || one_in(2));
	int reads = below(6);
	static struct nl_msg msg;
	static __u8 answer[32768];
	ssize_t size;

	nl_begin(nl, &msg, nl->family, one_in(32) ? below(12) : op->cmd,
		 (dump ? NLM_F_DUMP : NLM_F_ACK) | (one_in(16) ? below(65536) : 0));
	put_attrs(&msg, op->attrs);
	if (one_in(16))
		((struct genlmsghdr *)NLMSG_DATA(&msg.h))->version = below(256);
	if (one_in(32))
		((struct nlattr *)(msg.bytes + 20))->nla_len = below(65536);
	if (one_in(32))
		msg.h.nlmsg_len -= below(8);
	msg.h.nlmsg_flags |= NLM_F_REQUEST;
	if (send(nl->fd, &msg, msg.h.nlmsg_len, MSG_DONTWAIT) < 0)
		note(tally, errno, 1);
	/* what is not read stays, and the socket is closed in the middle of a dump */
	for (; reads; reads--) {
		size = recv(nl->fd, answer, sizeof(answer), MSG_DONTWAIT);
		if (size < 0)
			break;
		if (((struct nlmsghdr *)answer)->nlmsg_type == NLMSG_ERROR)
			note(tally, -((struct nlmsgerr *)NLMSG_DATA(answer))->error, 2);
	}
	if (one_in(16)) {
		bool subscribes = one_in(2);

		close(nl->fd);
		if (nl_open(nl))
			note(tally, EPROTO, 3);
		else if (subscribes)
			note(tally, -nl_subscribe(nl), 4);
	}
}

/* --- files --- */

static void file_touch(const char *path, bool is_write, off_t at, size_t size, struct tally *tally,
		       int where)
{
	static __u8 data[8192];
	int fd;

	if (is_write)
		fill(data, size);
	fd = open(path, (is_write ? O_WRONLY : O_RDONLY) | O_CLOEXEC);
	if (fd < 0) {
		note(tally, errno, where);
		return;
	}
	if ((is_write ? pwrite(fd, data, size, at) : pread(fd, data, size, at)) < 0)
		note(tally, errno, where);
	close(fd);
}

static size_t any_size(void)
{
	const size_t sizes[] = {
		0, 1, 31, 32, 33, 48, 64, 65, below(300), below(4097), below(8192),
	};

	return sizes[below(ARRAY_SIZE(sizes))];
}

static void write_digest(const char *dir, struct tally *tally)
{
	char path[PATH_MAX], text[2 * VALUE_MAX + 1];
	size_t size = digest_size();
	__u8 digest[VALUE_MAX];

	fill(digest, size);
	hex(digest, size, text);
	snprintf(path, sizeof(path), "%s/digest", dir);
	note(tally, -text_write(path, text), 15);
}

/* Never of no bytes, neither read nor written: configfs has that as EFAULT. */
static void configfs_touch(struct tally *tally)
{
	static const char *const attributes[] = {
		"domain", "operation", "content", "digest", "commit", "record", "index", "state",
	};
	char dir[PATH_MAX / 2], path[PATH_MAX];

	snprintf(dir, sizeof(dir), MEASUREMENTS "%s/%c", register_names[below(REGISTERS)],
		 'a' + below(6));
	snprintf(path, sizeof(path), "%s/%s", dir, attributes[below(ARRAY_SIZE(attributes))]);
	switch (below(8)) {
	case 0:
		note(tally, mkdir(dir, 0700) ? errno : 0, 10);
		break;
	case 1:
		note(tally, rmdir(dir) ? errno : 0, 11);
		break;
	case 2:
		snprintf(path, sizeof(path), "%s/commit", dir);
		note(tally, -text_write(path, "1\n"), 12);
		break;
	case 3:
		file_touch(path, false, below(5000), any_size() ?: 1, tally, 13);
		break;
	case 4:
		write_digest(dir, tally);
		break;
	default:
		file_touch(path, true, 0, any_size() ?: 1, tally, 14);
	}
}

static void sysfs_touch(const struct measure *m, struct tally *tally)
{
	const char *path = one_in(4) ? log_path(m) : register_path(m, below(REGISTERS));
	const char *parameter = one_in(2) ? TOKEN_TIMEOUT : LOG_LIMIT;
	char text[32];

	switch (below(8)) {
	case 0:
		snprintf(text, sizeof(text), "%u", below(one_in(8) ? UINT_MAX : LIMIT));
		note(tally, -text_write(parameter, text), 20);
		break;
	case 1:
		file_touch(parameter, true, 0, below(4096), tally, 21);
		break;
	case 2:
		file_touch(path, true, 0, digest_size(), tally, 22);
		break;
	case 3:
		file_touch(path, true, one_in(4) ? below(100) : 0, any_size(), tally, 23);
		break;
	default:
		file_touch(path, false, one_in(2) ? 0 : below(3 << 20), any_size(), tally, 24);
	}
}

static int write_away(const struct measure *m, struct tally *tally, long count, unsigned int seed)
{
	struct nl nl;

	state = 0x9e3779b97f4a7c15 * (seed + 1);
	if (nl_open(&nl))
		return 1;
	for (long i = 0; i < count && !atomic_load(&tally->wrong); i++) {
		switch (below(4)) {
		case 0:
			configfs_touch(tally);
			atomic_fetch_add(&tally->configfs, 1);
			break;
		case 1:
			sysfs_touch(m, tally);
			atomic_fetch_add(&tally->sysfs, 1);
			break;
		default:
			netlink_send(&nl, tally);
			atomic_fetch_add(&tally->netlink, 1);
		}
	}

	return 0;
}

static long from_environment(const char *name, long otherwise)
{
	const char *text = getenv(name);

	return text ? atol(text) : otherwise;
}

static long made(struct tally *tally)
{
	return atomic_load(&tally->netlink) + atomic_load(&tally->configfs) +
	       atomic_load(&tally->sysfs);
}

/* One line for each tenth, until every writer has ended. */
static void wait_for(struct __test_metadata *_metadata, struct tally *tally, long count)
{
	long said = 0, now;
	siginfo_t info;

	while (!waitid(P_ALL, 0, &info, WEXITED | WNOWAIT | WNOHANG) && !info.si_pid) {
		now = made(tally);
		if (now - said >= count / 10) {
			said = now;
			TH_LOG("%ld of %ld", now, count);
		}
		usleep(200000);
	}
}

TEST_F_TIMEOUT(random, documented, 3000)
{
	const long count = from_environment("STRESS_COUNT", COUNT);
	const long seed = from_environment("STRESS_SEED", 1);
	struct tally *tally = self->tally;
	pid_t writers[WRITERS];
	char dir[128];
	int status;

	for (int i = 0; i < WRITERS; i++) {
		writers[i] = fork();
		ASSERT_LE(0, writers[i]);
		if (!writers[i])
			_exit(write_away(&self->m, tally, count / WRITERS, seed * WRITERS + i));
	}
	wait_for(_metadata, tally, count);
	for (int i = 0; i < WRITERS; i++) {
		ASSERT_EQ(writers[i], waitpid(writers[i], &status, 0));
		EXPECT_EQ(0, status);
	}
	for (int r = 0; r < REGISTERS; r++) {
		for (char c = 'a'; c <= 'f'; c++) {
			snprintf(dir, sizeof(dir), MEASUREMENTS "%s/%c", register_names[r], c);
			EXPECT_TRUE(!rmdir(dir) || errno == ENOENT);
		}
	}
	ksft_print_msg("seed %ld: %ld netlink messages, %ld of configfs, %ld of sysfs; %ld accepted; %ld records\n",
		       seed, tally->netlink, tally->configfs, tally->sysfs, tally->accepted,
		       check_log(_metadata, &self->m));
	EXPECT_EQ(0, tally->wrong)
		TH_LOG("errno %d at %d", tally->wrong, tally->wrong_where);
	EXPECT_EQ(count / WRITERS * WRITERS, made(tally));
	EXPECT_LT(count / 100, tally->accepted);
}

TEST_HARNESS_MAIN
