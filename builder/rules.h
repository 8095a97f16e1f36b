/* SPDX-License-Identifier: MIT */
/*
 * rules: the templates that add themselves: those with a `when` that something in the image meets.
 */
#ifndef BUILDER_RULES_H
#define BUILDER_RULES_H

#include "apply.h"
#include "common/error.h"

/*
 * Applies every template of the catalog that has a `when` which holds, until no more does: what one brings
 * may be what another waits for. A `when` holds if one of its patterns (fnmatch(3)) does: `library` the
 * name of a shared library, or of a symlink to one; `program` the name of a program (no symlink) in a folder
 * bin or sbin, or with a slash in it its whole path; `symbol` an undefined symbol of such a program (no pattern).
 * What is added counts as derived; libraries that it lacks are notes. `model` gives the borrowed members.
 */
int rules_apply(const struct apply *model, struct error *err) _must_check_;

#endif
