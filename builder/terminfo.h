/* SPDX-License-Identifier: MIT */
/*
 * terminfo: the rule that gives an image with a curses library the descriptions of the usual
 * terminals, and of the user's own: without one, top, less and vi do not start.
 */
#ifndef BUILDER_TERMINFO_H
#define BUILDER_TERMINFO_H

#include <stdbool.h>

#include "common/error.h"
#include "common/strlist.h"
#include "intake.h"

/*
 * Adds the entries if the manifest has libtinfo or libncurses*. `terms` are wanted besides the
 * usual ones. *ret_missing (given empty, the caller frees) lists those of `terms` that are nowhere;
 * *ret_used tells whether there is a curses library.
 */
int terminfo_add(struct intake *intake, const struct strlist *terms,
		 struct strlist *ret_missing, bool *ret_used,
		 struct error *err) _must_check_;

/* Whether every image with a curses library has the entry anyway. */
bool terminfo_is_usual(const char *term);

/* Whether a value of TERM can be the name of an entry: term(7). */
bool terminfo_is_name(const char *term);

#endif
