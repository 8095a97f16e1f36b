/* SPDX-License-Identifier: MIT */
/*
 * proc: the jail's /proc: a process list of its own, with what belongs to the whole machine masked
 * or read-only.
 */
#ifndef RUNNER_PROC_H
#define RUNNER_PROC_H

#include <stdbool.h>

#include "common/error.h"

/*
 * Mounts /proc in the new root. `is_own`: the jail has its own pid namespace. `empty` names an
 * empty folder, below the current one, to cover folders with.
 */
int proc_mount(int root_fd, bool is_own, const char *empty,
	       struct error *err) _must_check_;

#endif
