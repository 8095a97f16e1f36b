/* SPDX-License-Identifier: MIT */
/*
 * prefetch: reads files that will be asked for, in other threads, while closures are made of those in
 * front of them. Only the files themselves: what they need is the resolver's to find.
 */
#ifndef ELFDEPS_PREFETCH_H
#define ELFDEPS_PREFETCH_H

#include <stddef.h>

#include "common/alloc.h"
#include "common/error.h"
#include "common/sysroot.h"
#include "object.h"
#include "readset.h"

struct prefetch;

/*
 * Begins to read `paths` (inside `root`), which must live, like `root` and `arena`, until prefetch_free;
 * not one with files of the caller's own. *ret is NULL where that would not pay: few files, one
 * processor. `arena` owns it; the threads do not touch that.
 */
int prefetch_start(const struct sysroot *root, const char *const *paths, size_t count,
		   struct arena *arena, struct prefetch **ret,
		   struct error *err) _must_check_;

/*
 * The object of `path` if that is the next of the paths and was read already; it lives until
 * prefetch_free. NULL: the caller reads it, and no thread does any more.
 */
struct object *prefetch_take(struct prefetch *prefetch, const char *path);

/* What the threads have read so far, and where the caller enters what it reads itself: then no file is
 * read twice under two paths. The prefetch's own. */
struct readset *prefetch_known(const struct prefetch *prefetch);

/* Ends the threads. */
void prefetch_free(struct prefetch *prefetch);

#endif
