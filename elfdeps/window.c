/* SPDX-License-Identifier: MIT */
/*
 * A read behind the end is an answer, no error: who asks knows what a table that is cut means.
 * Called by symbols, relocs and versions.
 */
#include "window.h"

#include <string.h>

bool window_open(struct window *window, const struct elffile *file, uint64_t address)
{
	window->file = file;
	window->at = 0;
	window->length = 0;
	return elffile_range(file, address, &window->start, &window->size);
}

const unsigned char *window_get(struct window *window, uint64_t offset, size_t size)
{
	uint64_t left;
	int got;

	if (offset > window->size || size > window->size - offset)
		return NULL;
	if (offset >= window->at && offset - window->at <= window->length &&
	    size <= window->length - (offset - window->at))
		return window->bytes + (offset - window->at);
	left = window->size - offset;
	got = elffile_read(window->file, window->start + offset, window->bytes,
			   left < WINDOW_BYTES ? (size_t)left : WINDOW_BYTES, NULL);
	window->at = offset;
	window->length = got < 0 ? 0 : (size_t)got;
	return window->length < size ? NULL : window->bytes;
}

uint64_t window_number(const struct window *window, const unsigned char *at, size_t size)
{
	bool big = window->file->head[EI_DATA] == ELFDATA2MSB;
	uint64_t value = 0;

	for (size_t i = 0; i < size; i++)
		value |= (uint64_t)at[i] << (8 * (big ? size - 1 - i : i));
	return value;
}
