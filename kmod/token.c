// SPDX-License-Identifier: GPL-2.0-only
/*
 * One attestation token: ATTESTATION_TOKEN_INIT, then CONTINUE until the RMM
 * says that it is whole.
 *
 * The RMM keeps the operation in the vCPU, so the task stays on one and keeps
 * others off it meanwhile; vCPUs do not wait for each other.  Callers may hold
 * locks of the kernel's tsm core over this, hence every way to wait has an end.
 */
#include <linux/align.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/ktime.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/string.h>

#include "eventlog.h"
#include "measurement_lock.h"
#include "rsi.h"
#include "token.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

#define CHALLENGE_MIN	32

/*
 * Tokens are 2 to 5 KiB today.  Hash-based post-quantum signatures are 50 KiB
 * each and a token carries two, so 1 MiB leaves room for RMMs to come, while a
 * wrong bound cannot take much memory from the realm.
 */
#define BOUND_MAX	SZ_1M

/* each is a vCPU suspended or migrated in the middle of a token: rare */
#define RESTARTS_MAX	3

/*
 * Calls in a row that bring nothing.  A pending interrupt ends a call early, so
 * a few are normal: they are repeated at once.  After that the RMM waits for
 * something itself, and the CPU is better given to others.  The last number
 * ends a stall after some seconds, whatever the deadline and the clock say; it
 * leaves 16 s to an RMM that signs in slices of one tick at 250 Hz.
 */
#define IDLE_SPIN	64
#define IDLE_NAP_US	1000
#define IDLE_MAX	4096

/*
 * Others wait uninterruptibly for the tsm core's lock meanwhile, and tasks that
 * hang for 120 s are reported.
 */
#define TIMEOUT_MAX_MS	60000

static unsigned int token_timeout_ms = 30000;

static int token_timeout_set(const char *val, const struct kernel_param *kp)
{
	return param_set_uint_minmax(val, kp, 1, TIMEOUT_MAX_MS);
}

static const struct kernel_param_ops token_timeout_ops = {
	.set = token_timeout_set,
	.get = param_get_uint,
};

module_param_cb(token_timeout_ms, &token_timeout_ops, &token_timeout_ms, 0644);
MODULE_PARM_DESC(token_timeout_ms,
		 "milliseconds after which a token is given up, 1 to 60000 (default 30000)");

/*
 * One token at a time on a vCPU.  The mutexes live as long as the module: a CPU
 * does not go offline under their holder, and the next INIT on it aborts
 * whatever its vCPU still knows.
 */
static DEFINE_PER_CPU(struct mutex, token_lock);

/**
 * struct token_op - a token in the making
 * @challenge: padded with zeros
 * @deadline: when to give up
 * @buf: @bound bytes, from a granule's start to a granule's end
 * @bound: what the RMM promised not to go beyond
 * @len: bytes in @buf
 * @record: the last record when measurements were captured
 * @idle: calls in a row that brought nothing
 * @whole: nothing is missing
 */
struct token_op {
	u8 challenge[RSI_CHALLENGE_SIZE];
	ktime_t deadline;
	u8 *buf;
	size_t bound;
	size_t len;
	u32 record;
	unsigned int idle;
	bool whole;
};

/* A granule lies within a page, so it is contiguous in vmalloc memory too. */
static phys_addr_t granule_phys(const void *granule)
{
	if (is_vmalloc_addr(granule))
		return page_to_phys(vmalloc_to_page(granule)) +
		       offset_in_page(granule);
	return virt_to_phys(granule);
}

static int token_init(struct token_op *op)
{
	size_t bound;
	int ret;

	lockdep_assert_held(this_cpu_ptr(&token_lock));

	/*
	 * The RMM captures challenge and measurements in this call, and nobody
	 * extends them between it and the look at the log.
	 */
	if (down_read_killable(&measurement_lock))
		return -EINTR;
	ret = rsi_token_init(op->challenge, &bound);
	op->record = eventlog_last();
	up_read(&measurement_lock);
	if (ret)
		return ret;
	if (!bound)
		return -EPROTO;
	if (bound > BOUND_MAX)
		return -EFBIG;

	/*
	 * The RMM writes straight into what the caller gets.  kvmalloc()
	 * memory of whole granules starts on a granule's boundary; it is
	 * zeroed in case the RMM reports more than it wrote.  How much is the
	 * RMM's wish, so not to get it is an error and no reason to warn.
	 */
	op->buf = kvzalloc(ALIGN(bound, RSI_GRANULE_SIZE),
			   GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!op->buf)
		return -ENOMEM;
	op->bound = bound;
	op->len = 0;
	op->idle = 0;
	op->whole = false;
	return 0;
}

static int token_continue(struct token_op *op)
{
	size_t offset = op->len % RSI_GRANULE_SIZE;
	size_t room = min(RSI_GRANULE_SIZE - offset, op->bound - op->len);
	size_t len;
	int ret;

	lockdep_assert_held(this_cpu_ptr(&token_lock));

	ret = rsi_token_continue(granule_phys(op->buf + op->len - offset),
				 offset, room, &len);
	trace_realm_token_progress(ret, len, op->len, op->bound);
	if (ret && ret != -EINPROGRESS)
		return ret;
	if (len > room)
		return -EPROTO;

	op->len += len;
	op->whole = !ret;
	op->idle = len ? 0 : op->idle + 1;
	/* an empty token is none, and more than the bound was not agreed */
	if (op->whole ? !op->len : op->len == op->bound)
		return -EPROTO;
	return 0;
}

/*
 * Before the first call, for the mutex may have been waited for, between any
 * two, and after the last: time is time, also where a call returned late with
 * the token whole.
 */
static int token_pace(const struct token_op *op)
{
	if (fatal_signal_pending(current))
		return -EINTR;
	/* not jiffies: they may stand still while the RMM has the vCPU */
	if (ktime_after(ktime_get(), op->deadline) || op->idle >= IDLE_MAX)
		return -ETIMEDOUT;

	if (op->idle > IDLE_SPIN)
		fsleep(IDLE_NAP_US);
	else
		cond_resched();
	return 0;
}

static int token_attempt(struct token_op *op)
{
	int ret;

	ret = token_pace(op);
	if (!ret)
		ret = token_init(op);
	if (!ret)
		ret = token_pace(op);
	while (!ret && !op->whole) {
		ret = token_continue(op);
		if (!ret)
			ret = token_pace(op);
	}
	if (ret) {
		kvfree(op->buf);
		op->buf = NULL;
	}
	return ret;
}

/*
 * The mutex comes first and migration stays enabled while it is waited for: a
 * CPU goes offline only once no task with migration disabled is left on it,
 * which a queue of such tasks would put off for as long as callers come.  Who
 * wakes up on another vCPU asks for that one's mutex.
 */
static int token_lock_vcpu(const struct token_op *op)
{
	int ret;

	do {
		struct mutex *lock = raw_cpu_ptr(&token_lock);

		if (mutex_lock_killable(lock))
			return -EINTR;
		migrate_disable();
		if (lock == this_cpu_ptr(&token_lock))
			return 0;
		migrate_enable();
		mutex_unlock(lock);
		ret = token_pace(op);
	} while (!ret);
	return ret;
}

static void token_unlock_vcpu(void)
{
	mutex_unlock(this_cpu_ptr(&token_lock));
	migrate_enable();
	/*
	 * A CPU on its way offline moves a task away when that schedules.  One
	 * that takes token after token may never do so but in the middle of
	 * them, when it cannot be moved, and the CPU would wait for ever.
	 */
	if (!cpu_active(raw_smp_processor_id()))
		schedule();
}

static int token_make(struct token_op *op)
{
	unsigned int restarts = 0;
	int ret;

	ret = token_lock_vcpu(op);
	if (ret)
		return ret;
	do {
		ret = token_attempt(op);
	} while (ret == -ECANCELED && restarts++ < RESTARTS_MAX);
	token_unlock_vcpu();
	return ret;
}

/**
 * token_get() - have the RMM make an attestation token
 * @challenge: what the token shall be bound to
 * @challenge_len: 32 to 64 bytes; what is missing to 64 is taken as zeros
 * @token: the result, only written on success; free @token->data with kvfree()
 *
 * Every failure is final for this call and leaves nothing behind: what the
 * vCPU still knows of it is aborted by the next token's INIT.
 *
 * Context: Process context with migration enabled, sleeps.
 * Return:
 * * 0			- @token is whole.
 * * -EINVAL		- The challenge's length is not 32 to 64.
 * * -EINTR		- The caller has been killed.
 * * -ETIMEDOUT		- Not whole after token_timeout_ms, or no progress.
 * * -EFBIG		- The RMM asks for more than 1 MiB.
 * * -ENOMEM		- No memory for as much as the RMM asks for.
 * * -ECANCELED		- The vCPU lost the operation four times in a row.
 * * -EPROTO		- The RMM's answer is none that the specification allows.
 * * -EREMOTEIO, -EIO, -EOPNOTSUPP - What the RMM answered, see rsi.c.
 */
int token_get(const u8 *challenge, size_t challenge_len, struct token *token)
{
	struct token_op op = {
		.deadline = ktime_add_ms(ktime_get(),
					 READ_ONCE(token_timeout_ms)),
	};
	int ret;

	if (challenge_len < CHALLENGE_MIN ||
	    challenge_len > sizeof(op.challenge))
		return -EINVAL;
	memcpy(op.challenge, challenge, challenge_len);

	trace_realm_token_start(challenge_len);
	ret = token_make(&op);
	trace_realm_token_end(ret, op.len);
	if (ret)
		return ret;

	token->data = op.buf;
	token->len = op.len;
	token->record = op.record;
	return 0;
}

/**
 * token_setup() - make token_get() usable
 *
 * Context: Any context, once, before the first token_get().
 */
void __init token_setup(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		mutex_init(per_cpu_ptr(&token_lock, cpu));
}
