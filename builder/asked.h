/* SPDX-License-Identifier: MIT */
/*
 * asked: takes one thing that a user asked for, and all that it needs to start, into the manifest.
 */
#ifndef BUILDER_ASKED_H
#define BUILDER_ASKED_H

#include "common/error.h"
#include "intake.h"
#include "locate.h"

/*
 * Takes one operand: a program, script, library or file with its closure, or a folder with
 * everything in it. Errors name the file: -ENOENT, -EACCES, -ENOEXEC (malformed ELF), -EEXIST …
 * Libraries that are missing are no error yet: see needs_check. `reason` says who asked.
 */
int asked_add(struct intake *intake, const struct operand *operand,
	      const struct reason *reason, struct error *err) _must_check_;

/*
 * Where `dest` (absolute) lies in the image: as its symlinks and, at the top, those of the root have it,
 * which are added with `reason`. Writes the canonical path to `ret` (PATH_MAX bytes).
 */
int asked_place(struct intake *intake, const char *dest, const struct reason *reason,
		char *ret, struct error *err) _must_check_;

#endif
