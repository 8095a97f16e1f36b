/* SPDX-License-Identifier: MIT */
/*
 * attributes: what an archive says of an entry besides its content, made harmless: owner, mode,
 * time, extended attributes. What is left out is counted. Called by extract.
 */
#ifndef RUNNER_ATTRIBUTES_H
#define RUNNER_ATTRIBUTES_H

#include <stdbool.h>
#include <sys/types.h>
#include <time.h>

#include "extract.h"

struct archive_entry;

struct attributes {
	mode_t mode;
	bool has_owner; /* else it stays with who made it */
	uid_t uid;
	gid_t gid;
	struct timespec times[2]; /* as for futimens(3) */
};

/* Reads them from an entry. With `owners` false, owners other than 0:0 are left out. */
struct attributes attributes_read(struct archive_entry *entry, bool owners,
				  struct extract_counts *counts);

/* Time, mode (with `set_mode`) and owner of an open file. Returns 0 or -errno. */
int attributes_write(int fd, const struct attributes *attributes, bool set_mode);

/* Time and owner of a link or FIFO `base` in the folder `parent_fd`. Returns 0 or -errno. */
int attributes_write_at(int parent_fd, const char *base,
			const struct attributes *attributes);

/* The entry's extended attributes: user.* but for user.overlay.*. A failure only counts. */
void attributes_write_extended(int fd, struct archive_entry *entry,
			       struct extract_counts *counts);

#endif
