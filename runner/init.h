/* SPDX-License-Identifier: MIT */
/*
 * init: pid 1 of a jail. It starts COMMAND, reaps what is orphaned, passes signals on, and ends
 * when COMMAND ends; with the pid namespace's first process the kernel ends the rest.
 */
#ifndef RUNNER_INIT_H
#define RUNNER_INIT_H

#include "jail.h"

/* What ps shows of it, and of the first process of an exec: the host's paths are hidden behind it. */
#define INIT_NAME "jailrun-init"

/*
 * Runs COMMAND in the finished jail and never returns: its exit status is COMMAND's, 128+N if
 * signal N killed it. `slave` is the jail's terminal, -1 if it has none. The signals that the
 * supervisor forwards are blocked when it is called, so that none is lost. Failures go up the
 * channel; `err` is the room for them.
 */
_Noreturn void init_run(const struct jail *jail, int channel, int slave,
			struct error *err);

/* Reports `why` up the channel, with what jailrun is to exit with, and ends this process. */
_Noreturn void init_fail(int channel, int status, enum stage stage,
			 const struct error *why);

#endif
