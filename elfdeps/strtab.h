/* SPDX-License-Identifier: MIT */
/*
 * strtab: single strings out of a string table in a file, by a window of a few kilobytes: tables
 * run to megabytes while a handful of names is wanted, most of them side by side.
 */
#ifndef ELFDEPS_STRTAB_H
#define ELFDEPS_STRTAB_H

#include <stddef.h>
#include <stdint.h>

#include "common/alloc.h"
#include "common/error.h"
#include "elffile.h"

enum { STRTAB_WINDOW = 8192 };

struct strtab {
	const struct elffile *file;
	struct arena *arena;   /* gets the copies */
	uint64_t start, size;  /* of the table in the file */
	uint64_t first, last;  /* offsets between which strings will be asked for */
	uint64_t window_start; /* offset in the table */
	size_t window_size;    /* bytes in the window; 0: nothing read yet */
	char window[STRTAB_WINDOW];
};

/* A table of `file`, whose place the caller sets; the window stays as it is until it is read to. */
static inline void strtab_init(struct strtab *table, const struct elffile *file,
			       struct arena *arena)
{
	table->file = file;
	table->arena = arena;
	table->start = table->size = 0;
	table->first = UINT64_MAX;
	table->last = 0;
	table->window_start = 0;
	table->window_size = 0;
}

/* Says in advance that the string at `offset` will be asked for: those that stand near each other are read
 * at once, and nothing around them. */
static inline void strtab_expect(struct strtab *table, uint64_t offset)
{
	if (offset < table->first)
		table->first = offset;
	if (offset > table->last)
		table->last = offset;
}

/*
 * Gets the string at `offset` in the table; *ret is NULL if it starts or ends outside of it or is
 * longer than `limit` bytes (with its NUL).
 */
int strtab_get(struct strtab *table, uint64_t offset, size_t limit, const char **ret,
	       struct error *err) _must_check_;

#endif
