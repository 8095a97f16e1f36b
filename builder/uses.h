/* SPDX-License-Identifier: MIT */
/*
 * uses: which files of an image need which others to start, as the loader and the kernel would find them
 * there. The record names for each file only one that needs it; this names all.
 */
#ifndef BUILDER_USES_H
#define BUILDER_USES_H

#include <stddef.h>

#include "common/error.h"
#include "manifest.h"
#include "view.h"

/* `by` needs `used`: a library, an interpreter, or a symlink on the way to one. */
struct use {
	const struct entry *by, *used; /* of the view's manifest */
};

struct uses {
	struct use *items;
	size_t count, capacity;
};

/*
 * Finds them in a view of VIEW_BYTES, which must outlive *ret. What cannot be resolved needs nothing: to
 * complain is for check.
 */
int uses_find(const struct view *view, struct uses *ret, struct error *err) _must_check_;

void uses_free(struct uses *uses);

#define _cleanup_uses_ __attribute__((cleanup(uses_free)))

#endif
