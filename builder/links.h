/* SPDX-License-Identifier: MIT */
/*
 * links: takes a path of the root into the image the way a program opens it: every symlink that
 * the kernel would pass becomes an entry, so the path works inside the image too, also through
 * /etc/alternatives and through /lib -> usr/lib. What a path leads to is named by its canonical
 * path: an archive whose entries pass through its own symlinks is refused by careful unpackers.
 */
#ifndef BUILDER_LINKS_H
#define BUILDER_LINKS_H

#include <limits.h>
#include <sys/stat.h>

#include "common/error.h"
#include "common/strmap.h"
#include "common/sysroot.h"
#include "manifest.h"

struct links {
	const struct sysroot *root; /* borrowed */
	struct manifest *manifest;  /* where symlinks are added; borrowed */
	struct strmap folders; /* folder as asked for -> canonical: each is walked once */
	const char *
		folders_root; /* for whose sake they were walked: manifest->root at that time */
	struct strmap plain_folders; /* the same for walks that add nothing */
	struct arena arena;
};

/* Where a path led. */
struct links_end {
	char path[PATH_MAX]; /* canonical, in the root */
	struct stat st;
	char target[PATH_MAX]; /* of a symlink; else empty */
};

void links_init(struct links *links, const struct sysroot *root,
		struct manifest *manifest);

/*
 * Follows the absolute `path` and adds every symlink passed, each with `reason`; with `reason`
 * NULL nothing is added. What it leads to is not added; it is never a symlink. Errors as
 * sysroot_resolve: -ENOENT, -ELOOP …, naming what is missing.
 */
int links_follow(struct links *links, const char *path, const struct reason *reason,
		 struct links_end *ret, struct error *err) _must_check_;

/* The same for the folders of `path` only: its last component is looked at as it stands. */
int links_parent(struct links *links, const char *path, const struct reason *reason,
		 struct links_end *ret, struct error *err) _must_check_;

void links_free(struct links *links);

#define _cleanup_links_ __attribute__((cleanup(links_free)))

#endif
