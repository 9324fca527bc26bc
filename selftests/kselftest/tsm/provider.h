/* SPDX-License-Identifier: GPL-2.0-only */
/* realm_tsm as the provider of reports: whether it is, its timeout, a report by it. */
#ifndef PROVIDER_H
#define PROVIDER_H

#include <time.h>

#include "report.h"

#define MISC		"/sys/devices/virtual/misc/"
#define TOKEN_TIMEOUT	"/sys/module/realm_tsm/parameters/token_timeout_ms"

/* Both drivers call themselves arm_cca_guest; only ours has measurements there. */
static inline bool provider_is_realm_tsm(void)
{
	return !access(MISC "arm_cca_guest/measurements", F_OK);
}

static inline void token_timeout_set(struct __test_metadata *_metadata, unsigned int ms)
{
	char text[16];
	int fd = open(TOKEN_TIMEOUT, O_WRONLY | O_CLOEXEC);
	int size = snprintf(text, sizeof(text), "%u", ms);

	ASSERT_LE(0, fd);
	ASSERT_EQ(size, write(fd, text, size));
	close(fd);
}

static inline unsigned int token_timeout(struct __test_metadata *_metadata)
{
	char text[16] = "";
	int fd = open(TOKEN_TIMEOUT, O_RDONLY | O_CLOEXEC);

	ASSERT_LE(0, fd);
	ASSERT_LT(0, read(fd, text, sizeof(text) - 1));
	close(fd);

	return strtoul(text, NULL, 10);
}

static inline unsigned int now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);

	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* The size of a whole token with this challenge, or a negative errno; EBADMSG if it is neither. */
static inline ssize_t report_take(const char *dir, const __u8 *challenge, __u8 *token)
{
	ssize_t size = inblob_write(dir, challenge, CHALLENGE_SIZE);

	if (!size)
		size = attribute_read(dir, "outblob", token, TOKEN_MAX, TOKEN_MAX);
	if (size < 0)
		return size;

	return token_is_whole(token, size) && token_has_challenge(token, size, challenge) ?
	       size : -EBADMSG;
}

#endif /* PROVIDER_H */
