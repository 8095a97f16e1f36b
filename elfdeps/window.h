/* SPDX-License-Identifier: MIT */
/*
 * window: a few kilobytes that slide over one mapped range of an ELF file: tables of symbols,
 * relocations and versions are walked through with constant memory, and nothing outside of the
 * range is ever seen. For symbols, relocs and versions.
 */
#ifndef ELFDEPS_WINDOW_H
#define ELFDEPS_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "elffile.h"

enum { WINDOW_BYTES = 4096 };

struct window {
	const struct elffile *file;
	uint64_t start, size; /* of the range in the file */
	uint64_t at;          /* offset in the range of what is in `bytes` */
	size_t length;        /* 0: nothing read yet */
	unsigned char bytes[WINDOW_BYTES];
};

/* Opens the range from `address` to the end of the segment's bytes; false if nothing is mapped there. */
bool window_open(struct window *window, const struct elffile *file, uint64_t address);

/* `size` bytes (at most WINDOW_BYTES) at `offset`, good until the next call; NULL if the range or the
 * file ends before, or cannot be read. */
const unsigned char *window_get(struct window *window, uint64_t offset, size_t size);

/* The number of 2, 4 or 8 bytes at `at`, in the byte order of the file. */
uint64_t window_number(const struct window *window, const unsigned char *at, size_t size);

#endif
