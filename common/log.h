/* SPDX-License-Identifier: MIT */
/*
 * log: what the programs say on stderr, as `PROGRAM: error|warning|note: TEXT`. Only main files
 * and command files call it: library code returns errors and never prints. Colours appear only on
 * a terminal and never with NO_COLOR set (no-color.org). Control bytes and broken UTF-8 of a text
 * come out as \xNN, a newline too: one call prints one line.
 */
#ifndef COMMON_LOG_H
#define COMMON_LOG_H

#include "error.h"

/* How much is said: errors always; each level includes the ones before it. */
enum log_level {
	LOG_QUIET = -1,  /* errors only */
	LOG_NORMAL = 0,  /* and warnings and notes */
	LOG_VERBOSE = 1, /* and what is done, with reasons */
	LOG_DEBUG = 2,
};

/* Names the program for every later line; `program` is borrowed for ever. */
void log_init(const char *program, int level);

int log_level(void);

/* Prints the error, and its hint on a second line if it has one. */
void log_error(const struct error *err);

void log_warning(const char *format, ...) _printf_(1, 2);
void log_note(const char *format, ...) _printf_(1, 2);

/* Printed with --verbose only. */
void log_verbose(const char *format, ...) _printf_(1, 2);

#endif
