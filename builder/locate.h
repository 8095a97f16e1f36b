/* SPDX-License-Identifier: MIT */
/*
 * locate: from what the user typed to a path in the root and a place in the image.
 */
#ifndef BUILDER_LOCATE_H
#define BUILDER_LOCATE_H

#include "common/error.h"
#include "common/sysroot.h"

/* One thing asked for; both strings on the heap. */
struct operand {
	char *path; /* absolute, in the root; may pass through symlinks */
	char *dest; /* where it goes in the image, absolute; NULL: to its own place */
};

/*
 * Reads "PATH[:DEST]": the last colon that is followed by a slash separates them. A name without
 * a slash is looked up in PATH (with a root other than the host's: in the usual folders of that
 * root). Not finding it is -ENOENT; whether the path exists is not looked at otherwise.
 */
int locate(const struct sysroot *root, const char *text, struct operand *ret,
	   struct error *err) _must_check_;

void locate_free(struct operand *operand);

#define _cleanup_operand_ __attribute__((cleanup(locate_free)))

#endif
