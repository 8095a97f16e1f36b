/* SPDX-License-Identifier: MIT */
/*
 * owner: which package a file of the root belongs to, by dpkg's own lists.
 */
#ifndef BUILDER_OWNER_H
#define BUILDER_OWNER_H

#include "common/error.h"
#include "common/sysroot.h"
#include "manifest.h"

/*
 * Sets the package of every entry that was taken from the root and has none. A root without dpkg's
 * database leaves them as they are; so does a list that cannot be read.
 */
int owner_find(const struct sysroot *root, struct manifest *manifest,
	       struct error *err) _must_check_;

#endif
