/* SPDX-License-Identifier: MIT */
/*
 * legible: bytes of a hostile jail on their way to a terminal: text stays as it is, and so do newlines and
 * tabs; every other control byte and whatever is no UTF-8 comes out as \\xNN.
 */
#ifndef RUNNER_LEGIBLE_H
#define RUNNER_LEGIBLE_H

#include <stddef.h>
#include <stdio.h>

/* What was cut off at the end of the last piece, in the middle of a character. Zero-initialise it. */
struct legible {
	char rest[4];
	size_t used;
};

/* Prints the next piece, but for what may be the beginning of a character. Failures stay in `out`. */
void legible_print(struct legible *legible, const char *data, size_t size, FILE *out);

/* Prints what is left. */
void legible_end(struct legible *legible, FILE *out);

#endif
