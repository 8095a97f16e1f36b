/* SPDX-License-Identifier: MIT */
/*
 * origin: the loader's dynamic string tokens $ORIGIN, $LIB and $PLATFORM (ld.so(8), "Dynamic
 * string tokens"). Pure text; search and closure call it.
 */
#ifndef ELFDEPS_ORIGIN_H
#define ELFDEPS_ORIGIN_H

#include <stdbool.h>
#include <stddef.h>

/* What the tokens stand for; NULL: the token has no value. */
struct origin {
	const char *origin, *lib, *platform;
	bool secure; /* AT_SECURE: $ORIGIN has a value only as the first folder of a path */
};

/* Whether `text` has something that origin_expand might change. */
bool origin_is_used(const char *text);

/* How many known tokens the `length` bytes of `text` hold; `ret_origin` (may be NULL): whether one is
 * $ORIGIN. Source: _dl_dst_count. */
size_t origin_count(const char *text, size_t length, bool *ret_origin);

/*
 * Writes `length` bytes of `text` with its tokens replaced to `ret` (`size` bytes); answers the
 * length. A token without a value makes the whole text empty: 0. What is no known token stays as
 * it is. -ENAMETOOLONG if it does not fit. Source: _dl_dst_substitute and is_dst of
 * elf/dl-load.c.
 */
int origin_expand(const struct origin *values, const char *text, size_t length, char *ret,
		  size_t size);

#endif
