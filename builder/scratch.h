/* SPDX-License-Identifier: MIT */
/*
 * scratch: a private folder for what is not ready yet, removed with everything in it.
 */
#ifndef BUILDER_SCRATCH_H
#define BUILDER_SCRATCH_H

#include <limits.h>

#include "common/error.h"

struct scratch {
	int folder_fd;           /* that the scratch folder lies in; borrowed */
	int fd;                  /* of the scratch folder */
	char name[NAME_MAX + 1]; /* empty: there is none any more */
};

#define SCRATCH_NONE                      \
	{                                 \
		.folder_fd = -1, .fd = -1 \
	}

/* Makes ".NAME.RANDOM", mode 0700, in `folder_fd`, which must outlive it. */
int scratch_create(int folder_fd, const char *name, struct scratch *ret,
		   struct error *err) _must_check_;

/* Removes it, and closes the descriptor. */
/* Removes the scratch folders for `name` that a killed process has left in `folder_fd`; only for who
 * knows, by a lock, that nobody is at work there. What cannot be removed stays. */
void scratch_sweep(int folder_fd, const char *name);

void scratch_close(struct scratch *scratch);

#define _cleanup_scratch_ __attribute__((cleanup(scratch_close)))

#endif
