/* SPDX-License-Identifier: MIT */
/*
 * sysroot: paths that cannot leave a root. A path is resolved as a process that had called
 * chroot(2) would see it: absolute symlinks start at the root, ".." stops there; never as
 * root + path, which a symlink inside leaves. On the host's own root it costs one openat.
 */
#ifndef COMMON_SYSROOT_H
#define COMMON_SYSROOT_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "error.h"

/*
 * Where the files come from when the root is no folder of this machine, but a tree inside an
 * archive, say. The paths are absolute, in the root, and canonical but for their last part: the walk
 * through symlinks stays here, and nobody has to write it again. Each answers -errno on failure.
 */
struct sysroot_files {
	int (*stat)(void *data, const char *path, struct stat *ret); /* as lstat(2) */
	/* As readlink(2): how many bytes, no NUL behind them. */
	int (*readlink)(void *data, const char *path, char *ret, size_t size);
	int (*open)(void *data,
		    const char *path); /* a regular file; the caller closes it */
	void *data;
};

enum { SYSROOT_NO_FOLDER = INT_MAX }; /* a number that no descriptor has */

struct sysroot {
	int fd;     /* O_PATH of the root folder; -1 for the host's own root */
	char *path; /* as the user wrote it, for messages; "" for the host's own root */
	const struct sysroot_files
		*files; /* NULL: the kernel's; else fd is SYSROOT_NO_FOLDER */
};

/* Opens `folder` as a root; NULL or "/" is the host's own. Free with sysroot_close. */
int sysroot_open(const char *folder, struct sysroot *ret, struct error *err) _must_check_;

/* Makes a root of these files, which must outlive it. Free with sysroot_close. */
int sysroot_open_files(const struct sysroot_files *files, struct sysroot *ret,
		       struct error *err) _must_check_;

void sysroot_close(struct sysroot *root);

#define _cleanup_sysroot_ __attribute__((cleanup(sysroot_close)))

/*
 * Opens `path` inside the root with the open(2) `flags` (O_CLOEXEC is added). Returns a descriptor
 * or -errno; sets no error object, because a miss is the usual answer in a search. A relative
 * path counts from the root; under the host's root, from the current folder. Where the root has its
 * own files only regular ones can be opened, and read: -EISDIR if it is anything else.
 */
int sysroot_openat(const struct sysroot *root, const char *path, int flags);

/* stat(2) inside the root, following symlinks. 0 or -errno. */
int sysroot_stat(const struct sysroot *root, const char *path, struct stat *ret);

/* fstat(2) of `fd`, which sysroot_openat gave for `path`; where the root has its own files their
 * identity and mode (of what could not be opened too). 0 or -errno. */
int sysroot_fstat(const struct sysroot *root, int fd, const char *path, struct stat *ret);

/*
 * Opens `path`, which must not pass through any symlink but may end in one (then the descriptor
 * is the link itself: O_PATH | O_NOFOLLOW). A descriptor or -errno; -ELOOP if a folder of it is
 * a symlink. For paths that sysroot_resolve gave; -EOPNOTSUPP where the root has its own files.
 */
int sysroot_open_link(const struct sysroot *root, const char *path);

/* Called for each symlink on the way: its own path, free of symlinks, and its text. */
struct sysroot_visitor {
	int (*link)(void *data, const char *path, const char *target, struct error *err);
	void *data;
};

/*
 * Walks the absolute `path` component by component, as path_resolution(7) does, and writes the
 * canonical path (in the root, without symlinks) to `ret` (PATH_MAX bytes). `visitor` (may be
 * NULL) sees every symlink passed, in order, the last component's chain included; a negative
 * answer of it ends the walk. -ELOOP after 40 links, as in the kernel; -ENOENT if something is
 * missing, err naming which.
 */
int sysroot_resolve(const struct sysroot *root, const char *path,
		    const struct sysroot_visitor *visitor, char *ret,
		    struct error *err) _must_check_;

#endif
