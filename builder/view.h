/* SPDX-License-Identifier: MIT */
/*
 * view: an image opened to be looked at: all that is in it, with the reasons that its record gives.
 * It owns everything; the entries of its manifest live as long as it does.
 */
#ifndef BUILDER_VIEW_H
#define BUILDER_VIEW_H

#include <stdbool.h>

#include "common/error.h"
#include "content.h"
#include "manifest.h"
#include "previous.h"

struct view {
	const char *path; /* as the user wrote it; borrowed */
	struct previous previous;
	struct manifest manifest; /* finished: sorted, with all folders */
	/* Whether owners mean something: a folder that does not belong to root belongs to its maker, as
	 * does all in it, unless the record tells of others. */
	bool has_owners;
};

#define VIEW_NONE                                                                     \
	{                                                                             \
		.previous = {.fd = -1, .spool = TEMPFILE_NONE, .folder = {.fd = -1} } \
	}

enum view_depth {
	VIEW_NAMES, /* what is there and why */
	VIEW_BYTES, /* and what is in the files, for view_content */
};

/*
 * Opens the image at `path`, of `format` (NULL: what its name says). Whatever cannot be read is an
 * error that names the image.
 */
int view_open(const char *path, const char *format, enum view_depth depth,
	      struct view *ret, struct error *err) _must_check_;

/* Where the bytes of its files are; `view` must outlive it. */
struct content view_content(const struct view *view);

/* 0 if the image has a record; -ENODATA, with a hint, if not. */
int view_need_record(const struct view *view, struct error *err) _must_check_;

void view_close(struct view *view);

#define _cleanup_view_ __attribute__((cleanup(view_close)))

#endif
