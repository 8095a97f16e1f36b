/* SPDX-License-Identifier: MIT */
/*
 * image: what kind of image a name means.
 */
#ifndef BUILDER_IMAGE_H
#define BUILDER_IMAGE_H

#include "common/error.h"
#include "sink.h"

enum image_kind {
	IMAGE_TAR,
	IMAGE_FOLDER,
};

struct image {
	const char *path; /* as the user wrote it; borrowed */
	enum image_kind kind;
	enum compression compression; /* of IMAGE_TAR */
};

/*
 * Decides by `format` (NULL: by the name and by what is there). An existing folder or a name that
 * ends in a slash is a folder. -EINVAL, naming the known ones, if neither says anything.
 */
int image_choose(const char *path, const char *format, struct image *ret,
		 struct error *err) _must_check_;

#endif
