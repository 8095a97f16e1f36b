/* SPDX-License-Identifier: MIT */
/*
 * intake: what goes from the root into the manifest, file by file, and what is known by then: the
 * folders already walked, the libraries found, the needs not met. asked, tree and needs build on it.
 */
#ifndef BUILDER_INTAKE_H
#define BUILDER_INTAKE_H

#include <stddef.h>
#include <sys/types.h>

#include "common/alloc.h"
#include "common/error.h"
#include "common/sysroot.h"
#include "elfdeps/elfdeps.h"
#include "libraries.h"
#include "links.h"
#include "manifest.h"

/* A need that nothing met yet: a later operand may be the library that was asked for. */
struct need {
	struct library library; /* what was asked for; its path is NULL */
	const char *by;         /* who needs it */
	/* That is a file of a folder: the program that loads it may have loaded, by a path of its own, what it
	 * needs; then the loader finds it by its soname (java's libjvm.so). */
	bool is_member;
};

struct intake {
	const struct sysroot *root; /* borrowed, as all that follows */
	struct elfdeps *resolver;
	struct manifest *manifest;
	struct libraries *libraries;
	struct links links;
	struct arena arena;
	struct need *needs;
	size_t need_count, need_capacity;
	dev_t image_device; /* the image itself, which is left out of a folder that holds it */
	ino_t image_inode;
	/* Of folders that are taken now: names or relative paths (patterns) to leave out; NULL: none. */
	const char *const *except;
};

/* `model` gives the borrowed members and the image; the rest is made empty. */
void intake_init(struct intake *intake, const struct intake *model);

/* A file of the root on its way into the image. */
struct taken {
	const char *source; /* canonical, in the root */
	const char *path;   /* canonical, in the image */
	const struct stat *st;
	struct reason reason;
};

/*
 * Adds a regular file, without what it needs. Set-uid bits and file capabilities are dropped, the
 * image itself is left out, both with a note. Whether it can be read is not looked at.
 */
int intake_file(struct intake *intake, const struct taken *taken,
		struct error *err) _must_check_;

/* Adds a device or a FIFO; a socket is left out with a note: no archive can hold one. */
int intake_special(struct intake *intake, const struct taken *taken,
		   struct error *err) _must_check_;

void intake_free(struct intake *intake);

#define _cleanup_intake_ __attribute__((cleanup(intake_free)))

#endif
