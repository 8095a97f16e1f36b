/* SPDX-License-Identifier: MIT */
/*
 * mount: the kernel's mount calls by descriptor (fsopen, open_tree, move_mount), and targets
 * inside a hostile root. A path inside the root is resolved once, by openat2 with
 * RESOLVE_IN_ROOT, and from then on only its descriptor is used. Nothing here allocates: it runs
 * between clone and exec.
 */
#ifndef RUNNER_MOUNT_H
#define RUNNER_MOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"

/* One fsconfig(2) setting; a NULL value sets a flag. */
struct mount_setting {
	const char *key, *value;
};

/*
 * Makes a new file system of `type` with the settings, as a detached mount with the MOUNT_ATTR_*
 * `attributes`. Returns its descriptor. An error carries the kernel's own message, if it gave one.
 */
int mount_new(const char *type, const struct mount_setting *settings, size_t count,
	      uint64_t attributes, struct error *err) _must_check_;

/*
 * Copies the mount at `path` (relative to `folder_fd`; "" is the folder itself) as a detached
 * one: open_tree(2) with OPEN_TREE_CLONE, recursively if asked. Returns its descriptor.
 */
int mount_copy(int folder_fd, const char *path, bool recursive,
	       struct error *err) _must_check_;

/*
 * Adds MOUNT_ATTR_* to a mount (recursively if asked), before anybody can reach it.
 */
int mount_restrict(int mount_fd, uint64_t attributes, bool recursive,
		   struct error *err) _must_check_;

/* Attaches the detached `mount_fd` over `path` below `folder_fd`, which we made ourselves. */
int mount_attach(int mount_fd, int folder_fd, const char *path,
		 struct error *err) _must_check_;

/*
 * Opens the place for a mount inside the root as O_PATH: the folder (or file, if `is_folder` is
 * false) `path`. What is missing is created. -ENOTDIR/-EISDIR if it is of the other kind.
 */
int mount_target(int root_fd, const char *path, bool is_folder,
		 struct error *err) _must_check_;

/* Attaches the detached mount at `path` inside the root: mount_target, then move_mount. */
int mount_attach_inside(int mount_fd, int root_fd, const char *path, bool is_folder,
			struct error *err) _must_check_;

#endif
