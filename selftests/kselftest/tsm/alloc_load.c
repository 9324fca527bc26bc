// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each allocation that loading the module leads to fails in turn, those of the
 * kernel's modules on its behalf included: it does not load, leaves nothing
 * behind, and loads when memory is there. Runs before anything is recorded.
 */
#include <sys/utsname.h>

#include "eventlog.h"
#include "failing.h"
#include "provider.h"

#define ALLOCATIONS	2000	/* more than loading makes */

FIXTURE(load) {
	char file[128];
	bool provider;
};

static int unload(void)
{
	return syscall(SYS_delete_module, "realm_tsm", O_NONBLOCK) ? -errno : 0;
}

static int load(const char *file)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	int err = fd < 0 || syscall(SYS_finit_module, fd, "", 0) ? -errno : 0;

	if (fd >= 0)
		close(fd);

	return err;
}

FIXTURE_SETUP(load)
{
	struct utsname names;
	struct measure m = {};
	int err;

	if (!measure_find(&m))
		SKIP(return, "realm_tsm is not loaded");
	failing_setup(_metadata, MODULES_BEGIN, MODULES_END);
	if (_metadata->exit_code)
		return;
	ASSERT_EQ(0, uname(&names));
	snprintf(self->file, sizeof(self->file), "/lib/modules/%s/realm_tsm.ko", names.release);
	if (access(self->file, R_OK))
		SKIP(return, "%s is not there", self->file);
	self->provider = provider_is_realm_tsm();
	err = unload();
	if (err == -EWOULDBLOCK)
		SKIP(return, "realm_tsm has records: boot again");
	ASSERT_EQ(0, err);
}

FIXTURE_TEARDOWN(load)
{
	struct measure m = {};

	if (!self->file[0])
		return;
	failing_end();
	load(self->file);
	ASSERT_TRUE(measure_find(&m));
	EXPECT_EQ(self->provider, provider_is_realm_tsm());
	check_log(_metadata, &m);
}

TEST_F_TIMEOUT(load, each, 280)
{
	struct measure m = {};
	bool failed = true;
	int n, err, refused = 0;

	for (n = 1; failed; n++) {
		ASSERT_GT(ALLOCATIONS, n);
		ASSERT_EQ(0, failing_at(n));
		err = load(self->file);
		failed = failing_end();
		EXPECT_TRUE(!err || (failed && err == -ENOMEM))
			TH_LOG("allocation %d: errno %d", n, -err);
		EXPECT_EQ(!err, measure_find(&m))
			TH_LOG("allocation %d: errno %d, and it is there or not", n, -err);
		EXPECT_EQ(!err, !access(MEASUREMENTS, F_OK));
		refused += !!err;
		if (!err)
			ASSERT_EQ(0, unload());
	}
	TH_LOG("%d allocations failed, for %d of them it was not loaded", n - 2, refused);
	EXPECT_LE(20, refused);
}

TEST_HARNESS_MAIN
