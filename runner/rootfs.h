/* SPDX-License-Identifier: MIT */
/*
 * rootfs: builds the jail's file tree in the child's own mount namespace and makes it the root.
 */
#ifndef RUNNER_ROOTFS_H
#define RUNNER_ROOTFS_H

#include "jail.h"

/* What came of it, beside the root. */
struct rootfs {
	int dev_fd;         /* O_PATH, of the new /dev; the caller's */
	bool lacks_overlay; /* so the image is shown read-only */
};

#define ROOTFS_NONE          \
	{                    \
		.dev_fd = -1 \
	}

/*
 * Builds the tree: the image below an overlay (or bound), /proc, /dev, /tmp, /run, volumes.
 * `image_fd` is the mount of the image that the parent made for root; -1: the child opens the image
 * itself. Returns an O_PATH descriptor of the new root, for rootfs_enter.
 */
int rootfs_build(const struct jail *jail, int image_fd, struct rootfs *ret,
		 struct error *err) _must_check_;

/* Makes `root_fd` the root of this process and lets go of the old one: pivot_root(2). */
int rootfs_enter(int root_fd, struct error *err) _must_check_;

/*
 * The parent's half, for root, whose child may not look the image up any more: a detached, private
 * mount of the image. With `shift`, its owners are shifted by the user namespace of the child
 * `pid` (mount_setattr(2), MOUNT_ATTR_IDMAP). Returns its descriptor.
 */
int rootfs_copy_image(const struct image *image, bool shift, pid_t pid,
		      struct error *err) _must_check_;

#endif
