/* SPDX-License-Identifier: MIT */
/*
 * destination: where below the output folder an entry of an archive goes. Names are hostile: none
 * may lead out of the folder, whatever links the archive made before. Called by extract.
 *
 * A symlink in the parents of a name is followed, as by a process whose root is the output folder:
 * archives of merged-/usr trees hold `bin -> usr/bin` and then `bin/bash`, and refusing them would
 * refuse good images. It is safe because the walk never leaves the root descriptor
 * (openat2(2): every step is RESOLVE_BENEATH without links, or RESOLVE_IN_ROOT), and because the
 * last component is never followed: what stands there is replaced or refused.
 */
#ifndef RUNNER_DESTINATION_H
#define RUNNER_DESTINATION_H

#include <limits.h>
#include <stdbool.h>

#include "common/error.h"

enum {
	DESTINATION_DEPTH = 256
}; /* folders in a name: removing a tree holds one fd for each */

/* The folder that the last name led to, kept because the next one mostly leads there too. */
struct destination {
	int root_fd;              /* borrowed */
	int parent_fd;            /* O_PATH; -1 none yet */
	bool is_stale;            /* look the parent up again */
	char parent[PATH_MAX];    /* as in the archive's names, cleaned */
	char canonical[PATH_MAX]; /* the same folder without symlinks; "" for the root */
};

/* clang-format off */
#define DESTINATION_NONE {.root_fd = -1, .parent_fd = -1}
/* clang-format on */

/* One entry's place. */
struct destination_place {
	int parent_fd; /* borrowed from the destination until the next call */
	const char *
		base; /* last component, points into `path`; "" is the output folder itself */
	char path[PATH_MAX]; /* cleaned: no leading, double or trailing slash, no "." */
};

/*
 * Cleans `name` into `ret` (PATH_MAX bytes): a leading "/" or "./" is taken away, as tar(1) does.
 * -EBADMSG for a "..", -ENAMETOOLONG for more than PATH_MAX bytes or DESTINATION_DEPTH folders.
 */
int destination_clean(const char *name, char *ret, struct error *err) _must_check_;

/*
 * Finds the place of `name`; errors do not repeat it. Parents that are missing are made, mode
 * 0755, as tar(1) does. -EBADMSG if something on the way is no folder, or a link that leads to nothing.
 */
int destination_find(struct destination *destination, const char *name,
		     struct destination_place *ret, struct error *err) _must_check_;

/* To be called when a link or a file was removed: names may lead elsewhere now. */
void destination_forget(struct destination *destination);

/* Closes the parent, not the root. */
void destination_close(struct destination *destination);

#define _cleanup_destination_ __attribute__((cleanup(destination_close)))

#endif
