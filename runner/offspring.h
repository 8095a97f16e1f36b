/* SPDX-License-Identifier: MIT */
/*
 * offspring: a process that is cloned into namespaces and watched until its end, with the channel
 * between the two: a jail's init, and what jailctl exec is to its command.
 */
#ifndef RUNNER_OFFSPRING_H
#define RUNNER_OFFSPRING_H

#include "jail.h"
#include "supervise.h"

/* What either side does; `data` is handed to both. */
struct offspring {
	uint64_t namespaces; /* CLONE_NEW* */
	/* In the child, with its end of the channel and its copy of the caller's error object. */
	__attribute__((noreturn)) void (*inside)(void *data, int channel,
						 struct error *err);
	/* In the parent, until the child has ended or, after a failure, has been killed. */
	int (*outside)(void *data, const struct supervise_ends *ends, struct outcome *ret,
		       struct error *err);
	void *data;
};

/*
 * Blocks the signals that are forwarded (supervise_listen), opens the channel, clones, and runs both
 * sides. Nothing of the child is left when it returns. What `outside` returned; ret->stage, which
 * the caller sets, changes to STAGE_IDMAP with the clone.
 */
int offspring_run(const struct offspring *offspring, struct outcome *ret,
		  struct error *err) _must_check_;

#endif
