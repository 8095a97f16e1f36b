/* SPDX-License-Identifier: MIT */
/*
 * extract: writes the entries of an archive below one folder, and nothing anywhere else. Called by
 * the unpack helper (whose root that folder is) and, without any confinement, by tests.
 *
 * What stands under a name already: a later file, link or FIFO replaces an earlier one, as with
 * tar(1); a folder replaces anything but a folder, whose owner, mode and time it renews; a folder
 * is replaced by nothing (-EBADMSG). Hard links lead only to files that the archive brought.
 * Kept exactly: content, holes, mode, times to the nanosecond, user.* attributes. Left out and
 * counted: devices and sockets (a jail makes its own), setuid and setgid bits of files, other
 * attributes, owners without `owners`.
 */
#ifndef RUNNER_EXTRACT_H
#define RUNNER_EXTRACT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/error.h"

enum {
	EXTRACT_ENTRIES = 1000000, /* default of max_entries */
	/* A compressed archive that grows by more is no image: real ones grow 2- to 10-fold. */
	EXTRACT_RATIO = 200,
};
#define EXTRACT_BYTES (UINT64_C(64) << 30) /* default of max_bytes */
#define EXTRACT_RATIO_FROM \
	(UINT64_C(1) << 30) /* bytes that may be written at any ratio */

/* What was done, and what was left out. */
struct extract_counts {
	uint64_t entries, bytes; /* bytes: sizes of files, holes included */
	uint64_t owners, devices, privileges, attributes;
	uint64_t listed; /* of `owners`: whose owner the list has */
};

struct ownerlist;

struct extract_options {
	bool owners; /* chown(2) as the archive says; else all belongs to the caller */
	struct ownerlist *list; /* and this is told whose it is to be; may be NULL */
	uint64_t
		max_bytes; /* of all files together, holes included; 0: EXTRACT_BYTES, and the ratio */
	uint64_t max_entries; /* 0: EXTRACT_ENTRIES */
	void (*progress)(void *data,
			 const struct extract_counts *counts); /* may be NULL */
	void *data;
};

/*
 * Extracts the archive at the offset of `archive_fd` into the folder `root_fd`, which should be
 * empty. The umask must be 0, or modes lose bits. Errors name the entry: those of unarchive_next,
 * -EFBIG over a limit, -EBADMSG for what is refused, the system's for the rest. After an error
 * the folder holds a part of the archive.
 */
int extract_archive(int archive_fd, int root_fd, const struct extract_options *options,
		    struct extract_counts *ret, struct error *err) _must_check_;

#endif
