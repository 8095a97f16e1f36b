/* SPDX-License-Identifier: MIT */
/*
 * proc: the jail's /proc: a process list of its own, with what belongs to the whole machine masked
 * or read-only.
 */
#ifndef RUNNER_PROC_H
#define RUNNER_PROC_H

#include <stdint.h>

#include "common/error.h"

/*
 * Mounts /proc in the new root of a jail that has these `namespaces` (CLONE_NEW*) of its own.
 * With a shared pid namespace that is the host's /proc; with a shared user namespace, where the
 * jail's root is root, more of it is masked.
 */
int proc_mount(int root_fd, uint64_t namespaces, struct error *err) _must_check_;

#endif
