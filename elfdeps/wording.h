/* SPDX-License-Identifier: MIT */
/*
 * wording: looks through the bytes of an ELF file for words: exact names in its table of strings, and
 * what looks like the name of a library in all that is mapped. One pass, bounded. For hints.
 */
#ifndef ELFDEPS_WORDING_H
#define ELFDEPS_WORDING_H

#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "elffile.h"

enum {
	WORDING_WORD_MAX = 255,        /* bytes of a word; no file name is longer */
	WORDING_BYTES_MAX = 256 << 20, /* looked at in one file */
};

/* Bytes of the file. */
struct wording_range {
	uint64_t offset, size;
};

/* 1 and the first of `words` that stands in the range, from one NUL to the next; 0: none does. */
int wording_find(const struct elffile *file, const struct wording_range *range,
		 const char *const *words, size_t count, size_t *ret,
		 struct error *err) _must_check_;

/* Who gets the words; a negative answer ends the pass. */
struct wording_taker {
	int (*take)(void *data, const char *word, size_t length, struct error *err);
	void *data;
};

/*
 * Gives `take` every string of the mapped segments that is a name like libx.so.1 or an absolute path
 * of one: [A-Za-z0-9_./+-]+ with ".so" and numbers at its end.
 */
int wording_libraries(const struct elffile *file, const struct wording_taker *taker,
		      struct error *err) _must_check_;

#endif
