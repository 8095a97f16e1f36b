/* SPDX-License-Identifier: MIT */
/*
 * runconfig: how an image wants to be run: its entrypoint, command, environment, folder, user and
 * labels. They stand in the record and, as plain lines, in SETTINGS_PATH, which jailrun reads.
 */
#ifndef BUILDER_RUNCONFIG_H
#define BUILDER_RUNCONFIG_H

#include <stdbool.h>

#include "common/error.h"
#include "common/strlist.h"

struct runconfig {
	struct strlist entrypoint, cmd; /* an argument each */
	struct strlist env, labels;     /* "KEY=VALUE" each */
	char *workdir, *user;           /* NULL: not given */
};

/* Whether nothing was given. */
bool runconfig_are_empty(const struct runconfig *settings);

/* -EINVAL if an env or a label is not KEY=VALUE, or the workdir not absolute. */
int runconfig_check(const struct runconfig *settings, struct error *err) _must_check_;

/*
 * Lets the settings of `later` win: a whole entrypoint or command takes the place of the old one;
 * env and labels each by its key.
 */
int runconfig_merge(struct runconfig *settings, const struct runconfig *later,
		    struct error *err) _must_check_;

/*
 * The text of SETTINGS_PATH: lines "entrypoint=…", "cmd=…" (one an argument, in order),
 * "env=KEY=VALUE", "label=KEY=VALUE" (sorted), "workdir=…", "user=…"; newline and backslash are
 * written as \n and \\. On the heap; NULL with err set.
 */
char *runconfig_text(const struct runconfig *settings, struct error *err) _must_check_;

void runconfig_free(struct runconfig *settings);

#define _cleanup_runconfig_ __attribute__((cleanup(runconfig_free)))

#endif
