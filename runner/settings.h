/* SPDX-License-Identifier: MIT */
/*
 * settings: what an image says about how it wants to be run, from its /.jail/config. The image is
 * hostile: the file is read with a size limit, and what it says only chooses among things that a
 * process of the jail could do anyway: a command, variables, a folder, a user inside.
 *
 * The file has one setting a line, in any order, NAME=VALUE: entrypoint and cmd (a line an
 * argument), env (NAME=VALUE), workdir, user, label. "\n" and "\\" stand for a newline and a
 * backslash; other names are ignored, so that newer images run too.
 */
#ifndef RUNNER_SETTINGS_H
#define RUNNER_SETTINGS_H

#include "common/strlist.h"

struct settings {
	struct strlist entrypoint, command, environment;
	char *workdir, *user; /* NULL if the image says nothing */
};

/*
 * Reads the settings of the image whose root is `root_fd` into *ret (zeroed). An image without
 * the file has none. -EINVAL for a line without "=" or with a bad escape. Free with settings_free,
 * also after a failure.
 */
int settings_read(int root_fd, struct settings *ret, struct error *err) _must_check_;

void settings_free(struct settings *settings);

#define _cleanup_settings_ __attribute__((cleanup(settings_free)))

#endif
