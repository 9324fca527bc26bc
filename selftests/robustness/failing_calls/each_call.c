// SPDX-License-Identifier: GPL-2.0-only
/*
 * A library to be preloaded: each system call of a command fails in turn, the N-th of a run
 * for N from 1 until there is none, by what such a call may meet and by EINTR. The runs are
 * forked when the command has been loaded; a thread in each answers its calls.
 *
 *	0	stdout and FILE are what they are in peace
 *	else	a status of tsmctl's, and not one that finds fault with what is in order;
 *		one line on stderr, the last; FILE as it was before, or whole
 *	both	no other file is left beside FILE
 *
 * EACH_CALL="NAME[:varies][:file][:STATUS]" begins it: whether the output varies; whether
 * there is a FILE, "file"; what the status is in peace, if not 0. In the current directory,
 * which has to be empty. Prints a line of TAP; VERBOSE=1: and every failure.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fail_calls.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define HANG_SECONDS	60
#define BEFORE		"as it was before\n"

static struct supervised *supervised;	/* shared with the run */
static jmp_buf to_main;
static pid_t child;
static bool hangs;

/* The command's own stdout stays as it is. */
#define say(...)	dprintf(STDOUT_FILENO, __VA_ARGS__)

static void die(const char *what)
{
	say("Bail out! %s: %s\n", what, strerror(errno));
	_exit(1);
}

/* --- files --- */

struct content {
	char *data;
	size_t len;
};

static struct content read_file(const char *name)
{
	struct content c = { .data = calloc(1, 1 << 20) };
	int fd = open(name, O_RDONLY);
	ssize_t n;

	while (fd >= 0 && (n = read(fd, c.data + c.len, (1 << 20) - c.len - 1)) > 0)
		c.len += (size_t)n;
	close(fd);
	return c;
}

static bool is_same(const struct content *a, const struct content *b)
{
	return a->len == b->len && !memcmp(a->data, b->data, a->len);
}

static void write_file(const char *name, const char *text)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		die(name);
	close(fd);
}

static int files(void)
{
	DIR *dir = opendir(".");
	struct dirent *entry;
	int n = 0;

	if (!dir)
		die("directory");
	while ((entry = readdir(dir)))
		n += entry->d_name[0] != '.';
	closedir(dir);
	return n;
}

/* --- a run --- */

static sem_t begun;

static void *supervise(void *arg)
{
	sem_wait(&begun);
	for (;;)
		supervise_answer(supervised);
	return arg;
}

static void in_child(int nth, int err)
{
	pthread_t thread;
	int listener;

	if (dup2(open("stdout", O_WRONLY | O_TRUNC | O_CLOEXEC), STDOUT_FILENO) < 0 ||
	    dup2(open("stderr", O_WRONLY | O_TRUNC | O_CLOEXEC), STDERR_FILENO) < 0 ||
	    sem_init(&begun, 0, 0) || pthread_create(&thread, NULL, supervise, NULL))
		_exit(126);
	listener = supervise_me();
	if (listener < 0)
		_exit(127);
	supervise_begin(supervised, listener, nth, err);
	sem_post(&begun);
	longjmp(to_main, 1);
}

static void hang(int number)
{
	(void)number;
	hangs = true;
	kill(child, SIGKILL);
}

static int run(int nth, int err)
{
	int status;

	child = fork();
	if (!child)
		in_child(nth, err);
	if (child < 0)
		die("fork");
	alarm(HANG_SECONDS);
	while (waitpid(child, &status, 0) < 0)
		;
	alarm(0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* --- what has to hold --- */

static const char *out;
static bool varies;
static int peace_status;
static struct content peace_stdout, peace_out;

/* What failed is said in the last line, and in no other; warnings and words may come first. */
static bool is_one_line(const struct content *c)
{
	const char *line, *end;
	int n = 0;

	for (line = c->data; (end = strchr(line, '\n')); line = end + 1)
		if (!strncmp(line, "tsmctl: ", 8) && strncmp(line, "tsmctl: warning: ", 17))
			n += end[1] ? 2 : 1;
	return n == 1 && !*line;
}

/* Of a realm where all is there and allowed, and of input that is right. */
static bool is_true(int status)
{
	static const int may_be[] = { 1, 7, 8 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(may_be); i++)
		if (status == may_be[i])
			return true;
	return status == peace_status;
}

static const char *wrong(int status, const struct content *said, const struct content *printed,
			 const struct content *file)
{
	const struct content before = { (char *)(uintptr_t)BEFORE, strlen(BEFORE) };

	if (hangs)
		return "it hangs";
	if (status < 0)
		return "it was killed";
	if (supervised->failed < 0 && status != peace_status)
		return "it fails though no call did";
	if (files() != (out ? 3 : 2))
		return "a file is left";
	if (status && !is_true(status))
		return "a status that is not true";
	if (status && !is_one_line(said) && supervised->failed_fd != STDERR_FILENO)
		return "not one line on stderr";
	if (status != peace_status && (!out || is_same(file, &before) || is_same(file, &peace_out)))
		return NULL;
	if (status != peace_status)
		return "a part of a file is left";
	if (!varies && !is_same(printed, &peace_stdout))
		return "another output than in peace";
	if (out && !varies && !is_same(file, &peace_out))
		return "another file than in peace";
	return NULL;
}

static const char *fail_each(int err, int *calls, int *failures, int *errors)
{
	const char *fault = NULL;
	int nth, status;

	for (nth = 1; !fault; nth++) {
		struct content said, printed, file = { 0 };

		if (out)
			write_file(out, BEFORE);
		status = run(nth, err);
		said = read_file("stderr");
		printed = read_file("stdout");
		if (out)
			file = read_file(out);
		fault = wrong(status, &said, &printed, &file);
		if (fault || getenv("VERBOSE"))
			say("# call %d, %s by %s: %d, %s", nth,
			    supervised->failed < 0 ? "none" : supervise_name(supervised->failed),
			    supervised->failed < 0 ? "0" : strerrorname_np(supervised->failed_by), status,
			    said.len ? said.data : "\n");
		free(said.data);
		free(printed.data);
		free(file.data);
		if (supervised->failed < 0)
			break;
		++*failures;
		*errors += status != peace_status;
	}
	if (*calls < nth - 1)
		*calls = nth - 1;
	return fault;
}

static int each_call(char *what)
{
	static const int by[] = { 0, EINTR };
	struct sigaction action = { .sa_handler = hang };
	int calls = 0, failures = 0, errors = 0;
	const char *fault = NULL, *name, *word;
	struct timespec begin, end;
	size_t i;

	name = strsep(&what, ":");
	while ((word = strsep(&what, ":"))) {
		if (!strcmp(word, "varies"))
			varies = true;
		else if (!strcmp(word, "file"))
			out = word;
		else
			peace_status = atoi(word);
	}
	sigaction(SIGALRM, &action, NULL);
	clock_gettime(CLOCK_MONOTONIC, &begin);
	write_file("stdout", "");
	write_file("stderr", "");
	if (out)
		write_file(out, BEFORE);
	if (run(0, 0) != peace_status)
		fault = "it fails in peace";
	peace_stdout = read_file("stdout");
	if (out)
		peace_out = read_file(out);
	for (i = 0; i < ARRAY_SIZE(by) && !fault; i++)
		fault = fail_each(by[i], &calls, &failures, &errors);
	clock_gettime(CLOCK_MONOTONIC, &end);
	say("%s - %s: %d calls, %d failures, %d of them its own, %ld s%s%s\n", fault ? "not ok" : "ok", name,
	    calls, failures, errors, (long)(end.tv_sec - begin.tv_sec), fault ? ": " : "",
	    fault ? fault : "");
	unlink("stdout");
	unlink("stderr");
	unlink("file");
	return !!fault;
}

/* Before main(), which only the forked ones come to. */
__attribute__((constructor)) static void begin(void)
{
	char *what = getenv("EACH_CALL");

	if (!what)
		return;
	unsetenv("LD_PRELOAD");
	supervised = mmap(NULL, sizeof(*supervised), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (supervised == MAP_FAILED)
		die("mmap");
	if (!setjmp(to_main))
		_exit(each_call(strdup(what)));
}
