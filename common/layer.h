/* SPDX-License-Identifier: MIT */
/*
 * layer: what an upper layer of overlayfs holds. Whoever wrote it was inside a jail and is not trusted:
 * nothing in it is followed, opened or left but its folders.
 *
 * The marks are those of overlayfs with `userxattr`, as jailrun mounts it (Linux,
 * Documentation/filesystems/overlayfs.rst): a character device 0:0 takes away what lies below; a folder
 * with user.overlay.opaque=y hides it, and so does all in it; in a folder with
 * user.overlay.opaque=x, which hides nothing itself, an empty file with user.overlay.whiteout takes
 * away as well. The names trusted.overlay.* mean nothing to such an overlay.
 */
#ifndef COMMON_LAYER_H
#define COMMON_LAYER_H

#include <stdbool.h>
#include <sys/stat.h>

#include "error.h"

/* One thing in a layer. */
struct layer_item {
	const char *path; /* inside the layer, from its root: "/etc/new" */
	const char *name; /* its last part, */
	int folder;       /* and the folder that this lies in */
	struct stat st;
	bool is_whiteout;
	bool hides; /* a folder below which nothing of lower layers is seen */
};

typedef int layer_see(void *data, const struct layer_item *item, struct error *err);

/*
 * Shows `see` everything in the layer, a folder before what is in it, the names of a folder in bytewise
 * order; what `see` is shown lives as long as the call. `root` is the layer's root folder, O_RDONLY.
 * -ENAMETOOLONG for what is deeper than a path can say, -EFBIG beyond two million things, -EXDEV for a
 * mount in it, -EACCES and so on for what cannot be read: each names the path. What `see` answers
 * below 0 ends the walk.
 */
int layer_walk(int root, layer_see *see, void *data, struct error *err) _must_check_;

/*
 * Opens `path` (as an item's) inside the folder `root`: neither a symlink nor a mount is passed. A
 * descriptor or -errno.
 */
int layer_open(int root, const char *path, int flags);

#endif
