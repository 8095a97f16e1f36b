/* SPDX-License-Identifier: MIT */
/*
 * journal: what the COMMAND of a detached jail has written, in a folder of its own below the state
 * folder (statefolder.h): "log", and "log.1", the older half of what is kept. The folder is called
 *     log.NAME-INIT-START@BOOT
 * by the jail's name, its init's process id and start time (procstat.h) and the kernel's boot id: no
 * two jails ever have the same one, whichever runtime folder they are registered in.
 */
#ifndef RUNNER_JOURNAL_H
#define RUNNER_JOURNAL_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"

enum { JOURNAL_LIMIT = 16 << 20, JOURNAL_LEAST = 4096 };

struct journal {
	char path[PATH_MAX]; /* of its folder, absolute; empty until it has a name */
	int state_fd, folder_fd, fd; /* -1: not open */
	uint64_t limit;              /* bytes, of both files together */
	uint64_t size;               /* of the newer one */
	uint64_t lost,
		lost_told; /* bytes that found no room; as far as the log says so */
	int cause;         /* why the last ones found none */
};

#define JOURNAL_NONE                                                              \
	{                                                                         \
		.state_fd = -1, .folder_fd = -1, .fd = -1, .limit = JOURNAL_LIMIT \
	}

/* Finds out where the journal of this jail will be, for its dossier. May be called again. */
int journal_name(struct journal *journal, const char *name, int64_t init, int64_t start,
		 struct error *err) _must_check_;

/*
 * Makes the folder (mode 0700) and an empty log (0600), which must not be there yet; removes those of
 * earlier boots. Close with journal_close, also after a failure.
 */
int journal_create(struct journal *journal, struct error *err) _must_check_;

/*
 * Writes behind what is there; when half of the limit is reached the log becomes the older half, and the
 * one that was this goes. Never fails: what finds no room (ENOSPC, EDQUOT, EIO …) is counted, and the log
 * says how much is missing as soon as there is room again.
 */
void journal_append(struct journal *journal, const char *data, size_t size);

void journal_close(struct journal *journal);

/* Removes a journal by the path that its dossier has; one that is not there is no error. */
int journal_remove(const char *path, struct error *err) _must_check_;

/*
 * Opens the folder of a journal for reading; the caller closes it. -ENOENT: it is not there; -EPERM: it
 * is not the caller's own.
 */
int journal_open(const char *path, struct error *err) _must_check_;

/* Whether the jail that this path belongs to was started since the machine was. */
bool journal_is_of_this_boot(const char *path);

#endif
