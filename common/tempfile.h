/* SPDX-License-Identifier: MIT */
/*
 * tempfile: a file that appears under its name only when it is whole. It is written without a
 * name (O_TMPFILE, open(2)) in the folder of its target, so a killed writer leaves nothing, and
 * published by link(2) or rename(2), so a reader sees the old file or the new one.
 */
#ifndef COMMON_TEMPFILE_H
#define COMMON_TEMPFILE_H

#include <limits.h>
#include <stdbool.h>

#include "error.h"

struct tempfile {
	int fd;                       /* where to write; closed by tempfile_close */
	int folder_fd;                /* the target's folder */
	char name[NAME_MAX + 1];      /* of the target, in that folder */
	char temporary[NAME_MAX + 1]; /* its name until then; empty while it has none */
};

/* What an unused one looks like, for the cleanup. */
#define TEMPFILE_NONE                     \
	{                                 \
		.fd = -1, .folder_fd = -1 \
	}

/*
 * Begins a file that will be `path`, mode 0666 less the umask. A `path` that is a symlink is
 * followed, so that the link stays and what it points at is made or replaced. -EISDIR if a folder
 * is there, -EINVAL if a device, a FIFO or a socket is.
 */
int tempfile_create(const char *path, struct tempfile *ret,
		    struct error *err) _must_check_;

/*
 * Gives the file its name, replacing what is there; an existing file's mode is kept, but for set-id
 * bits: the owner may be another. With `durable` the bytes are on the disk before the name is
 * (fsync(2) of the file and of the folder).
 */
int tempfile_publish(struct tempfile *file, bool durable, struct error *err) _must_check_;

/*
 * The same for a file that nobody has made meanwhile: -EEXIST if the name is taken, which then is
 * as it was. Not durable: what is new can be made again.
 */
int tempfile_publish_new(struct tempfile *file, struct error *err) _must_check_;

/* Closes the descriptors; removes the file if it was not published. */
void tempfile_close(struct tempfile *file);

#define _cleanup_tempfile_ __attribute__((cleanup(tempfile_close)))

#endif
