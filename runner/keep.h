/* SPDX-License-Identifier: MIT */
/*
 * keep: the folder of --keep, where what a jail writes stays for the next one:
 *     image          for which image: its path, and what identifies it
 *     layer/upper    what was written, as overlayfs keeps it
 *     layer/work     overlayfs' own
 * The folder is the caller's and closed to everybody else (mode 0700): set-id programs that a jail
 * made lie there under ids of the host. `layer` belongs to the jail's root, who must reach what is
 * in it; no path is looked up in there but `upper` and `work`, never through a symlink.
 */
#ifndef RUNNER_KEEP_H
#define RUNNER_KEEP_H

#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "common/error.h"
#include "common/fd.h"

struct keep {
	int fd;           /* the folder, locked until it is closed; -1: none is kept */
	int layer_fd;     /* its `layer` */
	int mount_fd;     /* root's detached mount of it; -1: the child makes one */
	char *path;       /* of the folder, as the user wrote it; owned */
	char *layer_path; /* absolute; owned */
	struct stat stat; /* of `layer` */
};

#define KEEP_NONE                                                      \
	{                                                              \
		.fd = -1, .layer_fd = -1, .mount_fd = -1, .path = NULL \
	}

/* Whose layer it is to be. */
struct keep_request {
	const char *image;        /* as the user wrote it */
	const struct stat *named; /* of that file or folder */
	mode_t mode;              /* of the image's root folder */
	unsigned uid, gid;        /* on the host, of the jail's root */
	bool by_root; /* the child cannot reach the folder: mount it in the parent */
};

/*
 * Opens the folder `path` or makes it, and locks it against other jails. Close with keep_close.
 * Errors: -EBUSY a jail uses it; -EPERM it is another user's, or others may write to it;
 * -ENOTEMPTY it holds other things; -ESTALE it was made for another image, or for other ids.
 */
int keep_open(const char *path, const struct keep_request *request, struct keep *ret,
	      struct error *err) _must_check_;

/*
 * Opens a folder that is there already, and locks it likewise, for who wants to read the layer: of *ret
 * then only fd, layer_fd, path and stat are set. *ret_image is the path of the image that it was made
 * for; the caller frees it. Errors: as keep_open; -ENODATA it is no such folder.
 */
int keep_look(const char *path, struct keep *ret, char **ret_image,
	      struct error *err) _must_check_;

/* -ESTALE unless the file or folder `image`, which is `named`, still is the image of the kept folder. */
int keep_check(const struct keep *keep, const char *image, const struct stat *named,
	       struct error *err) _must_check_;

/*
 * The child's half: a detached mount of `layer`. To be called while the host's tree is in view.
 * The caller owns the descriptor.
 */
int keep_mount(const struct keep *keep, struct error *err) _must_check_;

/* Adds why overlayfs may have refused the folder (`code`) to `err`, which has its words. */
int keep_refused(const struct keep *keep, int code, struct error *err);

/*
 * Once the jail is gone: takes away the folder without any rights that overlayfs leaves in `work`
 * and that would stop an ordinary user's rm; if something is in it, it gets rights instead.
 */
void keep_finish(const struct keep *keep);

void keep_close(struct keep *keep);

#endif
