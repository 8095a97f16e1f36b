/* SPDX-License-Identifier: MIT */
/*
 * Blocked signals instead of a handler: no global state, nothing runs in between. Called by the
 * command add and, between two files, by folder and merge.
 */
#include "interrupt.h"

#include <errno.h>
#include <stddef.h>

static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

enum { SIGNAL_COUNT = sizeof(signals) / sizeof(signals[0]) };

void interrupt_hold(sigset_t *ret_old)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < SIGNAL_COUNT; i++)
		sigaddset(&set, signals[i]);
	sigprocmask(SIG_BLOCK, &set, ret_old);
}

void interrupt_release(const sigset_t *old)
{
	sigprocmask(SIG_SETMASK, old, NULL);
}

int interrupt_check(struct error *err)
{
	sigset_t pending;

	if (sigpending(&pending) < 0)
		return 0;
	for (size_t i = 0; i < SIGNAL_COUNT; i++)
		if (sigismember(&pending, signals[i]) == 1)
			return error_set(err, EINTR, "interrupted");
	return 0;
}
