/* SPDX-License-Identifier: MIT */
/*
 * previous: the image that is there before an `add`, locked so that no other `add` works on it at
 * the same time, and taken over into the manifest.
 *
 * The lock is flock(2) on the image itself: it leaves nothing behind, needs no more than reading,
 * and hinders nobody who works on another image. An archive is replaced by rename, so whoever got
 * the lock looks whether the name still means the file it locked.
 */
#ifndef BUILDER_PREVIOUS_H
#define BUILDER_PREVIOUS_H

#include <stdbool.h>
#include <sys/stat.h>

#include "common/error.h"
#include "common/sysroot.h"
#include "common/tempfile.h"
#include "format.h"
#include "inspect.h"
#include "libraries.h"
#include "manifest.h"
#include "record.h"

struct previous {
	int fd;                /* the image, locked; -1: there is none */
	struct tempfile spool; /* the files of an archive, for the manifest's content */
	struct sysroot folder; /* the same for a folder */
	struct stat top; /* of a folder: whom it belongs to, tells about what is in it */
	struct inspect archive;
	struct record record;
	bool has_record;
};

#define PREVIOUS_NONE                                                   \
	{                                                               \
		.fd = -1, .spool = TEMPFILE_NONE, .folder = {.fd = -1 } \
	}

/* Called when another process has the lock and this one is about to wait. */
typedef void previous_wait(const char *path);

/*
 * Locks and reads the image, if it exists. -EBUSY if `wait` is NULL and another has the lock;
 * -EBADMSG and so on, naming the image, if it cannot be read.
 */
int previous_open(const struct format *image, previous_wait *wait, struct previous *ret,
		  struct error *err) _must_check_;

/* Reads an image that must exist, without a lock and without the bytes of its files. */
int previous_look(const struct format *image, struct previous *ret,
		  struct error *err) _must_check_;

/* The same with the bytes: of an archive they are copied to `spool`, an empty file open for reading
 * and writing, which becomes the previous one's own if all goes well. */
int previous_load(const struct format *image, int spool, struct previous *ret,
		  struct error *err) _must_check_;

/* Adds everything in the image to an empty manifest, with what the record says about it. */
int previous_show(const struct previous *previous, struct manifest *manifest,
		  struct error *err) _must_check_;

/*
 * Takes what the image holds over into the manifest, the libraries and the recipe, which must be
 * empty. manifest->content must be previous_content's by then.
 */
int previous_take(struct previous *previous, struct manifest *manifest,
		  struct libraries *libraries, struct recipe *recipe,
		  struct error *err) _must_check_;

/* Of that only the libraries and the recipe. */
int previous_take_recipe(const struct previous *previous, struct libraries *libraries,
			 struct recipe *recipe, struct error *err) _must_check_;

/*
 * The same for an image that is made anew by its own recipe: takes only what the recipe does not tell
 * of, because it was there before there was one; of the recipe, the terms. -ENODATA, with a hint, if
 * the image has no record.
 */
int previous_renew(const struct previous *previous, struct manifest *manifest,
		   struct recipe *recipe, struct error *err) _must_check_;

/* Fills in where ORIGIN_IMAGE bytes are; `previous` must outlive it. */
void previous_content(const struct previous *previous, struct content *content);

void previous_close(struct previous *previous);

#define _cleanup_previous_ __attribute__((cleanup(previous_close)))

#endif
