// SPDX-License-Identifier: GPL-2.0-only
/* Has a signal come, and how does it end the program? */
#include <signal.h>
#include <stddef.h>

#include "signals.h"

static volatile sig_atomic_t stopped_by;

static void on_signal(int number)
{
	stopped_by = number;
}

void signals_catch(void)
{
	const struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
}

int signals_came(void *unused)
{
	(void)unused;
	return stopped_by != 0;
}

void signals_obey(void)
{
	if (stopped_by) {
		signal(stopped_by, SIG_DFL);
		raise(stopped_by);
	}
}
