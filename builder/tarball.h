/* SPDX-License-Identifier: MIT */
/*
 * tarball: a finished manifest as the bytes of a tar archive.
 */
#ifndef BUILDER_TARBALL_H
#define BUILDER_TARBALL_H

#include <stdint.h>

#include "common/error.h"
#include "content.h"
#include "manifest.h"
#include "sink.h"

struct tarball_options {
	enum compression compression;
	enum layout layout;
	int64_t epoch; /* the time of every entry but foreign ones; SOURCE_DATE_EPOCH or 0 */
};

/*
 * Writes to `fd`: first /.jail with the manifest, then everything in the manifest's order. The
 * bytes depend on the entries and their contents alone. Needs LC_CTYPE to be UTF-8: libarchive
 * asks it what a name's bytes mean. Format: pax, with extended headers only where ustar is too
 * small (pax(1) of POSIX.1-2017); or cpio's newc as the kernel reads it: sizes up to 4 GiB, numbers of
 * inodes that count from 1, hard links with their data at the first (its
 * driver-api/early-userspace/buffer-format).
 */
int tarball_write(int fd, const struct manifest *manifest,
		  const struct tarball_options *options, struct error *err) _must_check_;

#endif
