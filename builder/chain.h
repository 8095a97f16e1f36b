/* SPDX-License-Identifier: MIT */
/*
 * chain: why something is in an image: from an entry, by what needed it, to what was asked for. The
 * reasons come from a record, which is not trusted: a chain may go in a circle or lead to nothing.
 */
#ifndef BUILDER_CHAIN_H
#define BUILDER_CHAIN_H

#include <stddef.h>

#include "common/error.h"
#include "manifest.h"

enum chain_end {
	CHAIN_WHOLE,  /* the last step was needed by nothing */
	CHAIN_CIRCLE, /* the last step was needed by an earlier one */
	CHAIN_BROKEN, /* the last step was needed by what is not in the image */
};

struct chain {
	/* What was looked for, what needed that, and so on. The list is owned, the entries are not. */
	const struct entry **steps;
	size_t count, capacity;
	enum chain_end end;
};

/*
 * The entry that needed this one; NULL if none did or it is not in the image. *ret_end says which,
 * and never is CHAIN_CIRCLE.
 */
const struct entry *chain_next(const struct manifest *manifest, const struct entry *entry,
			       enum chain_end *ret_end);

/*
 * The chain of `path`, which may go through symlinks of the image but is not followed itself. Free
 * with chain_free. -ENOENT if it is not in the image, with a hint where something of its name is;
 * -ELOOP if its symlinks have no end.
 */
int chain_find(const struct manifest *manifest, const char *path, struct chain *ret,
	       struct error *err) _must_check_;

void chain_free(struct chain *chain);

#define _cleanup_chain_ __attribute__((cleanup(chain_free)))

#endif
