/* SPDX-License-Identifier: MIT */
/*
 * proc: the jail's /proc: a process list of its own, with what belongs to the whole machine masked
 * or read-only.
 */
#ifndef RUNNER_PROC_H
#define RUNNER_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"

/*
 * A detached mount of /proc for a jail that has these `namespaces` (CLONE_NEW*) of its own. With a
 * shared pid namespace it is a copy of the host's, since the kernel lets only the owner of a pid
 * namespace mount a new one. Returns its descriptor.
 */
int proc_open(uint64_t namespaces, struct error *err) _must_check_;

/*
 * Attaches it in the new root and masks parts of it: more with a shared user namespace, where the
 * jail's root is root.
 */
int proc_attach(int proc_fd, int root_fd, uint64_t namespaces,
		struct error *err) _must_check_;

/*
 * What is put over files of /proc: name number `index`, for a jail with these namespaces. Empty if that
 * one is not for such a jail; NULL behind the last.
 */
const char *proc_mask(size_t index, uint64_t namespaces, bool *ret_read_only);

#endif
