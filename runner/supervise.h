/* SPDX-License-Identifier: MIT */
/*
 * supervise: what jailrun does while the jail lives: signals in, terminal both ways, and the exit
 * status out.
 */
#ifndef RUNNER_SUPERVISE_H
#define RUNNER_SUPERVISE_H

#include <signal.h>
#include <sys/types.h>

#include "jail.h"

/*
 * Blocks every signal that is forwarded and opens a signalfd for them; called before the clone,
 * so that none slips between, and so that after it nothing can fail. The caller closes it.
 */
int supervise_listen(int *ret_signals, struct error *err) _must_check_;

/* What one jail is watched by; the descriptors are borrowed. */
struct supervise_ends {
	pid_t pid;   /* of the jail's init */
	int pidfd;   /* and a descriptor for it */
	int channel; /* to it */
	int signals; /* of supervise_listen */
};

/*
 * Waits for the jail's init, and ends it when its time is over. 0 with ret->status the exit status for
 * jailrun; or a negative errno when the jail reported a failure (-ETIME: it took too long), then
 * ret->status is what jailrun exits with, and ret->stage where it was.
 */
int supervise_jail(const struct jail *jail, const struct supervise_ends *ends,
		   struct outcome *ret, struct error *err) _must_check_;

#endif
