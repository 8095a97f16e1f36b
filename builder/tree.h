/* SPDX-License-Identifier: MIT */
/*
 * tree: takes a folder, with everything in it and all that this needs to start.
 */
#ifndef BUILDER_TREE_H
#define BUILDER_TREE_H

#include "common/error.h"
#include "intake.h"

/*
 * Adds the folder `taken` and what lies below it, in bytewise order. A symlink that leads out of
 * the folder brings the file it points at; one that leads to a folder elsewhere, or nowhere, stays
 * a symlink. /proc, /sys and their like are left out with a note.
 */
int tree_add(struct intake *intake, const struct taken *taken,
	     struct error *err) _must_check_;

#endif
