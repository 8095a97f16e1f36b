/* SPDX-License-Identifier: MIT */
/*
 * subids: more than one id for an ordinary user's jail, where the administrator has given the user some:
 * subuid(5), subgid(5), and the two programs that may write such maps, newuidmap(1) and newgidmap(1).
 */
#ifndef RUNNER_SUBIDS_H
#define RUNNER_SUBIDS_H

#include <sys/types.h>

#include "common/error.h"

/* What stands behind the ids 1 to `count` of the jail; 0 is the user. */
struct subids {
	unsigned uid, gid; /* first on the host */
	unsigned count;    /* 0: none */
};

/*
 * Looks up the caller's ranges. The host's files are trusted, and the programs check again. -ENOENT: one of
 * the files has no range of `count` ids, or a program is not there; -EPERM: a program has no privilege, or
 * the caller's process cannot get any (PR_SET_NO_NEW_PRIVS). Each with the fix.
 */
int subids_find(unsigned count, struct subids *ret, struct error *err);

/*
 * Maps the caller's own ids to 0 and the ranges behind them in the user namespace of process `pid`, which
 * waits. An error names the program that failed; it has said why on stderr.
 */
int subids_write(const struct subids *subids, pid_t pid, struct error *err) _must_check_;

#endif
