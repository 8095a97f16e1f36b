/* SPDX-License-Identifier: MIT */
/*
 * apply: does what a template says: one directive after the other into the manifest and the recipe.
 */
#ifndef BUILDER_APPLY_H
#define BUILDER_APPLY_H

#include "catalog.h"
#include "common/error.h"
#include "intake.h"
#include "recipe.h"

struct apply {
	struct intake *intake; /* borrowed, as all that follows */
	struct catalog *catalog;
	struct recipe *recipe; /* gets accounts, and the settings unless `by` is set */
	const char
		*by; /* the path for which a rule adds it; NULL: somebody asked for it */
	unsigned depth; /* templates that include each other; 0 at first */
};

/*
 * Applies a template and what it includes, each once for all calls with one catalog. A rule leaves the
 * settings of the image (env, user, entrypoint …) alone. Errors begin with template and line: -ENOENT a
 * path that is missing, -ELOOP an include that has no end, and those of asked_add.
 */
int apply_template(struct apply *apply, struct catalog_item *item,
		   struct error *err) _must_check_;

#endif
