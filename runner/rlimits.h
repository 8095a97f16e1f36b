/* SPDX-License-Identifier: MIT */
/*
 * rlimits: the resource limits that --rlimit asks for (getrlimit(2)); what is not named stays as
 * the caller has it.
 */
#ifndef RUNNER_RLIMITS_H
#define RUNNER_RLIMITS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "common/error.h"
#include "common/strlist.h"

struct rlimits {
	uint32_t asked; /* bit N: the limit number N is in values */
	struct rlimit values[RLIM_NLIMITS];
};

/*
 * Reads words NAME=SOFT[:HARD]: a number, with k, m or g (of 1024) for what is counted in bytes, or
 * "unlimited"; without HARD it is SOFT. -EINVAL is a usage error.
 */
int rlimits_read(const struct strlist *words, struct rlimits *ret,
		 struct error *err) _must_check_;

/*
 * By the parent, while it has what that needs: raises hard limits of the process `pid` that are
 * lower than what was asked for. -EPERM, with the limit that there is, for whoever is not root.
 */
int rlimits_raise(const struct rlimits *limits, pid_t pid,
		  struct error *err) _must_check_;

/* Sets all that were asked for, for this process. */
int rlimits_apply(const struct rlimits *limits, struct error *err) _must_check_;

/* The name of limit number `index`, as --rlimit takes it; NULL if it has none. */
const char *rlimits_name(size_t index);

#endif
