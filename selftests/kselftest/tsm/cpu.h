/* SPDX-License-Identifier: GPL-2.0-only */
/* CPUs that come and go. */
#ifndef CPU_H
#define CPU_H

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* 0, or the errno of switching a CPU on or off. */
static inline int cpu_switch(int cpu, const char *to)
{
	char path[64];
	int fd, err = 0;

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/online", cpu);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, to, 1) != 1)
		err = errno;
	close(fd);

	return err;
}

#endif /* CPU_H */
