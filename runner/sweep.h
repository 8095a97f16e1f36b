/* SPDX-License-Identifier: MIT */
/*
 * sweep: removes what is of no use in the cache folder: trees that unpacking left half done, and
 * entries that no archive can lead to any more. Trees are hostile: folders that may not be
 * entered, nested deeper than descriptors last. Called by cache.
 */
#ifndef RUNNER_SWEEP_H
#define RUNNER_SWEEP_H

#include "common/error.h"

/*
 * Removes `name` in the folder `parent_fd`, whatever it is, never following a symlink and never
 * leaving its file system. Waits while somebody holds a flock(2) on it. Nothing there is no error.
 */
int sweep_tree(int parent_fd, const char *name, struct error *err) _must_check_;

/* Removes all that an entry of the cache holds (cache.h). */
int sweep_contents(int entry_fd, struct error *err) _must_check_;

/* What the owner of a cache folder goes by. */
struct sweep_rules {
	const char *own; /* the caller's own entry: stays */
	const char *
		source; /* other entries with this prefix are of an archive that changed: go */
	const char *boot; /* entries without this suffix are of an earlier boot: go */
};

/*
 * Removes all left-overs in the cache folder whose lock is free; entries in use stay. What cannot
 * be removed is left for the next time.
 */
void sweep_folder(int folder_fd, const struct sweep_rules *rules);

/*
 * Removes one entry, unless it is in use (-EBUSY). It loses its name first, so that nobody finds
 * half of it.
 */
int sweep_entry(int folder_fd, const char *name, struct error *err) _must_check_;

#endif
