/* SPDX-License-Identifier: MIT */
/*
 * candidate: one place of a search: is there a file, does the loader take it, pass over it, or end
 * the program there (open_verify and open_path of glibc's elf/dl-load.c). search has the order of
 * places and calls this for each.
 */
#ifndef ELFDEPS_CANDIDATE_H
#define ELFDEPS_CANDIDATE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/error.h"
#include "linkmap.h"
#include "search.h"

/* One search on its way. */
struct search {
	struct linkmap *map;
	struct link *by;
	const char *name;
	size_t name_length;
	bool saw_relative; /* a place that was not looked at: no current folder below a root */
	struct search_result *found;
	struct error *err;
};

/* What a candidate answers, beside negative errnos. */
enum { GO_ON = 0, FOUND = 1, END_OF_LIST = 2 };

/* Versions in which glibc's rules changed, as loader.version counts. */
enum {
	HWCAPS_SINCE = 233,       /* glibc-hwcaps folders, elf/dl-hwcaps.c */
	LEGACY_GONE = 237,        /* tls, haswell, avx512_1, x86_64 as folders */
	ENOTDIR_GOES_ON_IN = 239, /* open_path of elf/dl-load.c */
};

/* Whether the loader's version is known to be older than `version`. */
bool candidate_is_older(const struct search *search, unsigned version);

/* Tells the listener of a place. */
void candidate_trace(const struct search *search, enum elfdeps_rule rule,
		     const char *path, enum elfdeps_verdict verdict, const char *reason);

/* Tries one file. FOUND: search->found is filled. `folder` is that of a path list, which an error
 * of opening may end (END_OF_LIST), or NULL. */
int candidate_file(struct search *search, const char *path, enum elfdeps_rule rule,
		   struct store_folder *folder) _must_check_;

/* Tries the name in one folder of a path list, in its variants for better processors first. */
int candidate_folder(struct search *search, struct store_folder *folder,
		     enum elfdeps_rule rule) _must_check_;

#endif
