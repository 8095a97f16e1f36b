/* SPDX-License-Identifier: MIT */
/*
 * search: the places where the loader looks for a library, in its order (ld.so(8); _dl_map_object
 * of glibc's elf/dl-load.c). closure calls it for names that are not loaded yet.
 */
#ifndef ELFDEPS_SEARCH_H
#define ELFDEPS_SEARCH_H

#include "common/error.h"
#include "linkmap.h"

/* What a search found. */
struct search_result {
	struct store_name *file; /* by the path that the loader opens; NULL: missing */
	enum elfdeps_rule rule;
	const char *
		detail; /* the folder; NULL if the rule has none; of what is missing: a hint */
	bool relative; /* the path depends on the current folder */
	bool again;    /* the file was loaded before, under another name or path */
};

/* Why a relative path leads nowhere below another root. */
#define SEARCH_NO_CURRENT "depends on the current folder, and --root has none"

/*
 * Looks for `name` (tokens already replaced) on behalf of `by`. -ELIBBAD: a candidate at which the
 * loader gives up, named in err.
 */
int search_library(struct link *by, struct store_name *name, struct search_result *ret,
		   struct error *err) _must_check_;

/* Takes apart a path list: separators as in strpbrk(3), tokens for `link`. */
int search_split(struct link *link, const char *text, const char *separators,
		 struct folder_list *ret, struct error *err) _must_check_;

#endif
