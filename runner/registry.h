/* SPDX-License-Identifier: MIT */
/*
 * registry: the folder in which each running jail has a file, from jailrun's side. The file is
 * "jail.NAME" in the runtime folder (statefolder.h) and holds a dossier (dossier.h). It appears whole,
 * under a lock (flock(2)) that its supervisor holds until its end, however that comes: a file that
 * nobody holds is a dead supervisor's, and who sees it first removes it; unless the jail was detached:
 * then it stays, with the end noted behind or, if its supervisor was killed, without, until
 * `jailctl remove` or the next boot.
 */
#ifndef RUNNER_REGISTRY_H
#define RUNNER_REGISTRY_H

#include <sys/types.h>

#include "jail.h"

struct registration {
	int folder_fd, fd; /* -1: not registered */
	char name[65];
};

#define REGISTRATION_NONE                 \
	{                                 \
		.folder_fd = -1, .fd = -1 \
	}

/*
 * Registers the jail whose pid 1 is `init`, as jail->name or, if that is NULL, under a name made of
 * its image's and the process id. -EEXIST: a jail has that name, be it that it has ended. Of a detached
 * one also names the journal. To be called after the clone: the jail must not hold the lock.
 */
int registry_enter(const struct jail *jail, pid_t init, struct registration *ret,
		   struct error *err) _must_check_;

/* How a jail ended. */
struct registry_end {
	int exit_status;
	bool timed_out;
	uint64_t lost; /* bytes of its output that found no room in the log */
	bool keeps;    /* the registration stays, for those who ask later */
};

/*
 * Notes the end, for those who wait, and removes the registration unless it is to be kept. Does nothing
 * to REGISTRATION_NONE.
 */
void registry_leave(struct registration *registration, const struct registry_end *end);

/* "jail." and the name; `ret` has NAME_MAX + 1 bytes. */
void registry_file_name(const char *name, char *ret);

#define REGISTRY_PREFIX "jail."

#endif
