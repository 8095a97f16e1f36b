/* SPDX-License-Identifier: MIT */
/*
 * wildcard: the paths of a root that a pattern means, as glob(7) has it; glob(3) knows no root.
 */
#ifndef BUILDER_WILDCARD_H
#define BUILDER_WILDCARD_H

#include <stdbool.h>

#include "common/error.h"
#include "common/strlist.h"
#include "common/sysroot.h"

enum { WILDCARD_PATHS_MAX = 1 << 16 };

/* Whether `text` is a pattern and not just a path. */
bool wildcard_is(const char *text);

/*
 * Appends the absolute paths inside the root that match, sorted bytewise; a path without a pattern in it
 * if it is there. Nothing that matches is no error. -E2BIG: too many.
 */
int wildcard_expand(const struct sysroot *root, const char *pattern, struct strlist *ret,
		    struct error *err) _must_check_;

#endif
