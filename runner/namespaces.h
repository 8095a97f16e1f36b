/* SPDX-License-Identifier: MIT */
/*
 * namespaces: which ones the jail gets fresh, and the clone that makes them.
 */
#ifndef RUNNER_NAMESPACES_H
#define RUNNER_NAMESPACES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/error.h"
#include "common/strlist.h"

/*
 * The CLONE_NEW* flags of a jail that shares the namespaces named in `shared` (items of --share,
 * each a comma-separated list). -EINVAL for an unknown name. The mount namespace is always fresh.
 */
int namespaces_choose(const struct strlist *shared, uint64_t *ret_flags,
		      struct error *err) _must_check_;

/*
 * clone3(2) with these namespaces. Returns the child's pid, with *ret_pidfd set, or 0 in the
 * child. Signal handlers of the child are reset. The raw system call: the child must not use
 * what libc caches about the process, and must not return from the caller.
 */
pid_t namespaces_clone(uint64_t flags, int *ret_pidfd, struct error *err) _must_check_;

/* The names of --share for what is in `flags`, with blanks between; empty for none. */
void namespaces_print(uint64_t flags, char *text, size_t size);

#endif
