/* SPDX-License-Identifier: MIT */
/*
 * survey: everything in an image, opened to be looked at: as a manifest, and as a root in which paths
 * are followed. The image may be anybody's, made by jailbuild or not; nothing in it is changed.
 */
#ifndef BUILDER_SURVEY_H
#define BUILDER_SURVEY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "common/error.h"
#include "common/sysroot.h"
#include "content.h"
#include "elfdeps/elfdeps.h"
#include "findings.h"
#include "format.h"
#include "imagefiles.h"
#include "manifest.h"
#include "previous.h"

/* Its parts point at each other: it must stay where it was opened. */
struct survey {
	const char *image; /* as the user wrote it; borrowed */
	struct previous previous;
	struct content content;
	struct manifest manifest; /* finished */
	struct imagefiles files;  /* of an archive */
	struct sysroot_files hooks;
	struct sysroot own;         /* the root of an archive */
	const struct sysroot *root; /* of the image: `own`, or the folder */
	uint64_t followed;          /* bytes of symlinks, see survey_is_exhausted */
};

#define SURVEY_NONE                        \
	{                                  \
		.previous = PREVIOUS_NONE, \
		.own = {                   \
			.fd = -1,          \
		},                         \
	}

/*
 * Reads the whole image. What cannot be looked into, in a folder, becomes a finding. The bytes of an
 * archive's files go to a file without a name in TMPDIR (or /var/tmp, or /tmp), or where none can be
 * written to memory. Errors are previous_load's; close it in any case.
 */
int survey_open(struct survey *survey, const struct format *image,
		struct findings *findings, struct error *err) _must_check_;

/* The options by which elfdeps resolves in the image, all else as its zero value. */
struct elfdeps_options survey_elfdeps(struct survey *survey);

/* Reads the first bytes of a file entry, at most `size`: how many there were, or -errno. */
ssize_t survey_peek(const struct survey *survey, const struct entry *entry, void *ret,
		    size_t size);

/*
 * Follows `path` to the canonical path of what is there, `ret` (PATH_MAX bytes). 0 or -errno as
 * sysroot_resolve. `ret_last` (PATH_MAX bytes, or NULL) is where the last symlink on the way points, ""
 * if there was none.
 */
int survey_follow(struct survey *survey, const char *path, char *ret, char *ret_last);

/* Whether something is at `path`, symlinks followed, or may be: what may not be looked at counts. */
bool survey_has(struct survey *survey, const char *path);

/* Whether the symlinks of the image were too much to follow: nothing was found since. */
bool survey_is_exhausted(const struct survey *survey);

/*
 * The text of a file of at most `limit` bytes, symlinks followed, on the heap; NULL without an error
 * if it is not there or cannot be read.
 */
int survey_text(struct survey *survey, const char *path, size_t limit, char **ret,
		struct error *err) _must_check_;

void survey_close(struct survey *survey);

#define _cleanup_survey_ __attribute__((cleanup(survey_close)))

#endif
