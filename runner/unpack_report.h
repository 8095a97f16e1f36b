/* SPDX-License-Identifier: MIT */
/*
 * unpack_report: what helper.c (in jailrun) and unpack.c (the program jailrun-unpack) agree on:
 * the helper's descriptors, and the records that it sends.
 */
#ifndef RUNNER_UNPACK_REPORT_H
#define RUNNER_UNPACK_REPORT_H

#include <limits.h>
#include <stdbool.h>

#include "common/error.h"
#include "extract.h"

/* The helper's descriptors; it closes all others. */
enum {
	UNPACK_ARCHIVE_FD = 0, /* the archive, to be read from its offset */
	UNPACK_FOLDER_FD = 3,  /* the empty output folder, O_RDONLY | O_DIRECTORY */
	UNPACK_REPORT_FD = 4,  /* a pipe */
	UNPACK_OWNERS_FD =
		5, /* an empty file for the list of owners, with --list-owners */
};

enum unpack_kind {
	UNPACK_PROGRESS, /* `counts` so far; more will come */
	UNPACK_DONE,     /* `counts` */
	UNPACK_FAILED,   /* `err` */
};

/* One record: smaller than PIPE_BUF, so a write is whole or not there (pipe(7)). */
struct unpack_report {
	enum unpack_kind kind;
	bool has_landlock;
	struct extract_counts counts;
	struct error err;
};

_Static_assert(sizeof(struct unpack_report) <= PIPE_BUF,
	       "a report must fit one pipe write");

#endif
