/* SPDX-License-Identifier: MIT */
/*
 * image: from the name a user typed to a folder that can be a root. A directory is taken as it
 * is; an archive is unpacked once, by cache.
 */
#ifndef RUNNER_IMAGE_H
#define RUNNER_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "common/error.h"

struct image {
	int root_fd;   /* O_PATH of the root folder; -1 none */
	int mount_fd;  /* of an image in memory, detached: its only name; -1 none */
	int lock_fd;   /* keeps a cached image from being pruned; -1 none */
	int owners_fd; /* the list of owners of an unpacked one; -1 none */
	char *path; /* of the root folder on the host, as the caller reaches it; owned */
	struct stat
		stat; /* of the root folder: a later open by path must find the same one */
	struct stat named; /* of the file or folder that was named */
	bool is_unpacked;  /* from the cache: root's has the jail's ids as owners */
	char name[64];     /* a short name made from the file's, fit for a hostname */
};

/* clang-format off */
#define IMAGE_NONE {.root_fd = -1, .mount_fd = -1, .lock_fd = -1, .owners_fd = -1}

/* clang-format on */
/* How an archive is unpacked. */
struct image_options {
	unsigned
		root_range; /* the first host id of the jail's range when root runs it; 0: as usual */
	bool progress;                   /* say on stderr that a long unpacking goes on */
	bool no_cache;                   /* into memory, for this run */
	bool look_only;                  /* do not: such an image has no root_fd */
	uint64_t max_bytes, max_entries; /* 0: as usual */
};

/*
 * Opens `path`, a directory or an archive. Close with image_close.
 */
int image_open(const char *path, const struct image_options *options, struct image *ret,
	       struct error *err) _must_check_;

/*
 * The text of a regular file inside an image; an empty one if it is not there. Any other kind is
 * refused before it is opened: opening a device or a FIFO can have effects. More than `limit`
 * bytes, or a NUL byte, is an error. The caller frees *ret_text.
 */
int image_read_file(int root_fd, const char *path, size_t limit, char **ret_text,
		    struct error *err) _must_check_;

void image_close(struct image *image);

#define _cleanup_image_ __attribute__((cleanup(image_close)))

#endif
