/* SPDX-License-Identifier: MIT */
/*
 * compare: how two images differ: what each has that the other lacks, and what both have but not
 * alike. Times do not count, and neither do reasons.
 */
#ifndef BUILDER_COMPARE_H
#define BUILDER_COMPARE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/error.h"
#include "content.h"
#include "manifest.h"
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
	const struct entry *a, *b; /* NULL: not there. Borrowed from the manifests */
	unsigned changes;          /* where both are there; never 0 then */
};

struct compare {
	struct compare_item *items; /* sorted bytewise by path */
	size_t count, capacity;
	size_t added, removed, changed; /* how many of each */
};

/* One of two images, or what is to become one. Everything borrowed. */
struct compare_side {
	const char *name;                /* for messages */
	const struct manifest *manifest; /* finished */
	const struct content *content;
	bool has_owners;
};

/* Says of a difference whether it counts. */
struct compare_filter {
	bool (*counts)(const struct compare_item *item, const void *data);
	const void *data; /* the caller's own */
};

/*
 * Compares two sides, which must outlive *ret, as must what they borrow; `filter` may be NULL. An
 * error where a file cannot be read.
 */
int compare_sides(const struct compare_side *a, const struct compare_side *b,
		  const struct compare_filter *filter, struct compare *ret,
		  struct error *err) _must_check_;

/* Compares two views of VIEW_BYTES, which must outlive *ret. An error where a file cannot be read. */
int compare_views(const struct view *a, const struct view *b, struct compare *ret,
		  struct error *err) _must_check_;

void compare_free(struct compare *compare);

#define _cleanup_compare_ __attribute__((cleanup(compare_free)))

#endif
