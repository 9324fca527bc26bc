// SPDX-License-Identifier: GPL-2.0-only
/*
 * PID 1 of the emulated realm: prepares the guest, runs one command, and sends
 * its exit status to the runner on a virtio port of its own. Success is only
 * what was sent: a guest that dies in any way sends nothing.
 *
 * The initramfs says what to do, so that the realm's initial measurement
 * covers it:
 *	/etc/realm/modules	names for modprobe, one a line
 *	/etc/realm/net		exists where the guest has a network
 *	/etc/realm/command	arguments, each ended by NUL; absent: a shell
 *
 * In a system with another PID 1 it is started with the command as its arguments.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* 5 s in all */
#define PORT_TRIES	500
#define PORT_WAIT_US	10000

static const char path[] = "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/* A line in the kernel log, where the runner shows it, and the end of the guest. */
static void __attribute__((noreturn, format(printf, 1, 2))) die(const char *fmt, ...)
{
	int fd, error = errno;
	char line[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	if (fd >= 0)
		dprintf(fd, "<3>realm init: %s%s%s\n", line, error ? ": " : "",
			error ? strerror(error) : "");
	reboot(RB_POWER_OFF);
	_exit(1);
}

static void mount_filesystems(void)
{
	static const struct {
		const char *type, *dir;
		bool optional;	/* as the kernel's configuration has it */
	} mounts[] = {
		{ "proc", "/proc", false },
		{ "sysfs", "/sys", false },
		{ "devtmpfs", "/dev", false },
		{ "tmpfs", "/run", false },
		{ "tmpfs", "/tmp", false },
		{ "devpts", "/dev/pts", false },
		{ "tmpfs", "/dev/shm", false },
		{ "debugfs", "/sys/kernel/debug", true },
		{ "tracefs", "/sys/kernel/tracing", true },
		{ "cgroup2", "/sys/fs/cgroup", true },
		{ "configfs", "/sys/kernel/config", true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(mounts); i++) {
		mkdir(mounts[i].dir, 0755);
		if (mount(mounts[i].type, mounts[i].dir, mounts[i].type, 0, NULL) &&
		    errno != EBUSY && !mounts[i].optional)
			die("mount %s", mounts[i].dir);
	}
	symlink("/proc/self/fd", "/dev/fd");
	symlink("/proc/self/fd/0", "/dev/stdin");
	symlink("/proc/self/fd/1", "/dev/stdout");
	symlink("/proc/self/fd/2", "/dev/stderr");
}

/* Runs a program of the guest's own set-up to its end, which has to be success. */
static void setup(char *const argv[])
{
	int status;
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (!pid) {
		execvp(argv[0], argv);
		_exit(127);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			die("wait for %s", argv[0]);
	errno = 0;
	if (status)
		die("%s %s failed with status %#x", argv[0], argv[1], status);
}

static void load_modules(void)
{
	FILE *list = fopen("/etc/realm/modules", "re");
	char name[64];

	if (!list)
		die("/etc/realm/modules");
	while (fscanf(list, "%63s", name) == 1)
		setup((char *[]){ "modprobe", name, NULL });
	fclose(list);
}

/* QEMU's user network, whose addresses never vary. */
static void network_up(void)
{
	setup((char *[]){ "ip", "link", "set", "lo", "up", NULL });
	if (access("/etc/realm/net", F_OK))
		return;
	setup((char *[]){ "ip", "link", "set", "eth0", "up", NULL });
	setup((char *[]){ "ip", "addr", "add", "10.0.2.15/24", "dev", "eth0", NULL });
	setup((char *[]){ "ip", "route", "add", "default", "via", "10.0.2.2", NULL });
}

/* The device of the virtio port with this name, false if there is none (yet). */
static bool find_port(const char *name, char *file, size_t size)
{
	static const char class[] = "/sys/class/virtio-ports";
	char path[PATH_MAX], found[64] = "";
	struct dirent *entry;
	bool same = false;
	DIR *dir;

	dir = opendir(class);
	if (!dir)
		die("%s", class);
	while (!same && (entry = readdir(dir))) {
		FILE *f;

		snprintf(path, sizeof(path), "%s/%s/name", class, entry->d_name);
		f = fopen(path, "re");
		if (!f)
			continue;
		same = fscanf(f, "%63s", found) == 1 && !strcmp(found, name);
		if (same)
			snprintf(file, size, "/dev/%s", entry->d_name);
		fclose(f);
	}
	closedir(dir);
	return same;
}

/*
 * Opens the virtio port that the runner named org.realm-tsm.@name. QEMU says the
 * names of ports in messages of their own, which may arrive after /init began.
 */
static int open_port(const char *name, int mode)
{
	char file[PATH_MAX], want[64];
	int fd;

	snprintf(want, sizeof(want), "org.realm-tsm.%s", name);
	for (int tries = 0; !find_port(want, file, sizeof(file)); tries++) {
		if (tries == PORT_TRIES) {
			errno = ENODEV;
			die("virtio port %s", want);
		}
		usleep(PORT_WAIT_US);
	}
	fd = open(file, mode | O_CLOEXEC);
	if (fd < 0)
		die("%s", file);
	return fd;
}

static void write_all(int fd, const char *buf, ssize_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, buf, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			die("write to a virtio port");
		buf += n;
		len -= n;
	}
}

static char **read_command(void)
{
	static char buf[128 * 1024], *argv[1024];
	int fd = open("/etc/realm/command", O_RDONLY | O_CLOEXEC), argc = 0;
	ssize_t len;

	if (fd < 0)
		return NULL;
	len = read(fd, buf, sizeof(buf) - 1);
	close(fd);
	for (char *p = buf; p < buf + len && argc < (int)ARRAY_SIZE(argv) - 1; p += strlen(p) + 1)
		argv[argc++] = p;
	return argv;
}

/*
 * A pipe between the command and its port: a port cannot be opened a second
 * time, so that /dev/stdout would not work in the command.
 */
struct stream {
	int port, from, to;
	unsigned long long sent;
};

static void stream_open(struct stream *s, const char *name)
{
	int fds[2];

	s->port = open_port(name, O_WRONLY);
	s->sent = 0;
	if (pipe2(fds, O_CLOEXEC))
		die("pipe");
	s->from = fds[0];
	s->to = fds[1];
}

/* Moves what there is; false once every writer is gone. */
static bool stream_relay(struct stream *s)
{
	static char buf[65536];
	ssize_t n = read(s->from, buf, sizeof(buf));

	if (n < 0)
		return errno == EINTR;
	write_all(s->port, buf, n);
	s->sent += n;
	return n > 0;
}

static pid_t child;
static int child_status;

static void child_ended(int sig)
{
	int saved = errno, status;
	pid_t pid;

	(void)sig;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != child)
			continue;
		child_status = status;
		child = 0;
	}
	errno = saved;
}

/*
 * Runs the command and returns its wait status, and how much it wrote. What it
 * leaves running ends with it.
 */
static int run_command(char **argv, unsigned long long sent[2])
{
	struct stream streams[2];
	struct pollfd fds[2];
	int open_streams = 2;
	sigset_t chld, none;

	stream_open(&streams[0], "stdout");
	stream_open(&streams[1], "stderr");

	/* SIGCHLD arrives in ppoll() only, so that no end of a child is missed. */
	sigemptyset(&none);
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, NULL);
	sigaction(SIGCHLD, &(struct sigaction){ .sa_handler = child_ended }, NULL);

	child = fork();
	if (child < 0)
		die("fork");
	if (!child) {
		int null = open("/dev/null", O_RDONLY);

		sigprocmask(SIG_SETMASK, &none, NULL);
		setsid();
		dup2(null, 0);
		dup2(streams[0].to, 1);
		dup2(streams[1].to, 2);
		execvp(argv[0], argv);
		fprintf(stderr, "%s: %s\n", argv[0], strerror(errno));
		_exit(errno == ENOENT ? 127 : 126);
	}

	for (int i = 0; i < 2; i++) {
		close(streams[i].to);
		fds[i] = (struct pollfd){ .fd = streams[i].from, .events = POLLIN };
	}
	while (child || open_streams) {
		int ready = ppoll(fds, 2, NULL, &none);

		if (!child)
			kill(-1, SIGKILL);
		for (int i = 0; ready > 0 && i < 2; i++) {
			if (fds[i].fd >= 0 && fds[i].revents && !stream_relay(&streams[i])) {
				fds[i].fd = -1;
				open_streams--;
			}
		}
	}
	for (int i = 0; i < 2; i++)
		sent[i] = streams[i].sent;
	return child_status;
}

/*
 * On a kernel with kmemleak: what leaked is a complaint of the kernel's, and where
 * it was allocated follows it in the log.
 */
static void look_for_leaks(void)
{
	int leaks = open("/sys/kernel/debug/kmemleak", O_RDWR | O_CLOEXEC);
	int log = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	char line[512];
	FILE *f;

	if (leaks < 0)
		return;
	sleep(6);	/* what is younger than 5 s is not suspected */
	write(leaks, "scan", 4);
	f = fdopen(leaks, "r");
	while (f && fgets(line, sizeof(line), f))
		dprintf(log, "<6>leak: %s", line);
}

/* The runner's terminal is hvc0. */
static int run_shell(void)
{
	int status;

	child = fork();
	if (child < 0)
		die("fork");
	if (!child) {
		int tty;

		setsid();
		tty = open("/dev/hvc0", O_RDWR);
		ioctl(tty, TIOCSCTTY, 0);
		for (int fd = 0; fd < 3; fd++)
			dup2(tty, fd);
		execl("/bin/bash", "-bash", NULL);
		execlp("sh", "-sh", NULL);
		_exit(127);
	}
	while (waitpid(-1, &status, 0) != child)
		;
	return status;
}

static char **prepare(void)
{
	setenv("PATH", path, 1);
	setenv("HOME", "/root", 1);
	mount_filesystems();
	setup((char *[]){ "busybox", "--install", "-s", "/bin", NULL });
	load_modules();
	mount("configfs", "/sys/kernel/config", "configfs", 0, NULL);
	network_up();
	return read_command();
}

int main(int argc, char **argv)
{
	char **command = argc > 1 ? argv + 1 : NULL;
	unsigned long long sent[2] = { 0, 0 };
	int status, port;
	char line[80];

	if (getpid() == 1)
		command = prepare();
	port = open_port("status", O_RDWR);
	write_all(port, "ready\n", 6);

	status = command ? run_command(command, sent) : run_shell();
	if (command)
		look_for_leaks();

	snprintf(line, sizeof(line), "%s %d %llu %llu\n", WIFEXITED(status) ? "exit" : "signal",
		 WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status), sent[0], sent[1]);
	write_all(port, line, strlen(line));
	/* What QEMU still holds is lost when the guest ends: the runner says when it has all. */
	while (read(port, line, 1) < 0 && errno == EINTR)
		;
	sync();
	reboot(RB_POWER_OFF);
	return 1;
}
