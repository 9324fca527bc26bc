/* SPDX-License-Identifier: GPL-2.0-only */
/* The measurement registers as realm_tsm shows them, and other files of it. */
#ifndef MEASURE_H
#define MEASURE_H

#include <fcntl.h>
#include <grp.h>
#include <mbedtls/sha256.h>
#include <mbedtls/sha512.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "kselftest_harness.h"

#include <linux/realm_tsm.h>

#define MISC		"/sys/devices/virtual/misc/"
#define MEASUREMENTS	"/sys/kernel/config/tsm-measurements/"

#define RIM		0
#define REM(n)		((n) + 1)
#define REGISTERS	REALM_TSM_REGISTERS
#define VALUE_MAX	REALM_TSM_DIGEST_MAX

struct measure {
	const char *device;	/* its directory in sysfs */
	char hash[8];
	size_t size;		/* of a digest */
	__u16 alg;		/* the hash's number in records */
};

struct registers {
	__u8 value[REGISTERS][VALUE_MAX];
};

static const char *const register_names[REGISTERS] = { "rim", "rem0", "rem1", "rem2", "rem3" };

static inline void hash(const struct measure *m, const void *data, size_t size, __u8 *out)
{
	if (m->size == 32)
		mbedtls_sha256(data, size, out, 0);
	else
		mbedtls_sha512(data, size, out, m->size == 48);
}

/* value = H(value || digest) */
static inline void extended(const struct measure *m, __u8 *value, const __u8 *digest)
{
	__u8 message[2 * VALUE_MAX];

	memcpy(message, value, m->size);
	memcpy(message + m->size, digest, m->size);
	hash(m, message, 2 * m->size, value);
}

/* Returns the number of bytes, or a negative errno. */
static inline ssize_t file_read(const char *path, void *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t total = 0;
	ssize_t n;

	if (fd < 0)
		return -errno;
	do {
		n = read(fd, (char *)buf + total, size - total);
		if (n > 0)
			total += n;
	} while (n > 0 && total < size);
	n = n < 0 ? -errno : (ssize_t)total;
	close(fd);

	return n;
}

/* Returns 0, or a negative errno of open, write or a short write's EIO. */
static inline int file_write(const char *path, const void *buf, size_t size)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), err = 0;
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = write(fd, buf, size);
	if (n != (ssize_t)size)
		err = n < 0 ? -errno : -EIO;
	close(fd);

	return err;
}

/* As a NUL-terminated text without its newline; returns 0 or a negative errno. */
static inline int text_read(const char *path, char *text, size_t size)
{
	ssize_t n = file_read(path, text, size - 1);

	if (n < 0)
		return n;
	if (n && text[n - 1] == '\n')
		n--;
	text[n] = '\0';

	return 0;
}

static inline int text_write(const char *path, const char *text)
{
	return file_write(path, text, strlen(text));
}

static inline void hex(const __u8 *bytes, size_t size, char *text)
{
	for (size_t i = 0; i < size; i++)
		sprintf(text + 2 * i, "%02x", bytes[i]);
}

static inline const char *register_path(const struct measure *m, int index)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/measurements/%s:%s", m->device, register_names[index],
		 m->hash);

	return path;
}

static inline bool register_diverged(int index)
{
	char path[128], state[16] = "";

	snprintf(path, sizeof(path), MEASUREMENTS "%s/state", register_names[index]);
	text_read(path, state, sizeof(state));

	return !strcmp(state, "diverged");
}

static inline bool measure_find(struct measure *m)
{
	static const char *const devices[] = { MISC "arm_cca_guest", MISC "realm_tsm" };
	static const struct {
		const char *hash;
		size_t size;
		__u16 alg;
	} hashes[] = { { "sha256", 32, 0x0b }, { "sha384", 48, 0x0c }, { "sha512", 64, 0x0d } };
	char path[128];

	for (size_t i = 0; i < ARRAY_SIZE(devices); i++) {
		snprintf(path, sizeof(path), "%s/hash_algorithm", devices[i]);
		if (text_read(path, m->hash, sizeof(m->hash)))
			continue;
		m->device = devices[i];
		for (size_t j = 0; j < ARRAY_SIZE(hashes); j++) {
			if (strcmp(m->hash, hashes[j].hash))
				continue;
			m->size = hashes[j].size;
			m->alg = hashes[j].alg;
		}
		return m->size;
	}

	return false;
}

static inline void measure_setup(struct __test_metadata *_metadata, struct measure *m)
{
	if (!measure_find(m))
		SKIP(return, "realm_tsm is not loaded");
	for (int i = REM(0); i < REGISTERS; i++) {
		if (register_diverged(i))
			SKIP(return, "REM%d was extended past the module: reload it, or boot again",
			     i - 1);
	}
}

static inline struct registers registers_read(struct __test_metadata *_metadata,
					      const struct measure *m)
{
	struct registers all = {};

	for (int i = 0; i < REGISTERS; i++) {
		__u8 value[VALUE_MAX + 1];

		ASSERT_EQ((ssize_t)m->size, file_read(register_path(m, i), value, sizeof(value)))
			TH_LOG("register %d", i);
		memcpy(all.value[i], value, m->size);
	}

	return all;
}

/* A digest that no other one is equal to. */
static inline void digest_fill(__u8 *digest, int seed)
{
	for (int i = 0; i < VALUE_MAX; i++)
		digest[i] = seed * 31 + 5 * i;
}

/* Returns 0 or a negative errno. */
static inline int sysfs_extend(const struct measure *m, int index, const __u8 *digest)
{
	return file_write(register_path(m, index), digest, m->size);
}

/* Runs what is given as nobody and without any capability; returns its status. */
static inline int as_nobody(struct __test_metadata *_metadata, int (*run)(const struct measure *m),
			    const struct measure *m)
{
	pid_t pid = fork();
	int status;

	ASSERT_LE(0, pid);
	if (!pid) {
		if (setgroups(0, NULL) || setresgid(65534, 65534, 65534) ||
		    setresuid(65534, 65534, 65534))
			_exit(255);
		_exit(run(m));
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	ASSERT_TRUE(WIFEXITED(status));

	return WEXITSTATUS(status);
}

#endif /* MEASURE_H */
