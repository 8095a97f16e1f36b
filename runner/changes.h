/* SPDX-License-Identifier: MIT */
/*
 * changes: what the layer of --keep makes of its image: which paths it adds, changes and deletes, as
 * `docker diff` tells of a container. Called by jailctl diff.
 */
#ifndef RUNNER_CHANGES_H
#define RUNNER_CHANGES_H

#include <stddef.h>

#include "common/alloc.h"
#include "common/error.h"

/* As the letters that are printed. */
enum change_kind {
	CHANGE_ADDED = 'A',
	CHANGE_MADE = 'C', /* of a folder: what it holds, mostly */
	CHANGE_DELETED = 'D',
};

struct change {
	const char *path;
	enum change_kind kind;
};

struct changes {
	struct change *items; /* sorted bytewise by path */
	size_t count, capacity;
	struct arena arena;
};

/*
 * Compares the layer's root folder (O_RDONLY) with the image's (O_PATH will do). A folder that is
 * deleted is one change, whatever was in it. Neither is trusted: no symlink is followed, nothing
 * but folders is opened. Errors as layer_walk; they name the path. Free with changes_free.
 */
int changes_find(int layer_fd, int image_fd, struct changes *ret,
		 struct error *err) _must_check_;

void changes_free(struct changes *changes);

#define _cleanup_changes_ __attribute__((cleanup(changes_free)))

#endif
