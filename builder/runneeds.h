/* SPDX-License-Identifier: MIT */
/*
 * runneeds: what programs are known to open once they run, which no ELF file says: a table, by the
 * names of programs and by the SONAMEs of the libraries they load.
 */
#ifndef BUILDER_RUNNEEDS_H
#define BUILDER_RUNNEEDS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "checkup.h"
#include "findings.h"

enum { RUNNEEDS_PATHS = 4 };

/*
 * In paths and in `add` stand for parts of what uses it: {name} its file name, {prefix} the folder
 * above its bin, {stem} a library's name without lib and .so, {libdir} where libraries of its machine lie.
 */
struct runneed {
	const char *program; /* fnmatch(3) pattern of its name; NULL: a library's need */
	const char *library; /* the same of a SONAME */
	/* One of them must be there. With a * it is a pattern, in which * may be several folders. */
	const char *paths[RUNNEEDS_PATHS];
	const char *problem; /* the finding's word */
	const char *text;    /* its cause */
	const char *add;     /* the cure; NULL: the program itself, by the rules of add */
	const char *first;   /* what has to be named before it; NULL: nothing */
	enum severity severity;
	bool glibc_only;
};

extern const struct runneed runneeds[];
extern const size_t runneed_count;

/* Puts the parts of `usage` into `text`. False if it does not fit, or the folder is not known. */
bool runneeds_expand(const char *text, const struct usage *usage, char ret[PATH_MAX]);

#endif
