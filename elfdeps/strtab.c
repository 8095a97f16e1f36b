/* SPDX-License-Identifier: MIT */
/*
 * The window is moved over the strings that are expected, or else to where a string starts that it does
 * not hold, a little in front of it: names that were added together stand together. A string longer
 * than the window is read by itself. Called by object.
 */
#include "strtab.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"

enum {
	LEAD = 2048, /* how much in front of the string the window begins */
	TAIL = 256,  /* room for the last of the strings that are expected */
};

static int move_window(struct strtab *table, uint64_t offset, struct error *err)
{
	uint64_t start = offset > LEAD ? offset - LEAD : 0;
	uint64_t size = STRTAB_WINDOW;
	int got;

	if (offset >= table->first && offset <= table->last &&
	    table->last - table->first <= STRTAB_WINDOW - TAIL) {
		start = table->first;
		size = table->last - table->first + TAIL;
	}
	if (size > table->size - start)
		size = table->size - start;
	got = elffile_read(table->file, table->start + start, table->window, size, err);
	if (got < 0)
		return got;
	table->window_start = start;
	table->window_size = (size_t)got;
	return 0;
}

/* The length of the string at `offset` if the window holds it with its NUL, else -1. */
static long length_in_window(const struct strtab *table, uint64_t offset)
{
	const char *at, *end;

	if (offset < table->window_start ||
	    offset - table->window_start >= table->window_size)
		return -1;
	at = table->window + (offset - table->window_start);
	end = memchr(at, '\0',
		     table->window_size - (size_t)(offset - table->window_start));
	return end ? (long)(end - at) : -1;
}

static int read_long(struct strtab *table, uint64_t offset, size_t limit,
		     const char **ret, struct error *err)
{
	uint64_t size = table->size - offset;
	_cleanup_free_ char *text = NULL;
	int got;

	if (size > limit)
		size = limit;
	text = malloc(size);
	if (!text)
		return error_nomem(err);
	got = elffile_read(table->file, table->start + offset, text, size, err);
	if (got < 0)
		return got;
	const char *end = memchr(text, '\0', (size_t)got);
	if (!end)
		return 0;
	*ret = arena_copy(table->arena, text, (size_t)(end - text), err);
	return *ret ? 0 : -ENOMEM;
}

int strtab_get(struct strtab *table, uint64_t offset, size_t limit, const char **ret,
	       struct error *err)
{
	long length;

	*ret = NULL;
	if (offset >= table->size)
		return 0;
	length = length_in_window(table, offset);
	if (length < 0) {
		int r = move_window(table, offset, err);

		if (r < 0)
			return r;
		length = length_in_window(table, offset);
	}
	if (length < 0)
		return read_long(table, offset, limit, ret, err);
	if ((size_t)length >= limit)
		return 0;
	*ret = arena_copy(table->arena, table->window + (offset - table->window_start),
			  (size_t)length, err);
	return *ret ? 0 : -ENOMEM;
}
