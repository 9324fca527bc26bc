/* SPDX-License-Identifier: GPL-2.0-only */
/* A directory of an event, for each test a new one. */
#ifndef CONFIGFS_H
#define CONFIGFS_H

#include "eventlog.h"

#define WORD_MAX	REALM_TSM_WORD_MAX
#define CONTENT_MAX	REALM_TSM_CONTENT_MAX

FIXTURE(event) {
	struct measure m;
	char dir[64];
	struct before before;
};

static inline char *attribute(const char *dir, const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);

	return path;
}

#define put(name, text)	text_write(attribute(self->dir, name), text)
#define commit()	put("commit", "1\n")

static inline int get(const char *dir, const char *name, char *text, size_t size)
{
	return text_read(attribute(dir, name), text, size);
}

#define EXPECT_TEXT(expected, name) do { \
	char text_[4096] = ""; \
	EXPECT_EQ(0, get(self->dir, name, text_, sizeof(text_))); \
	EXPECT_STREQ(expected, text_); \
} while (0)
#define EXPECT_NO_TEXT(name) do { \
	char text_[4096]; \
	EXPECT_EQ(-ENODATA, get(self->dir, name, text_, sizeof(text_))); \
} while (0)

#define unchanged()	expect_unchanged(_metadata, &self->m, &self->before)

FIXTURE_SETUP(event)
{
	measure_setup(_metadata, &self->m);
	if (_metadata->exit_code)
		return;
	snprintf(self->dir, sizeof(self->dir), MEASUREMENTS "rem3/%d", getpid());
	ASSERT_EQ(0, mkdir(self->dir, 0700));
	self->before = before(_metadata, &self->m);
}

FIXTURE_TEARDOWN(event)
{
	if (self->m.device)
		EXPECT_TRUE(!rmdir(self->dir) || errno == ENOENT);
}

static inline void fill_in(struct __test_metadata *_metadata, const char *dir)
{
	ASSERT_EQ(0, text_write(attribute(dir, "domain"), "example.org/tests\n"));
	ASSERT_EQ(0, text_write(attribute(dir, "operation"), "Commit\n"));
	ASSERT_EQ(0, text_write(attribute(dir, "content"), "{\"a\": \"b c\"}\n"));
}

#endif /* CONFIGFS_H */
