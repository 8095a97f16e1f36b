/* SPDX-License-Identifier: MIT */
/*
 * cgroups: the control groups of a process (cgroups(7)), of both versions, for one that is to be counted
 * and limited with it.
 */
#ifndef RUNNER_CGROUPS_H
#define RUNNER_CGROUPS_H

#include <sys/types.h>

#include "common/error.h"

/*
 * Moves the calling process into every control group of `pid` in which it is not yet. 0, or the negative
 * errno of the first that would not have it, named in err; the others are joined all the same. To see
 * them takes /proc, and the hierarchies where mountinfo says (proc(5)).
 */
int cgroups_join(pid_t pid, struct error *err) _must_check_;

#endif
