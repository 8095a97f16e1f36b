/* SPDX-License-Identifier: MIT */
/*
 * ownerlist: whom an archive's files are to belong to, noted while they are unpacked by a user who cannot
 * give them away, in the form that owners.h reads. An archive in which everything belongs to one user says
 * nothing of owners: it was made of that user's own folder. Its list stays empty.
 */
#ifndef RUNNER_OWNERLIST_H
#define RUNNER_OWNERLIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"

struct ownerlist_owner {
	int64_t uid, gid; /* as the archive says: any number */
};

/* Zeroed by the caller; free with ownerlist_free. */
struct ownerlist {
	char *text;
	size_t size, capacity;
	uint64_t lines;
	struct ownerlist_owner first; /* of the first entry */
	bool has_first, is_mixed;
	bool is_full; /* over OWNERS_LIMIT: none is better than a part */
};

/*
 * Shown every entry. Whether it needs a line: its owner is not root and can be an id of a jail, or it
 * stands where another one did (`replaced`), which may have had a line.
 */
bool ownerlist_see(struct ownerlist *list, const struct ownerlist_owner *owner,
		   bool replaced);

/* Adds a line for `path`, which is relative to the root. -ENOMEM. */
int ownerlist_add(struct ownerlist *list, const char *path,
		  const struct ownerlist_owner *owner, struct error *err) _must_check_;

/* Writes it to `fd`; *ret_lines is 0 if nothing was, as there is nothing to say. */
int ownerlist_write(const struct ownerlist *list, int fd, uint64_t *ret_lines,
		    struct error *err) _must_check_;

void ownerlist_free(struct ownerlist *list);

#endif
