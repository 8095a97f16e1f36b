/* SPDX-License-Identifier: MIT */
/*
 * cure: the words that a user can type into a shell to get something into an image.
 */
#ifndef BUILDER_CURE_H
#define BUILDER_CURE_H

#include <stdbool.h>

#include "common/alloc.h"
#include "common/error.h"

/* `text` as one word of sh(1): as it is, or in quotes. Owned by the arena; NULL with err set. */
const char *cure_word(struct arena *arena, const char *text,
		      struct error *err) _must_check_;

/* How something is cured: by words, or by adding a file of the image (again). */
struct cure {
	const char *words; /* all that follows is ignored then */
	const char *add;   /* the file's path in the image; NULL: no cure is known */
	const char *first; /* a path that has to be added with it, before it; or NULL */
	bool replace;      /* what is there has to go */
	bool is_glob; /* `add` is for the shell to expand: it must be plain but for that */
};

/*
 * The words, or "jailbuild add PATH -o IMAGE", where PATH is `source`, or `source:path` if the image has
 * it elsewhere; `source` NULL: the same as in the image. *ret lives as long as the arena and the cure;
 * NULL if there is no cure.
 */
int cure_tell(const struct cure *cure, struct arena *arena, const char *image,
	      const char *source, const char **ret, struct error *err) _must_check_;

#endif
