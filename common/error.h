/* SPDX-License-Identifier: MIT */
/*
 * error: what went wrong, as one value.
 *
 * A fallible function takes a `struct error *err` last, returns 0 (or a count) on success and a
 * negative errno on failure, after writing the error object exactly once. Callers branch on the
 * code, never on the text. The object holds no pointers and is smaller than PIPE_BUF, so a child
 * can hand it to its parent in one atomic pipe write (pipe(7)).
 */
#ifndef COMMON_ERROR_H
#define COMMON_ERROR_H

#include <stdarg.h>

#include "errorvalue.h"

/* Keeps the large frame of what is seldom called out of the caller's: each page of stack counts. */
#define _noinline_ __attribute__((noinline))
#define _printf_(fmt, args) __attribute__((format(printf, fmt, args)))

/*
 * Records an error and returns -code, so that a failing function ends with one statement.
 * `code` is a positive errno; a text that does not fit is cut. Clears an earlier hint.
 * `err` may be NULL where the caller wants only the code.
 */
int error_set(struct error *err, int code, const char *format, ...) _printf_(3, 4);

/*
 * As error_set, and appends ": " and the errno's own words (error_words); where both do not fit,
 * the text is cut, never the words.
 */
int error_errno(struct error *err, int code, const char *format, ...) _printf_(3, 4);

/*
 * Puts "context: " in front of the text that is there; returns -code of the error. What does
 * not fit is cut in the middle: the cause stands at the end.
 */
int error_wrap(struct error *err, const char *format, ...) _printf_(2, 3);

/* Says what the user can do; replaces an earlier hint; returns -code of the error. */
int error_hint(struct error *err, const char *format, ...) _printf_(2, 3);

/* The errno's own words, static: what strerror(3) says, in any thread. */
const char *error_words(int code);

/* The one answer to a failed allocation; returns -ENOMEM. */
int error_nomem(struct error *err);

#endif
