/* SPDX-License-Identifier: MIT */
/*
 * dossier: what is written down about a jail: who it is, how to find it, and what it takes to enter
 * it. A text of KEY=VALUE lines; a list is a line for each item. Values are escaped (path_escape), so
 * that no byte of a command or a variable can end a line or drive a terminal. Unknown keys are
 * skipped, so that an older jailctl can read what a newer jailrun wrote.
 */
#ifndef RUNNER_DOSSIER_H
#define RUNNER_DOSSIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "common/strlist.h"

enum {
	DOSSIER_NAME_MAX = 64,
	DOSSIER_LIMIT =
		32
		<< 20, /* a command and its variables, four bytes for each one of theirs */
};

struct dossier {
	char *name; /* see dossier_is_name */
	/* Process ids as the supervisor saw them, and init's start time (procstat.h). */
	int64_t init, init_start, supervisor;
	int64_t started,
		ended;       /* seconds since the epoch; ended is 0 while the jail runs */
	int64_t exit_status; /* what jailrun exited with; -1: it runs, or nobody knows */
	int64_t detached;    /* 1: has a log, and is remembered when it has ended */
	int64_t forgets;     /* 1: it has a log, but is not remembered */
	int64_t timed_out;   /* 1: --timeout ended it */
	int64_t log_lost;    /* bytes that found no room in the log */
	int64_t namespaces;  /* CLONE_NEW*, the ones that are its own */
	int64_t has_range;   /* 1: 65536 ids; 0: one, and it is 0 for init */
	int64_t denies_groups; /* setgroups(2) is denied in its user namespace */
	int64_t root;          /* enum jail_root */
	int64_t init_is_app;   /* 1: COMMAND is pid 1 itself */
	/* struct protection, by its members' names, and "NUMBER SOFT HARD" for each limit. */
	int64_t capabilities, added, no_filter, no_landlock, shares_net, shares_pid;
	struct strlist limits;
	int64_t uid, gid;      /* COMMAND's, inside */
	struct strlist groups; /* its supplementary groups, decimal */
	char *user;            /* its name in the image; empty if it has none */
	char *image;           /* as the user wrote it */
	char *hostname, *workdir;
	char *log; /* path of its journal (journal.h); NULL: it is not detached */
	struct strlist command, environment;
};

#define DOSSIER_NONE              \
	{                         \
		.exit_status = -1 \
	}

/* [a-zA-Z0-9][a-zA-Z0-9_.-]*, at most DOSSIER_NAME_MAX bytes: it becomes part of a file's name. */
bool dossier_is_name(const char *name);

/* -EINVAL with a hint, for what is no such name; `what` is what the user wrote it behind. */
int dossier_check_name(const char *name, const char *what,
		       struct error *err) _must_check_;

/* The whole text, on the heap; the caller frees it. */
int dossier_format(const struct dossier *record, char **ret_text, size_t *ret_size,
		   struct error *err) _must_check_;

/*
 * Reads such a text, which it cuts into pieces, into *ret (DOSSIER_NONE). Strict: -EBADMSG for a line
 * that is none, a number that is none, a key that must come once and comes twice or not at all. Free
 * with dossier_free, also after a failure.
 */
int dossier_parse(char *text, size_t size, struct dossier *ret,
		  struct error *err) _must_check_;

void dossier_free(struct dossier *record);

#define _cleanup_dossier_ __attribute__((cleanup(dossier_free)))

#endif
