/* SPDX-License-Identifier: MIT */
/*
 * path: lexical work on path names. Nothing here looks at a file system; see sysroot for that.
 */
#ifndef COMMON_PATH_H
#define COMMON_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"

/* The part behind the last slash, inside `path`; the whole of it if it has none. */
const char *path_basename(const char *path);

/*
 * Writes `first`/`second` to `ret` (`size` bytes), with one slash between; an absolute `second`
 * is taken below `first` too. -ENAMETOOLONG if it does not fit.
 */
int path_join(const char *first, const char *second, char *ret, size_t size,
	      struct error *err) _must_check_;

/*
 * Writes the absolute lexical form to `ret` (`size` bytes): one slash between components, no "."
 * and no ".." (".." of the root is the root, path_resolution(7)). A relative `path` counts from
 * the root. Only right for paths whose folders are no symlinks: for names inside an image.
 */
int path_normalize(const char *path, char *ret, size_t size,
		   struct error *err) _must_check_;

/* Whether `path` is `folder` or lies below it; both in normalized form. */
bool path_is_below(const char *path, const char *folder);

/*
 * Writes `text` to `ret` with every control byte, backslash and byte that is no valid UTF-8 as
 * \xNN, so that a hostile name cannot drive a terminal or fake a line. Cuts what does not fit.
 * Returns `ret`.
 */
const char *path_escape(const char *text, char *ret, size_t size);

/*
 * Undoes path_escape in place: the text only gets shorter. What is no escape stays, and a NUL byte cannot
 * come out.
 */
void path_unescape(char *text);

/* As path_escape, but lets backslashes be: for messages, whose names may be escaped already. */
const char *path_escape_controls(const char *text, char *ret, size_t size);

#endif
