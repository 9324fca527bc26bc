/* SPDX-License-Identifier: GPL-2.0-only */
/* Three processes that extend registers all the time, one by each door. */
#ifndef WRITERS_H
#define WRITERS_H

#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "extend_by.h"

#define PACE_US		2000	/* a log that is checked in time, however quick the machine */

/* In memory that the processes share. */
struct writers {
	bool stop;
	pid_t pid[DOORS];
	unsigned long made[DOORS], wrong;
	int error;
};

static inline struct writers *writers_make(struct __test_metadata *_metadata)
{
	struct writers *w = mmap(NULL, sizeof(*w), PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	ASSERT_NE(MAP_FAILED, w);

	return w;
}

/* A child that does not outlive a test which fails. */
static inline pid_t fork_bound(void)
{
	pid_t pid = fork();

	if (!pid)
		prctl(PR_SET_PDEATHSIG, SIGKILL);

	return pid;
}

static inline void write_on(struct writers *w, const struct measure *m, enum door door)
{
	__u8 digest[VALUE_MAX];
	struct nl nl;

	if (nl_open(&nl))
		_exit(1);
	for (int i = 0; !__atomic_load_n(&w->stop, __ATOMIC_RELAXED); i++) {
		int err;

		digest_fill(digest, i);
		err = extend_by(door, m, &nl, door, i, digest);
		if (!err) {
			__atomic_add_fetch(&w->made[door], 1, __ATOMIC_RELAXED);
		} else {
			__atomic_add_fetch(&w->wrong, 1, __ATOMIC_RELAXED);
			w->error = err;
		}
		usleep(PACE_US);
	}
	_exit(0);
}

static inline void writers_start(struct __test_metadata *_metadata, struct writers *w,
				 const struct measure *m)
{
	for (int door = 0; door < DOORS; door++) {
		pid_t pid = fork_bound();

		ASSERT_LE(0, pid);
		if (!pid)
			write_on(w, m, door);
		w->pid[door] = pid;
	}
}

/* Returns how many extensions they made. */
static inline unsigned long writers_end(struct __test_metadata *_metadata, struct writers *w)
{
	unsigned long made = 0;
	int status;

	__atomic_store_n(&w->stop, true, __ATOMIC_RELAXED);
	for (int door = 0; door < DOORS; door++) {
		ASSERT_EQ(w->pid[door], waitpid(w->pid[door], &status, 0));
		EXPECT_EQ(0, status);
		EXPECT_LT(0, w->made[door])
			TH_LOG("%s", doors[door]);
		made += w->made[door];
	}
	EXPECT_EQ(0, w->wrong)
		TH_LOG("a door answered %s", strerror(-w->error));

	return made;
}

#endif /* WRITERS_H */
