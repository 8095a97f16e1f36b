/* SPDX-License-Identifier: MIT */
/*
 * settings: how an image wants to be run: its entrypoint, command, environment, folder, user and
 * labels. They stand in the record and, as plain lines, in SETTINGS_PATH, which jailrun reads.
 */
#ifndef BUILDER_SETTINGS_H
#define BUILDER_SETTINGS_H

#include <stdbool.h>

#include "common/error.h"
#include "common/strlist.h"

struct settings {
	struct strlist entrypoint, cmd; /* an argument each */
	struct strlist env, labels;     /* "KEY=VALUE" each */
	char *workdir, *user;           /* NULL: not given */
};

/* Whether nothing was given. */
bool settings_are_empty(const struct settings *settings);

/* -EINVAL if an env or a label is not KEY=VALUE, or the workdir not absolute. */
int settings_check(const struct settings *settings, struct error *err) _must_check_;

/*
 * Lets the settings of `later` win: a whole entrypoint or command takes the place of the old one;
 * env and labels each by its key.
 */
int settings_merge(struct settings *settings, const struct settings *later,
		   struct error *err) _must_check_;

/*
 * The text of SETTINGS_PATH: lines "entrypoint=…", "cmd=…" (one an argument, in order),
 * "env=KEY=VALUE", "label=KEY=VALUE" (sorted), "workdir=…", "user=…"; newline and backslash are
 * written as \n and \\. On the heap; NULL with err set.
 */
char *settings_text(const struct settings *settings, struct error *err) _must_check_;

void settings_free(struct settings *settings);

#define _cleanup_settings_ __attribute__((cleanup(settings_free)))

#endif
