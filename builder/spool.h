/* SPDX-License-Identifier: MIT */
/*
 * spool: reads an image with the bytes of its files, for those who only look at it: those of an archive go
 * to a file without a name, so that the image's own folder need not be writable.
 */
#ifndef BUILDER_SPOOL_H
#define BUILDER_SPOOL_H

#include "common/error.h"
#include "format.h"
#include "previous.h"

/*
 * As previous_look, with previous_content. The file lies in TMPDIR, else /var/tmp, else /tmp (an image is
 * large, and /tmp may be memory: file-hierarchy(7)); where none can be written, in memory.
 */
int spool_load(const struct format *image, struct previous *ret,
	       struct error *err) _must_check_;

#endif
