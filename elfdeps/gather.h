/* SPDX-License-Identifier: MIT */
/*
 * gather: from one file to the whole closure: follows #! lines from file to file, as execve and env
 * do, and strings the closures of the programs together. resolver calls it.
 */
#ifndef ELFDEPS_GATHER_H
#define ELFDEPS_GATHER_H

#include "common/error.h"
#include "elfdeps.h"

/* What elfdeps_resolve promises, in elfdeps.h. */
int gather_closure(struct elfdeps *resolver, const char *path,
		   struct elfdeps_closure *ret, struct error *err) _must_check_;

#endif
