/* SPDX-License-Identifier: MIT */
/*
 * folderlist: the names in one folder that can be libraries, read once and packed: a folder has
 * thousands, of which few are ever asked for.
 */
#ifndef ELFDEPS_FOLDERLIST_H
#define ELFDEPS_FOLDERLIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/alloc.h"
#include "common/error.h"
#include "common/strlist.h"

/* Zero-initialise; a folder that could not be read is an empty one. */
struct folderlist {
	const char *names; /* a NUL in front of each and one behind the last */
	size_t size;       /* bytes of them */
	size_t count;
	uint64_t device, inode; /* of the folder */
};

/* The files that ldconfig looks at (glibc elf/ldconfig.c, search_dir). */
bool folderlist_takes(const char *name);

/* Reads the open folder `fd`, which it closes: at most `limit` of its names. They are `arena`'s. */
int folderlist_read(int fd, size_t limit, struct arena *arena, struct folderlist *ret,
		    struct error *err) _must_check_;

/* Adds the names that begin with the `length` bytes of `stem`, sorted bytewise, to the empty *ret. */
int folderlist_find(const struct folderlist *list, const char *stem, size_t length,
		    struct strlist *ret, struct error *err) _must_check_;

#endif
