/* SPDX-License-Identifier: MIT */
/*
 * hints: what one file tells about libraries that it only opens at run time: its dlopen notes, the
 * libraries for auditors that it names, functions of glibc that open one, and names that stand as
 * strings in it. Read only when asked for. extras looks for what is named.
 */
#ifndef ELFDEPS_HINTS_H
#define ELFDEPS_HINTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/alloc.h"
#include "common/error.h"
#include "elfdeps.h"

enum {
	HINTS_MAX = 4096,      /* of one file */
	HINTS_NAMES_MAX = 256, /* alternatives in one hint */
};

enum hint_kind {
	HINT_NOTE,   /* .note.dlopen */
	HINT_UNWIND, /* a function for which glibc opens libgcc_s.so.1 */
	HINT_AUDIT,  /* DT_AUDIT, DT_DEPAUDIT: counts only in the main program */
	HINT_STRING, /* a name in its data */
};

struct hint {
	enum hint_kind kind;
	enum elfdeps_strength strength;
	const char **names; /* the first that is found is taken */
	size_t name_count;  /* at least 1 */
	const char *reason; /* for people */
};

struct hints {
	struct hint *items; /* in the order of the file; arena's */
	size_t count, capacity;
};

/* Adds a copy of `hint`, whose strings are the arena's; a file's hints beyond HINTS_MAX are left out. */
int hints_put(struct hints *hints, struct arena *arena, const struct hint *hint,
	      struct error *err) _must_check_;

/*
 * Reads the hints of the open ELF file `fd` of `size` bytes; with `strings` also names that stand in
 * it. What is malformed gives no hint: it changes nothing about how the file is loaded.
 */
int hints_read(int fd, uint64_t size, bool strings, struct arena *arena,
	       struct hints *ret, struct error *err) _must_check_;

#endif
