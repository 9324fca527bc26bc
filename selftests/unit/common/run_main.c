// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "faults.h"
#include "run_main.h"

#define WORDS_MAX	16

static char place[32];

static void must(bool done, const char *what)
{
	if (done)
		return;
	perror(what);
	abort();
}

int run_begin(void)
{
	strcpy(place, "/tmp/run_main.XXXXXX");
	if (!mkdtemp(place) || chdir(place))
		return -1;
	run_write("in", "", 0);
	return 0;
}

int run_end(void)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -r %s", place);
	return chdir("/") || system(command);
}

void run_write(const char *name, const void *data, size_t len)
{
	FILE *f = fopen(name, "we");

	must(f && fwrite(data, 1, len, f) == len && !fclose(f), name);
}

size_t run_read(const char *name, char *text, size_t size)
{
	FILE *f = fopen(name, "re");
	size_t len = 0;

	if (f) {
		len = fread(text, 1, size - 1, f);
		fclose(f);
	}
	text[len] = '\0';
	return len;
}

/* Returns what the stream was. */
static int begin_stream(FILE *stream, const char *name, int flags)
{
	int fd = open(name, flags | O_CLOEXEC, 0600), was;

	fflush(stream);
	was = dup(fileno(stream));
	must(fd >= 0 && was >= 0 && dup2(fd, fileno(stream)) >= 0, name);
	close(fd);
	return was;
}

static void end_stream(FILE *stream, int was)
{
	fflush(stream);
	clearerr(stream);
	must(dup2(was, fileno(stream)) >= 0, "dup2");
	close(was);
}

int run_main(const char *line, unsigned int n, void (*fault)(unsigned int n), bool *failed)
{
	char words[512], *argv[WORDS_MAX + 1], *word;
	int in, out, err, argc = 0, status;

	snprintf(words, sizeof(words), "%s", line);
	for (word = strtok(words, " "); word && argc < WORDS_MAX; word = strtok(NULL, " "))
		argv[argc++] = word;
	argv[argc] = NULL;
	in = begin_stream(stdin, "in", O_RDONLY);
	out = begin_stream(stdout, "out", O_WRONLY | O_CREAT | O_TRUNC);
	err = begin_stream(stderr, "err", O_WRONLY | O_CREAT | O_TRUNC);
	optind = 0;	/* getopt(3): begin anew */
	fault(n);
	status = __real_main(argc, argv);
	*failed = faults_end();
	prctl(PR_SET_DUMPABLE, 1);	/* LeakSanitizer's wish */
	end_stream(stderr, err);
	end_stream(stdout, out);
	end_stream(stdin, in);
	return status;
}
