/* SPDX-License-Identifier: MIT */
/*
 * detach: a jail that goes on without the program that started it. That program waits until COMMAND was
 * executed and then ends; what goes on is a child of its in a session of its own, which has no descriptor of the
 * caller's and takes COMMAND's output out of a pipe into the journal.
 */
#ifndef RUNNER_DETACH_H
#define RUNNER_DETACH_H

#include <stdbool.h>
#include <sys/types.h>

#include "dossier.h"
#include "journal.h"
#include "options.h"

struct jail;

struct detach {
	int report; /* to the one who waits for the start; -1: it has been told */
	int from,
		to; /* the pipe: the supervisor's end, and COMMAND's stdout and stderr */
	int record; /* the registration, borrowed: what was lost is noted there, too */
	bool has_started; /* COMMAND was executed, and the caller knows the name */
	bool forgets;     /* --rm: nothing is kept after the end */
	char name[DOSSIER_NAME_MAX + 1];
	struct journal journal;
};

#define DETACH_NONE                                               \
	{                                                         \
		.report = -1, .from = -1, .to = -1, .record = -1, \
		.journal = JOURNAL_NONE                           \
	}

/* -EINVAL: an option that makes no sense together with --detach, or without it. */
int detach_read_options(const struct options *options, struct detach *ret,
			struct error *err) _must_check_;

/*
 * Forks. In the new process 0: in a session of its own, in "/", with /dev/null as stdin; of the caller's
 * it still has stdout and stderr, for what goes wrong until the start, but no descriptor above that was
 * not opened close-on-exec. In the old one 1, when the other has told or has ended: *ret_status is what
 * to exit with, 0 with detach->name the jail's name; the other one has said why if not.
 */
int detach_fork(struct detach *detach, int *ret_status, struct error *err) _must_check_;

/* After the clone and the registration: makes the journal; COMMAND's end of the pipe is the jail's. */
int detach_begin(const struct jail *jail, const char *name, int record,
		 struct error *err) _must_check_;

/*
 * COMMAND was executed: tells the waiting process, and lets go of what is left of the caller. -EPIPE: nobody
 * waits any more.
 */
int detach_tell(struct detach *detach, struct error *err) _must_check_;

/* Moves what is in the pipe into the journal, without waiting; once poll(2) has said that there is some. */
void detach_relay(struct detach *detach);

/* After the jail has ended: moves what is still in the pipe. */
void detach_drain(struct detach *detach);

/* Closes everything, and removes the journal unless somebody may still ask for it: then true. */
bool detach_end(struct detach *detach);

#endif
