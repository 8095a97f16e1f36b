/* SPDX-License-Identifier: MIT */
/*
 * compare: how two images differ: what each has that the other lacks, and what both have but not
 * alike. Times do not count, and neither do reasons.
 */
#ifndef BUILDER_COMPARE_H
#define BUILDER_COMPARE_H

#include <stddef.h>

#include "common/error.h"
#include "view.h"

/* What is not alike, as bits. */
enum {
	COMPARE_TYPE = 1 << 0,
	COMPARE_MODE = 1 << 1, /* not of symlinks, which have none on Linux: symlink(7) */
	COMPARE_OWNER = 1 << 2, /* only where both images have owners */
	COMPARE_TARGET = 1 << 3,
	COMPARE_DEVICE = 1 << 4,
	COMPARE_CONTENT = 1 << 5,
};

struct compare_item {
	const struct entry *a, *b; /* NULL: not there. Borrowed from the views */
	unsigned changes;          /* where both are there; never 0 then */
};

struct compare {
	struct compare_item *items; /* sorted bytewise by path */
	size_t count, capacity;
	size_t added, removed, changed; /* how many of each */
};

/* Compares two views of VIEW_BYTES, which must outlive *ret. An error where a file cannot be read. */
int compare_views(const struct view *a, const struct view *b, struct compare *ret,
		  struct error *err) _must_check_;

void compare_free(struct compare *compare);

#define _cleanup_compare_ __attribute__((cleanup(compare_free)))

#endif
