/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The event log, and what the tests ask of it and the registers: that they
 * agree, whatever was tried.
 */
#ifndef EVENTLOG_H
#define EVENTLOG_H

#include <endian.h>

#include "measure.h"

#define LOG_LIMIT	"/sys/module/realm_tsm/parameters/log_limit"
#define LIMIT_MAX	"268435456"
#define LOG_MAX		(32 << 20)

#define EV_NO_ACTION	3
#define EV_EVENT_TAG	6

/* A record of the log; offsets are its own. */
struct record {
	size_t size;
	__u32 index;
	__u32 type;
	const __u8 *digest;	/* or NULL */
	const __u8 *event;
	__u32 event_size;
};

static inline const char *log_path(const struct measure *m)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/eventlog", m->device);

	return path;
}

/* The log, whole; it belongs to the caller's process until it ends. */
static inline const __u8 *log_read(struct __test_metadata *_metadata, const struct measure *m,
				   size_t *size)
{
	static __u8 *log;
	ssize_t n;

	if (!log)
		log = malloc(LOG_MAX);
	ASSERT_NE(NULL, log);
	n = file_read(log_path(m), log, LOG_MAX);
	ASSERT_LT(0, n)
		TH_LOG("%s: %s", log_path(m), strerror(-n));
	ASSERT_GT(LOG_MAX, n);
	*size = n;

	return log;
}

static inline __u32 le32_at(const __u8 *at)
{
	return at[0] | at[1] << 8 | at[2] << 16 | (__u32)at[3] << 24;
}

static inline __u16 le16_at(const __u8 *at)
{
	return at[0] | at[1] << 8;
}

/* The size of the log's header, or 0 if it is none that declares the realm's hash. */
static inline size_t header_size(const struct measure *m, const __u8 *log, size_t size)
{
	static const __u8 zeros[20];
	const __u8 *spec = log + 32;

	if (size < 65 || le32_at(log) || le32_at(log + 4) != EV_NO_ACTION ||
	    memcmp(log + 8, zeros, 20) || le32_at(log + 28) != 33 ||
	    memcmp(spec, "Spec ID Event03", 16) || spec[21] != 2 || le32_at(spec + 24) != 1 ||
	    le16_at(spec + 28) != m->alg || le16_at(spec + 30) != m->size || spec[32])
		return 0;

	return 65;
}

/* Whether there is a whole record of the realm's hash at the beginning of data. */
static inline bool record_parse(const struct measure *m, const __u8 *data, size_t size,
				struct record *r)
{
	size_t at = 12;
	__u32 digests;

	if (size < at + 4)
		return false;
	r->index = le32_at(data);
	r->type = le32_at(data + 4);
	digests = le32_at(data + 8);
	r->digest = NULL;
	if (digests > 1)
		return false;
	if (digests) {
		if (size < at + 2 + m->size + 4 || le16_at(data + at) != m->alg)
			return false;
		r->digest = data + at + 2;
		at += 2 + m->size;
	}
	r->event_size = le32_at(data + at);
	at += 4;
	if (r->event_size > size - at)
		return false;
	r->event = data + at;
	r->size = at + r->event_size;

	return true;
}

/* A text "INIT/HASH HEX" sets the register to that value. */
static inline bool init_parse(const struct measure *m, const struct record *r, __u8 *value)
{
	char text[2 * VALUE_MAX + 32], start[16];
	int n = snprintf(start, sizeof(start), "INIT/%s ", m->hash);

	if (r->event_size != n + 2 * m->size || memcmp(r->event, start, n))
		return false;
	memcpy(text, r->event + n, 2 * m->size);
	for (size_t i = 0; i < m->size; i++) {
		if (sscanf(text + 2 * i, "%2hhx", value + i) != 1)
			return false;
	}

	return true;
}

/* What one record makes of the registers; false if it may not stand in a log. */
static inline bool replay_record(const struct measure *m, const struct record *r,
				 struct registers *all)
{
	if (r->index < REM(0) || r->index >= REGISTERS)
		return false;
	if (r->type == EV_NO_ACTION)
		return !r->digest && init_parse(m, r, all->value[r->index]);
	if (r->type != EV_EVENT_TAG || !r->digest || r->event_size < 8 ||
	    le32_at(r->event + 4) != r->event_size - 8)
		return false;
	extended(m, all->value[r->index], r->digest);

	return true;
}

/* Replays what is at log[at] and behind it; returns its number of records, or -1. */
static inline long replay_from(const struct measure *m, const __u8 *log, size_t at, size_t size,
			       struct registers *all)
{
	struct record r;
	long records = 0;

	for (; at < size; at += r.size, records++) {
		if (!record_parse(m, log + at, size - at, &r))
			return -1;
		if (all && !replay_record(m, &r, all))
			return -1;
	}

	return records;
}

/*
 * Replays a log to its end; returns its number of records, or -1. RIM is left
 * alone; without registers, the records are only counted.
 */
static inline long replay(const struct measure *m, const __u8 *log, size_t size,
			  struct registers *all)
{
	size_t at = header_size(m, log, size);

	if (!at)
		return -1;
	if (all)
		memset(all->value[REM(0)], 0, (REGISTERS - 1) * VALUE_MAX);

	return replay_from(m, log, at, size, all);
}

/*
 * Registers and log agree now. Returns the number of records. Where the log begins with
 * all that the last one was, byte for byte, it is replayed from there on.
 */
static inline long check_log(struct __test_metadata *_metadata, const struct measure *m)
{
	static struct registers replayed;
	static size_t last_size;
	static long records;
	static __u8 *last;
	struct registers live = registers_read(_metadata, m);
	size_t size;
	const __u8 *log = log_read(_metadata, m, &size);
	long more;

	if (!last)
		last = malloc(LOG_MAX);
	ASSERT_NE(NULL, last);
	if (last_size && last_size <= size && !memcmp(last, log, last_size)) {
		more = replay_from(m, log, last_size, size, &replayed);
	} else {
		last_size = 0;
		records = 0;
		more = replay(m, log, size, &replayed);
	}
	EXPECT_LE(0, more)
		TH_LOG("the log does not parse");
	for (int i = REM(0); i < REGISTERS; i++) {
		EXPECT_EQ(0, memcmp(live.value[i], replayed.value[i], m->size))
			TH_LOG("the log does not lead to the value of REM%d", i - 1);
	}
	if (more < 0) {
		last_size = 0;
		return more;
	}
	memcpy(last + last_size, log + last_size, size - last_size);
	last_size = size;
	records += more;

	return records;
}

/* What must be the same before and after something that is refused. */
struct before {
	struct registers registers;
	size_t log_size;
};

static inline struct before before(struct __test_metadata *_metadata, const struct measure *m)
{
	struct before b = { .registers = registers_read(_metadata, m) };

	log_read(_metadata, m, &b.log_size);

	return b;
}

static inline void expect_unchanged(struct __test_metadata *_metadata, const struct measure *m,
				    const struct before *b)
{
	struct before now = before(_metadata, m);

	EXPECT_EQ(0, memcmp(&b->registers, &now.registers, sizeof(now.registers)))
		TH_LOG("a register has changed");
	EXPECT_EQ(b->log_size, now.log_size)
		TH_LOG("the log has changed");
	check_log(_metadata, m);
}

/* One extension by digest and no other, with this as its record's event. */
static inline void expect_extended(struct __test_metadata *_metadata, const struct measure *m,
				   const struct before *b, int index, const __u8 *digest,
				   const void *event, size_t event_size)
{
	struct registers expected = b->registers, now = registers_read(_metadata, m);
	struct record r = {};
	size_t size;
	const __u8 *log = log_read(_metadata, m, &size);

	extended(m, expected.value[index], digest);
	EXPECT_EQ(0, memcmp(&expected, &now, sizeof(now)))
		TH_LOG("register %d has not been extended, or another one has", index);

	ASSERT_LT(b->log_size, size);
	ASSERT_TRUE(record_parse(m, log + b->log_size, size - b->log_size, &r));
	EXPECT_EQ(size - b->log_size, r.size)
		TH_LOG("not one record");
	EXPECT_EQ(index, r.index);
	EXPECT_EQ(EV_EVENT_TAG, r.type);
	ASSERT_NE(NULL, r.digest);
	EXPECT_EQ(0, memcmp(digest, r.digest, m->size));
	ASSERT_EQ(event_size, r.event_size);
	EXPECT_EQ(0, memcmp(event, r.event, event_size));
	check_log(_metadata, m);
}

/* tag, length, data: as a record's event, and as what an event's digest is made of */
static inline size_t tagged(__u8 *event, __u32 tag, const void *data, size_t size)
{
	const __u32 head[] = { htole32(tag), htole32(size) };

	memcpy(event, head, sizeof(head));
	memcpy(event + sizeof(head), data, size);

	return sizeof(head) + size;
}

#endif /* EVENTLOG_H */
