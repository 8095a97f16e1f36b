/* SPDX-License-Identifier: MIT */
/*
 * folder: a finished manifest as a directory tree.
 */
#ifndef BUILDER_FOLDER_H
#define BUILDER_FOLDER_H

#include <stdbool.h>
#include <stdint.h>

#include "common/error.h"
#include "common/strlist.h"
#include "common/strmap.h"
#include "manifest.h"

/* Gives the manifest's record its text. */
typedef int folder_complete(void *data, struct error *err);

struct folder_options {
	int64_t epoch;              /* the time of everything written */
	bool replace;               /* other files of the folder may be overwritten */
	const struct strmap *known; /* paths that the image had before: those are ours */
	/* Files that the image had before get the modes of the manifest, and are removed if it has them no
	 * more. Folders that are there keep their modes. */
	bool renew;
	struct strlist *notes;     /* what could not be made */
	folder_complete *complete; /* for a new tree: called before the record is made, */
	void *data; /* which is the last of the files; NULL: nothing to do */
};

/*
 * Makes the tree `path`, which must not exist: built beside it and renamed, so it appears whole or
 * not at all. -EEXIST if somebody has made it meanwhile.
 */
int folder_create(const char *path, const struct manifest *manifest,
		  const struct folder_options *options, struct error *err) _must_check_;

/*
 * Adds to the tree `fd`. Everything is looked at and written aside first, so that a conflict or a
 * full disk changes nothing; then the files are renamed into place one by one, the record last.
 * Killed in that short time, the tree holds some of the new files, each of them whole, and the old
 * record; adding again completes it.
 */
int folder_merge(int fd, const struct manifest *manifest,
		 const struct folder_options *options, struct error *err) _must_check_;

#endif
