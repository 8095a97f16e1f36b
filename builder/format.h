/* SPDX-License-Identifier: MIT */
/*
 * format: what kind of image a name means.
 */
#ifndef BUILDER_FORMAT_H
#define BUILDER_FORMAT_H

#include "common/error.h"
#include "sink.h"

enum format_kind {
	FORMAT_TAR,
	FORMAT_FOLDER,
};

struct format {
	const char *path; /* as the user wrote it; borrowed */
	enum format_kind kind;
	enum compression compression; /* of FORMAT_TAR, which stands for every archive */
	enum layout layout;           /* as well */
};

/*
 * Decides by `format` (NULL: by the name and by what is there). An existing folder or a name that
 * ends in a slash is a folder. -EINVAL, naming the known ones, if neither says anything.
 */
int format_choose(const char *path, const char *format, struct format *ret,
		  struct error *err) _must_check_;

#endif
