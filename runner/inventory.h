/* SPDX-License-Identifier: MIT */
/*
 * inventory: what is in the cache folder, and what of it may go. Beside an entry's root lies the file
 * `about`, written once it is unpacked: the archive's path, what it unpacked to. When an entry was last
 * used is its folder's mtime. Called by cache after an unpacking, and by whoever shows or empties the
 * cache.
 */
#ifndef RUNNER_INVENTORY_H
#define RUNNER_INVENTORY_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "common/error.h"

struct inventory_entry {
	char key[NAME_MAX + 1]; /* the name in the cache folder */
	char *archive; /* absolute path when it was unpacked; escaped; NULL: not known; owned */
	uint64_t bytes, files; /* 0 if not known */
	struct timespec used;  /* last start of a jail with it */
	bool in_use;           /* a jail holds it now, or it is being unpacked */
	bool is_leftover;      /* of an unpacking or a removal that was killed */
};

struct inventory {
	struct inventory_entry *items;
	size_t count, capacity;
};

/* Reads the cache folder; the one that was not used for longest first. Free with inventory_free. */
int inventory_read(int folder_fd, struct inventory *ret, struct error *err) _must_check_;

void inventory_free(struct inventory *inventory);

#define _cleanup_inventory_ __attribute__((cleanup(inventory_free)))

/* Writes `about` into the entry, which its caller has locked. `archive` may be relative. */
int inventory_describe(int entry_fd, const char *archive, uint64_t bytes, uint64_t files,
		       struct error *err) _must_check_;

/* What a removal gave back. */
struct inventory_freed {
	uint64_t bytes;
	unsigned long entries;
};

/*
 * Removes left-overs, and then entries, the one that was not used for longest first, until what is
 * left has at most `max_bytes`. What is in use stays, and the entry `spare` (may be NULL).
 */
int inventory_prune(int folder_fd, uint64_t max_bytes, const char *spare,
		    struct inventory_freed *ret, struct error *err) _must_check_;

#endif
