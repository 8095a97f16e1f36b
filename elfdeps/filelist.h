/* SPDX-License-Identifier: MIT */
/*
 * filelist: the FILEs of --files-from, for those who have more of them than a command line holds.
 * main reads it.
 */
#ifndef ELFDEPS_FILELIST_H
#define ELFDEPS_FILELIST_H

#include <stddef.h>

#include "common/error.h"

/* Zero-initialise it. */
struct filelist {
	char *text;         /* what was read; the names lie in it */
	const char **items; /* `count` of them and a NULL behind */
	size_t count, capacity;
};

/*
 * Reads the names in the file `path`, "-" for standard input, behind the `count` ones of `first`, which
 * must live on. They end with a NUL if there is one in the file, else with a newline; empty ones are
 * passed over. `path` NULL: `first` alone.
 */
int filelist_read(struct filelist *list, const char *path, const char *const *first,
		  size_t count, struct error *err) _must_check_;

void filelist_free(struct filelist *list);

#endif
