/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The Realm Services Interface as the tests call it: one SMC at a time, on one
 * CPU, through the debugfs files of raw_rsi.ko (see raw_rsi/raw_rsi.c).
 */
#ifndef RAW_RSI_H
#define RAW_RSI_H

#include <fcntl.h>
#include <sched.h>
#include <sys/syscall.h>

#include "kselftest_harness.h"

#define RSI_DEBUGFS	"/sys/kernel/debug/raw_rsi/"
#define RSI_GRANULE	4096

/* X0 of a call */
enum {
	RSI_VERSION		= 0xc4000190,
	RSI_FEATURES		= 0xc4000191,
	RSI_READ		= 0xc4000192,
	RSI_EXTEND		= 0xc4000193,
	RSI_INIT		= 0xc4000194,
	RSI_CONTINUE		= 0xc4000195,
	RSI_CONFIG		= 0xc4000196,
	RSI_IPA_SET		= 0xc4000197,
	RSI_IPA_GET		= 0xc4000198,
	RSI_HOST_CALL		= 0xc4000199,
};

/* X0 of its answer */
enum {
	RSI_SUCCESS		= 0,
	RSI_ERROR_INPUT		= 1,
	RSI_ERROR_STATE		= 2,
	RSI_INCOMPLETE		= 3,
	RSI_ERROR_UNKNOWN	= 4,
	RSI_ERROR_DEVICE	= 5,
};

#define RSI_NOT_SUPPORTED	((__u64)-1)

enum { RIPAS_EMPTY, RIPAS_RAM };

struct rsi_regs {
	__u64 x[18];
};

struct rsi {
	int call;
	int granules;
	__u64 ram;	/* IPA of two granules of protected memory */
	__u64 empty;	/* IPA of a granule whose RIPAS is EMPTY */
	__u64 shared;	/* the bit that turns a protected IPA into a shared one */
};

/* Where an address argument points to, for tables of wrong ones. */
enum rsi_place { AT_RAM, AT_EMPTY, AT_SHARED, AT_NOWHERE };

static inline struct rsi_regs __rsi(struct __test_metadata *_metadata, const struct rsi *rsi,
				    struct rsi_regs regs)
{
	ASSERT_EQ((ssize_t)sizeof(regs), pwrite(rsi->call, &regs, sizeof(regs), 0))
		TH_LOG("the call was not made: errno %d", errno);
	ASSERT_EQ((ssize_t)sizeof(regs), pread(rsi->call, &regs, sizeof(regs), 0));

	return regs;
}

/* Within a TEST_F whose fixture has a member rsi: the call, and its answer's registers. */
#define rsi(...)	__rsi(_metadata, &self->rsi, (struct rsi_regs){ .x = { __VA_ARGS__ } })

static inline void rsi_granule_write(struct __test_metadata *_metadata, const struct rsi *rsi,
				     const void *data, size_t size, off_t at)
{
	ASSERT_EQ((ssize_t)size, pwrite(rsi->granules, data, size, at));
}

static inline void rsi_granule_read(struct __test_metadata *_metadata, const struct rsi *rsi,
				    void *data, size_t size, off_t at)
{
	ASSERT_EQ((ssize_t)size, pread(rsi->granules, data, size, at));
}

static inline void rsi_pin(struct __test_metadata *_metadata, int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	ASSERT_EQ(0, sched_setaffinity(0, sizeof(set), &set))
		TH_LOG("cannot run on CPU %d: errno %d", cpu, errno);
}

static inline __u64 rsi_address(struct __test_metadata *_metadata, const char *name)
{
	char text[32] = "";
	int fd = open(name, O_RDONLY);

	ASSERT_LE(0, fd);
	ASSERT_LT(0, read(fd, text, sizeof(text) - 1));
	close(fd);

	return strtoull(text, NULL, 0);
}

static inline __u64 rsi_place(const struct rsi *rsi, enum rsi_place place)
{
	switch (place) {
	case AT_EMPTY:
		return rsi->empty;
	case AT_SHARED:
		return rsi->ram | rsi->shared;
	case AT_NOWHERE:
		return 0xfffffffff000;
	default:
		return rsi->ram;
	}
}

/* The module lies beside the tests; it stays, there is nobody else to use it. */
static inline int rsi_load_module(void)
{
	int fd, err;

	if (!access(RSI_DEBUGFS "call", F_OK))
		return 0;
	fd = open("raw_rsi/raw_rsi.ko", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	err = syscall(SYS_finit_module, fd, "", 0) ? errno : 0;
	close(fd);

	return err;
}

static inline void rsi_setup(struct __test_metadata *_metadata, struct rsi *rsi)
{
	int err = rsi_load_module();
	__u64 ipa_bits;

	if (err == ENODEV)
		SKIP(return, "not a realm");
	if (err == ENOENT)
		SKIP(return, "raw_rsi.ko is not installed");
	if (err == ENOEXEC)
		SKIP(return, "raw_rsi.ko is for another kernel");
	ASSERT_EQ(0, err)
		TH_LOG("raw_rsi.ko: %s", strerror(err));

	rsi_pin(_metadata, 0);
	rsi->call = open(RSI_DEBUGFS "call", O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, rsi->call)
		TH_LOG(RSI_DEBUGFS "call: errno %d", errno);
	rsi->granules = open(RSI_DEBUGFS "granules", O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, rsi->granules);
	rsi->ram = rsi_address(_metadata, RSI_DEBUGFS "ram");
	rsi->empty = rsi_address(_metadata, RSI_DEBUGFS "empty");

	ASSERT_EQ(RSI_SUCCESS, __rsi(_metadata, rsi,
				     (struct rsi_regs){ .x = { RSI_CONFIG, rsi->ram } }).x[0]);
	rsi_granule_read(_metadata, rsi, &ipa_bits, sizeof(ipa_bits), 0);
	rsi->shared = 1ULL << (ipa_bits - 1);
}

#endif /* RAW_RSI_H */
