/* SPDX-License-Identifier: MIT */
/*
 * needs: what a program, script or library needs to start, taken into the manifest with the reason
 * that elfdeps gives for each.
 */
#ifndef BUILDER_NEEDS_H
#define BUILDER_NEEDS_H

#include <stdbool.h>

#include "common/error.h"
#include "intake.h"

/*
 * Adds what the file `taken` (added already) needs; data needs nothing. `loader_path` is the path
 * by which programs of the image will open it, for a library. -EACCES if it cannot be read,
 * -ENOEXEC if it is a malformed ELF file, -ELIBBAD if the loader would give up.
 */
int needs_add(struct intake *intake, const struct taken *taken, const char *loader_path,
	      struct error *err) _must_check_;

/*
 * The same for a file that lies in a folder somebody asked for: there a script counts only if it
 * is executable, and what cannot be resolved or lacks its interpreter is data, with a note.
 */
int needs_add_member(struct intake *intake, const struct taken *taken,
		     struct error *err) _must_check_;

/* Whether a need was met meanwhile. */
bool needs_met(const struct intake *intake, const struct need *need);

/*
 * -ENOENT, naming each library that nothing has, and who needs it. After the last operand: until
 * then the library may still come, also from where the loader of the root would not look.
 */
int needs_check(const struct intake *intake, struct error *err) _must_check_;

#endif
