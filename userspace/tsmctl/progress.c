// SPDX-License-Identifier: GPL-2.0-only
/* Who waits at a terminal, and for how long already? */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "progress.h"

#define CLEAR_LINE	"\r\033[K"

static struct {
	const char *what;
	bool running, ended;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t end;
} progress = { .lock = PTHREAD_MUTEX_INITIALIZER, .end = PTHREAD_COND_INITIALIZER };

static void *count_seconds(void *arg)
{
	unsigned int seconds = 0;
	struct timespec next;

	(void)arg;
	clock_gettime(CLOCK_REALTIME, &next);
	pthread_mutex_lock(&progress.lock);
	next.tv_sec++;
	while (!progress.ended) {
		if (pthread_cond_timedwait(&progress.end, &progress.lock, &next) != ETIMEDOUT)
			continue;
		fprintf(stderr, CLEAR_LINE "%s: %u s", progress.what, ++seconds);
		fflush(stderr);
		next.tv_sec++;
	}
	pthread_mutex_unlock(&progress.lock);
	if (seconds) {
		fputs(CLEAR_LINE, stderr);
		fflush(stderr);
	}
	return NULL;
}

void progress_begin(const char *what)
{
	sigset_t all, before;

	if (!isatty(STDERR_FILENO))
		return;
	progress.what = what;
	progress.ended = false;
	/* signals are the main thread's, whose calls they end */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	progress.running = !pthread_create(&progress.thread, NULL, count_seconds, NULL);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void progress_end(void)
{
	if (!progress.running)
		return;
	pthread_mutex_lock(&progress.lock);
	progress.ended = true;
	pthread_cond_signal(&progress.end);
	pthread_mutex_unlock(&progress.lock);
	pthread_join(progress.thread, NULL);
	progress.running = false;
}
