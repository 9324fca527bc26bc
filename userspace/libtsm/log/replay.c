// SPDX-License-Identifier: LGPL-2.1-or-later
/* Do these records lead to these registers? */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "base/digest.h"
#include "base/err.h"
#include "log/eventlog_priv.h"

#define REGISTERS	(TSM_REGISTER_REM3 + 1)

/* The registers at one point of the log; register 0, the RIM, stays unused. */
struct registers {
	uint8_t value[REGISTERS][CRYPTO_HASH_MAX];
	bool known[REGISTERS];		/* the log said something on it already */
	bool unexplained[REGISTERS];	/* its first value came from nowhere */
};

struct tsm_replay {
	enum tsm_hash hash;
	struct registers at;		/* after count records */
	size_t count;
	size_t fault;
	enum tsm_verdict verdict;
	enum tsm_verdict reg[REGISTERS];
	char reason[256];
};

struct run {
	struct tsm_ctx *ctx;
	const uint8_t *const *rems;
	struct registers now;
	bool ever[REGISTERS];		/* fitted at some point */
	unsigned int best;		/* registers that fit at replay->count */
	size_t lie;			/* first record whose text is not what was measured */
	size_t stop;			/* the record where the replay ended */
	const char *why;		/* it ended there */
	struct tsm_replay *replay;
};

static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, tolower((unsigned char)c)) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* "INIT/<hash> <hex>" into a value of the realm's hash. */
static bool parse_init(const struct tsm_record *record, enum tsm_hash hash, uint8_t *value)
{
	size_t i, len, size = tsm_hash_size(hash);
	const char *text = tsm_record_text(record, &len);
	const char *gap = memchr(text, ' ', len);
	char name[16];
	int hi, lo;

	/* cut short it is no hash's name either */
	snprintf(name, sizeof(name), "%.*s", (int)(gap - text) - (int)strlen(INIT),
		 text + strlen(INIT));
	if (digest_from_name(name) != hash || (size_t)(text + len - gap) - 1 != 2 * size)
		return false;
	for (i = 0; i < size; i++) {
		hi = hex_digit(gap[1 + 2 * i]);
		lo = hex_digit(gap[2 + 2 * i]);
		if (hi < 0 || lo < 0)
			return false;
		value[i] = (uint8_t)(hi << 4 | lo);
	}
	return true;
}

static const char *begin_register(struct run *run, const struct tsm_record *record)
{
	static const uint8_t zeros[CRYPTO_HASH_MAX];
	size_t size = tsm_hash_size(run->replay->hash);
	uint8_t *value = run->now.value[record->index];
	uint8_t begin[CRYPTO_HASH_MAX];

	memset(begin, 0, sizeof(begin));
	if (!parse_init(record, run->replay->hash, begin))
		return "its INIT is not of the realm's hash";
	if (run->now.known[record->index]) {
		if (memcmp(value, begin, size))
			return "its INIT is not the value that the records before it lead to";
		return NULL;
	}
	run->now.known[record->index] = true;
	run->now.unexplained[record->index] = memcmp(zeros, begin, size) != 0;
	memcpy(value, begin, size);
	return NULL;
}

/* A text that was not measured is one that nobody vouches for. */
static int check_text(struct run *run, size_t n, const struct tsm_record *record,
		      const uint8_t *digest)
{
	struct bytes event = record_event(record);
	uint8_t is[CRYPTO_HASH_MAX];
	int rc;

	if (!record->is_aael || run->lie)
		return 0;
	rc = crypto_hash(run->replay->hash, &event, 1, is);
	if (!rc && memcmp(is, digest, tsm_hash_size(run->replay->hash)))
		run->lie = n;
	return rc;
}

/* 0 with run->why set ends the replay here. */
static int step(struct run *run, size_t n, const struct tsm_record *record)
{
	enum tsm_hash hash = run->replay->hash;
	uint8_t *value = run->now.value[record->index < REGISTERS ? record->index : 0];
	struct bytes parts[2];
	int rc;

	if (record->index >= REGISTERS) {
		run->why = "it is for a register that does not exist";
		return 0;
	}
	if (record->type == EV_NO_ACTION) {
		if (tsm_record_text(record, NULL))	/* then it is an INIT */
			run->why = begin_register(run, record);
		return 0;
	}
	parts[0] = (struct bytes){ value, tsm_hash_size(hash) };
	parts[1].data = tsm_record_digest(record, hash, &parts[1].len);
	if (record->index == TSM_REGISTER_RIM) {
		run->why = "it is for the RIM, which nothing can extend";
		return 0;
	}
	if (!parts[1].data) {
		run->why = "it has no digest of the realm's hash";
		return 0;
	}
	rc = check_text(run, n, record, parts[1].data);
	run->now.known[record->index] = true;
	return rc ? rc : crypto_hash(hash, parts, 2, value);
}

/* Keep this point if as many registers fit as at the best so far; the last such wins. */
static void compare(struct run *run, size_t n)
{
	size_t size = tsm_hash_size(run->replay->hash);
	unsigned int fit = 0, r;

	for (r = TSM_REGISTER_REM0; run->rems && r < REGISTERS; r++) {
		if (memcmp(run->now.value[r], run->rems[r - 1], size))
			continue;
		run->ever[r] = true;
		fit++;
	}
	if (fit < run->best)
		return;
	run->best = fit;
	run->replay->count = n;
	run->replay->at = run->now;
}

static int replay_all(struct run *run, const struct tsm_eventlog *log)
{
	size_t n;
	int rc;

	compare(run, 0);
	for (n = 1; n <= log->count; n++) {
		rc = step(run, n, &log->records[n - 1]);
		if (rc)
			return rc;
		if (run->why) {
			run->stop = n;
			return 0;
		}
		compare(run, n);
	}
	return 0;
}

static void judge_registers(const struct run *run)
{
	struct tsm_replay *replay = run->replay;
	size_t size = tsm_hash_size(replay->hash);
	unsigned int r;

	for (r = TSM_REGISTER_REM0; run->rems && r < REGISTERS; r++) {
		if (memcmp(replay->at.value[r], run->rems[r - 1], size))
			replay->reg[r] = TSM_VERDICT_INVALID;
		else if (replay->at.unexplained[r])
			replay->reg[r] = TSM_VERDICT_UNKNOWN;
		else
			replay->reg[r] = TSM_VERDICT_VALID;
	}
}

/* "rem0, rem2" */
static const char *names(const struct tsm_replay *replay, enum tsm_verdict verdict, char *text,
			 size_t size)
{
	size_t len = 0;
	uint32_t r;

	text[0] = '\0';
	for (r = TSM_REGISTER_REM0; r < REGISTERS; r++)
		if (replay->reg[r] == verdict)
			len += (size_t)snprintf(text + len, size - len, "%s%s", len ? ", " : "",
						tsm_register_name(r));
	return text;
}

static void conclude(struct tsm_replay *replay, enum tsm_verdict verdict, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void conclude(struct tsm_replay *replay, enum tsm_verdict verdict, const char *fmt, ...)
{
	va_list ap;

	replay->verdict = verdict;
	va_start(ap, fmt);
	vsnprintf(replay->reason, sizeof(replay->reason), fmt, ap);
	va_end(ap);
}

static bool never_fitted(const struct run *run)
{
	unsigned int r;

	for (r = TSM_REGISTER_REM0; r < REGISTERS; r++)
		if (!run->ever[r])
			return true;
	return false;
}

static void judge_fit(struct tsm_replay *replay, size_t records)
{
	char which[32];

	if (*names(replay, TSM_VERDICT_UNKNOWN, which, sizeof(which)))
		conclude(replay, TSM_VERDICT_UNKNOWN,
			 "%zu of %zu records replay to all registers, but %s began with a value that no record explains",
			 replay->count, records, which);
	else
		conclude(replay, TSM_VERDICT_VALID, "%zu of %zu records replay to all registers",
			 replay->count, records);
}

static void judge_misfit(const struct run *run, size_t records)
{
	char which[32];

	names(run->replay, TSM_VERDICT_INVALID, which, sizeof(which));
	if (never_fitted(run))
		conclude(run->replay, TSM_VERDICT_INVALID,
			 "%s: no prefix of the %zu records replays to it; something was measured that is not logged, or the log is of another boot",
			 which, records);
	else
		conclude(run->replay, TSM_VERDICT_INVALID,
			 "%s: no prefix of the %zu records that replays to it replays to the others, too",
			 which, records);
}

static void judge_replay(const struct run *run, size_t records)
{
	struct tsm_replay *replay = run->replay;

	judge_registers(run);
	if (run->lie && run->lie <= replay->count) {
		replay->fault = run->lie;
		conclude(replay, TSM_VERDICT_INVALID,
			 "record %zu: its digest is not that of its text, so what it says was not measured",
			 run->lie);
	} else if (run->rems && run->best == TSM_REMS) {
		judge_fit(replay, records);
	} else if (run->why) {
		replay->fault = run->stop;
		conclude(replay, TSM_VERDICT_INVALID, "record %zu: %s", run->stop, run->why);
	} else if (run->rems) {
		judge_misfit(run, records);
	} else {
		conclude(replay, TSM_VERDICT_UNKNOWN,
			 "%zu records replay; there is nothing to compare with", records);
	}
}

int tsm_replay_new(struct tsm_ctx *ctx, const struct tsm_eventlog *log, enum tsm_hash hash,
		   const uint8_t *const rems[TSM_REMS], struct tsm_replay **out)
{
	struct run run = { .ctx = ctx, .rems = rems };
	int rc;

	if (!ctx)
		return -EINVAL;
	if (!log || !out || !tsm_hash_size(hash) ||
	    (rems && !(rems[0] && rems[1] && rems[2] && rems[3])))
		return err_set(ctx, -EINVAL,
			       "event log: a log, a hash and four registers are needed to replay");
	run.replay = calloc(1, sizeof(*run.replay));
	if (!run.replay)
		return err_set(ctx, -ENOMEM, "event log: out of memory");
	run.replay->hash = hash;
	rc = replay_all(&run, log);
	if (rc) {
		free(run.replay);
		return err_crypto(ctx, rc, "event log");
	}
	judge_replay(&run, log->count);
	*out = run.replay;
	return 0;
}

void tsm_replay_free(struct tsm_replay **replay)
{
	if (!replay)
		return;
	free(*replay);
	*replay = NULL;
}

enum tsm_verdict tsm_replay_verdict(const struct tsm_replay *replay)
{
	return replay ? replay->verdict : TSM_VERDICT_UNKNOWN;
}

const char *tsm_replay_reason(const struct tsm_replay *replay)
{
	return replay ? replay->reason : "";
}

static bool is_rem(const struct tsm_replay *replay, uint32_t number)
{
	return replay && number >= TSM_REGISTER_REM0 && number < REGISTERS;
}

enum tsm_verdict tsm_replay_register(const struct tsm_replay *replay, uint32_t number)
{
	return is_rem(replay, number) ? replay->reg[number] : TSM_VERDICT_UNKNOWN;
}

size_t tsm_replay_count(const struct tsm_replay *replay)
{
	return replay ? replay->count : 0;
}

const uint8_t *tsm_replay_value(const struct tsm_replay *replay, uint32_t number, size_t *len)
{
	if (len)
		*len = is_rem(replay, number) ? tsm_hash_size(replay->hash) : 0;
	return is_rem(replay, number) ? replay->at.value[number] : NULL;
}

size_t tsm_replay_fault(const struct tsm_replay *replay)
{
	return replay ? replay->fault : 0;
}

const char *tsm_verdict_name(enum tsm_verdict verdict)
{
	static const char *const verdicts[] = {
		[TSM_VERDICT_UNKNOWN] = "cannot tell", [TSM_VERDICT_VALID] = "valid",
		[TSM_VERDICT_INVALID] = "not valid", [TSM_VERDICT_WAIVED] = "not checked",
	};

	return (size_t)verdict < ARRAY_SIZE(verdicts) ? verdicts[verdict] : NULL;
}
