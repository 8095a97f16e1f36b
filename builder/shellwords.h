/* SPDX-License-Identifier: MIT */
/*
 * shellwords: which commands a shell script names.
 */
#ifndef BUILDER_SHELLWORDS_H
#define BUILDER_SHELLWORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/error.h"
#include "common/strlist.h"

/* Whether the text begins with #! and a shell whose language this is: sh, bash, dash, ksh, ash, busybox. */
bool shellwords_is_script(const char *text, size_t size);

/*
 * Appends the words that stand where a shell expects a command, each once, sorted; no keywords, no builtins,
 * nothing that is only known at run time. It is a look at the text, not an execution of it: what `eval`
 * makes, or a function of a name, it cannot know. Never fails but for want of memory.
 */
int shellwords_find(const char *text, size_t size, struct strlist *ret,
		    struct error *err) _must_check_;

#endif
