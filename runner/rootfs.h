/* SPDX-License-Identifier: MIT */
/*
 * rootfs: builds the jail's file tree in the child's own mount namespace and makes it the root.
 */
#ifndef RUNNER_ROOTFS_H
#define RUNNER_ROOTFS_H

#include "jail.h"

/*
 * Builds the tree: the image below an overlay (or bound), /proc, /dev, /tmp, /run, volumes.
 * `image_fd` is the mount of the image that the parent made for root; -1: the child opens the image
 * itself. *ret_dev is an O_PATH descriptor of the new /dev. Returns an O_PATH descriptor of the
 * new root, for rootfs_enter.
 */
int rootfs_build(const struct jail *jail, int image_fd, int *ret_dev,
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
