/* SPDX-License-Identifier: MIT */
/*
 * remnants: what an image in a folder had once, and has no more when it is made anew. Only what its
 * record names is taken for such: what somebody else has put into the folder stays.
 */
#ifndef BUILDER_REMNANTS_H
#define BUILDER_REMNANTS_H

#include "common/error.h"
#include "common/strlist.h"
#include "common/strmap.h"
#include "manifest.h"

/*
 * Lists what is in the folder `root`, is a key of `known`, and is not in the manifest; folders stand
 * before what is in them. The keys are not trusted. -EACCES and so on if one of them could not be
 * removed: nothing is yet.
 */
int remnants_find(int root, const struct strmap *known, const struct manifest *manifest,
		  struct strlist *ret, struct error *err) _must_check_;

/* Removes what was listed; a folder with something else in it stays. */
int remnants_remove(int root, const struct strlist *paths,
		    struct error *err) _must_check_;

#endif
