/* SPDX-License-Identifier: MIT */
/*
 * imagefiles: the files of an image inside an archive as a root to walk in, without unpacking it:
 * for elfdeps, which resolves programs there, and for sysroot, which follows symlinks.
 */
#ifndef BUILDER_IMAGEFILES_H
#define BUILDER_IMAGEFILES_H

#include <stdint.h>

#include "common/sysroot.h"
#include "content.h"
#include "elfdeps/elfdeps.h"
#include "manifest.h"

/*
 * Borrows both. The manifest is finished: a folder above a file is an entry too. A hostile image's
 * symlinks can make looking at it take for ever: after IMAGEFILES_MAX bytes of names that were asked for
 * nothing is there any more (-ELOOP), and `spent` stays above it.
 */
struct imagefiles {
	const struct manifest *manifest;
	const struct content *content;
	uint64_t spent;
};

#define IMAGEFILES_MAX \
	(UINT64_C(1) << 31) /* some seconds; a whole system takes a hundredth */

/* The hooks of struct elfdeps_options; its files_data is a struct imagefiles. */
extern const struct elfdeps_files imagefiles_hooks;

/* The same as hooks of a sysroot; `files` is their data and must outlive it. */
struct sysroot_files imagefiles_sysroot(struct imagefiles *files);

#endif
