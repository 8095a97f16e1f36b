/* SPDX-License-Identifier: MIT */
/*
 * problems: collects what a check finds for its caller, and bounds it: a hostile file can want a million
 * symbols. For check and cacheaudit.
 */
#ifndef ELFDEPS_PROBLEMS_H
#define ELFDEPS_PROBLEMS_H

#include <stddef.h>

#include "common/alloc.h"
#include "common/error.h"
#include "elfdeps.h"

enum {
	PROBLEMS_MAX = 1000,      /* failures that are kept, and as many notes */
	PROBLEMS_NAME_MAX = 4096, /* bytes of a name that are kept */
};

struct problems {
	struct arena *arena; /* gets all that the caller sees */
	struct elfdeps_problem *items;
	size_t count, capacity, failures, notes;
};

/* Adds one. Its strings are copied, but `object`, which must live on; `text` is the cause. */
int problems_add(struct problems *problems, const struct elfdeps_problem *problem,
		 struct error *err) _must_check_;

/* Hands over what was collected. */
int problems_finish(struct problems *problems, struct elfdeps_problems *ret,
		    struct error *err) _must_check_;

void problems_free(struct problems *problems);

#define _cleanup_problems_ __attribute__((cleanup(problems_free)))

#endif
