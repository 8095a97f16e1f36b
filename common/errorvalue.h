/* SPDX-License-Identifier: MIT */
/*
 * errorvalue: the error object itself, apart from the functions that fill it (error.h): all that
 * elfdeps.h shows of it. The installed elfdeps.h holds what stands between the first enum and the
 * last #define here, under names of its own (elfdeps/public-header.sed).
 */
#ifndef COMMON_ERRORVALUE_H
#define COMMON_ERRORVALUE_H

enum {
	ERROR_TEXT_MAX = 1400,
	ERROR_HINT_MAX = 500,
};

struct error {
	int code; /* a positive errno value; 0 while nothing went wrong */
	char text[ERROR_TEXT_MAX]; /* reads outside-in: "context: file: cause" */
	char hint[ERROR_HINT_MAX]; /* what the user can do about it; empty if unknown */
};

#define _must_check_ __attribute__((warn_unused_result))

#endif
