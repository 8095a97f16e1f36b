/* SPDX-License-Identifier: MIT */
/*
 * jails: the registry of running jails (registry.h), from the side of who looks for one. Nothing that
 * stands in a file there is believed before the process it names has been compared with it; what a
 * dead supervisor left is removed on the way.
 */
#ifndef RUNNER_JAILS_H
#define RUNNER_JAILS_H

#include <limits.h>

#include "common/strlist.h"
#include "dossier.h"

enum jails_state {
	JAILS_STARTING, /* its init is not pid 1 of a finished jail yet */
	JAILS_RUNNING,
	JAILS_PAUSED,
	/* Detached jails that are still known: */
	JAILS_ENDED, /* dossier.exit_status says how */
	JAILS_LOST,  /* ended too, but the supervisor was killed and could not note how */
};

/* What jails_sweep found behind a name. */
enum jails_use { JAILS_ALIVE, JAILS_FREE, JAILS_KEPT };

struct jails {
	int folder_fd; /* -1 while it is not open */
	char path[PATH_MAX];
};

struct jails_entry {
	int fd;    /* the registration; its lock is free when the supervisor has ended */
	int pidfd; /* of init, which has been verified; -1 when it has ended */
	enum jails_state state;
	struct dossier dossier;
};

#define JAILS_ENTRY_NONE                                       \
	{                                                      \
		.fd = -1, .pidfd = -1, .dossier = DOSSIER_NONE \
	}

/* Opens the caller's registry. Free with jails_close. */
int jails_open(struct jails *ret, struct error *err) _must_check_;

void jails_close(struct jails *jails);

#define _cleanup_jails_ __attribute__((cleanup(jails_close)))

/* The names of all files there, sorted; whether there is a jail behind each, jails_look says. */
int jails_names(const struct jails *jails, struct strlist *ret,
		struct error *err) _must_check_;

/*
 * Looks at one jail. -ENOENT: there is none (any more). -EPERM: the file is no registration of this
 * user's (a symlink, another kind, another owner); -EBADMSG: its text is damaged; -ESRCH: it names a
 * process that is no jail. Free *ret (JAILS_ENTRY_NONE) with jails_entry_close, also after a failure.
 */
int jails_look(const struct jails *jails, const char *name, struct jails_entry *ret,
	       struct error *err) _must_check_;

/*
 * As jails_look, for a name that a user typed: waits while it starts; tells what names there are.
 * -ESRCH for one that has ended.
 */
int jails_find(const struct jails *jails, const char *name, struct jails_entry *ret,
	       struct error *err) _must_check_;

/* As jails_find, but also finds one that has ended and is still known. */
int jails_find_known(const struct jails *jails, const char *name, struct jails_entry *ret,
		     struct error *err) _must_check_;

/*
 * The text of an open registration, from its current offset: what it was when it was found, or, once the
 * lock is free, with the end noted behind. -EBADMSG if it is damaged or for another name.
 */
int jails_read(int fd, const char *name, struct dossier *ret,
	       struct error *err) _must_check_;

void jails_entry_close(struct jails_entry *entry);

#define _cleanup_jails_entry_ __attribute__((cleanup(jails_entry_close)))

/* Whether that is the state of a jail that has ended. */
bool jails_has_ended(enum jails_state state);

/* Forgets a jail that has ended: its journal, and then its registration. */
int jails_forget(const struct jails *jails, const struct jails_entry *entry,
		 struct error *err) _must_check_;

/*
 * Removes what a dead supervisor left of this name in the registry, and ends its init if that is
 * still there; not if it is to be kept. The use of the name then (enum jails_use), or a negative errno.
 */
int jails_sweep(int folder_fd, const char *name, struct error *err) _must_check_;

#endif
