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

/* Blocks every signal that is forwarded; called before the clone, so that none slips between. */
int supervise_block_signals(struct error *err) _must_check_;

/*
 * Waits for the jail's init. 0 with *ret_status the exit status for jailrun; or a negative
 * errno when the jail reported a failure, then *ret_status is what jailrun exits with.
 */
int supervise_jail(const struct jail *jail, int pidfd, int channel, int *ret_status,
		   struct error *err) _must_check_;

#endif
