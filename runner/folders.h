/* SPDX-License-Identifier: MIT */
/*
 * folders: what an archive says of its folders, kept until everything is in them. A folder's mode
 * may forbid to write into it, and every file made in it changes its time: so both come last.
 * Called by extract.
 */
#ifndef RUNNER_FOLDERS_H
#define RUNNER_FOLDERS_H

#include <stddef.h>

#include "attributes.h"
#include "common/alloc.h"
#include "common/error.h"

struct folder {
	const char
		*path; /* below the output folder, without symlinks; "" is that folder */
	size_t order;  /* set by folders_add */
	struct attributes attributes;
};

/* Zero-initialise it. */
struct folders {
	struct folder *items;
	size_t count, capacity;
	struct arena names;
};

/* Remembers a folder; the path is copied. The last of several with one path counts. */
int folders_add(struct folders *folders, const struct folder *folder,
		struct error *err) _must_check_;

/* Sets owner, mode and time of all, the deepest first. Sorts the list. */
int folders_finish(struct folders *folders, int root_fd, struct error *err) _must_check_;

void folders_free(struct folders *folders);

#define _cleanup_folders_ __attribute__((cleanup(folders_free)))

#endif
