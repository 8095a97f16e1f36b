/* SPDX-License-Identifier: MIT */
/*
 * twins: which entries are hard links of one file. The first one asked about is the file, the
 * others are links to it.
 */
#ifndef BUILDER_TWINS_H
#define BUILDER_TWINS_H

#include "common/alloc.h"
#include "common/error.h"
#include "common/strmap.h"
#include "manifest.h"

/* Zero-initialise it. */
struct twins {
	struct strmap first; /* "device:inode" -> entry */
	struct arena arena;
};

/* *ret is the first entry of the same file; NULL, and `entry` becomes it, if there is none yet. */
int twins_find(struct twins *twins, const struct entry *entry, const struct entry **ret,
	       struct error *err) _must_check_;

void twins_free(struct twins *twins);

#define _cleanup_twins_ __attribute__((cleanup(twins_free)))

#endif
