/* SPDX-License-Identifier: MIT */
/*
 * deposit: one entry of a manifest as a real file in a folder, with owner, mode and time. No path here
 * passes through a symlink: the folder may be somebody else's.
 */
#ifndef BUILDER_DEPOSIT_H
#define BUILDER_DEPOSIT_H

#include <stdint.h>
#include <sys/types.h>

#include "common/error.h"
#include "content.h"
#include "manifest.h"

/* What every file of an image shares. */
struct deposit {
	const struct content *content;
	int64_t epoch; /* the time of every file */
};

/*
 * Opens the folder that holds `path` (canonical) inside the folder `root`. A descriptor, or -errno:
 * -ELOOP if a part of it is a symlink.
 */
int deposit_open_parent(int root, const char *path);

/* Opens `path` itself inside `root` with open(2) flags, in the same way. */
int deposit_open(int root, const char *path, int flags);

/*
 * Makes a file, symlink, device or FIFO `name` in `folder`, which must not have one. 1 if it is a
 * device and we may not make one.
 */
int deposit_make(const struct deposit *deposit, int folder, const char *name,
		 const struct entry *entry, struct error *err) _must_check_;

/*
 * Gives the folder `path` ("/" is the root itself) the time, and the mode unless it is
 * DEPOSIT_KEEP_MODE.
 */
int deposit_finish_folder(int root, const char *path, mode_t mode, int64_t epoch,
			  struct error *err) _must_check_;

#define DEPOSIT_KEEP_MODE ((mode_t)-1)

#endif
