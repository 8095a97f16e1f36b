/* SPDX-License-Identifier: MIT */
/*
 * options: jailrun's command line as a struct. Only syntax is looked at here; what the values
 * mean is decided by the module that uses each.
 */
#ifndef RUNNER_OPTIONS_H
#define RUNNER_OPTIONS_H

#include "common/cli.h"
#include "common/strlist.h"

struct options {
	struct cli_common common;
	const char *hostname, *workdir, *user, *entrypoint, *keep, *name;
	const char *max_unpacked, *max_entries;
	bool read_only, write, no_cache, plan, detach, remove;
	const char *seccomp, *landlock, *init, *ids;
	const char *timeout, *stop_timeout, *stop_signal, *status_fd, *log_size;
	struct strlist volumes, tmpfs, devices, env, share;
	struct strlist cap_add, cap_drop, rlimits;
	const char *image; /* points into argv */
	char **command;    /* the rest of argv, NULL-terminated; empty: the image's own */
};

extern const struct cli_program options_program;

/*
 * Reads argv into *ret (zeroed by the caller). -EINVAL for a usage error. With --help or
 * --version ret->image may be NULL. Free with options_free.
 */
int options_parse(int argc, char **argv, struct options *ret,
		  struct error *err) _must_check_;

void options_free(struct options *options);

#define _cleanup_options_ __attribute__((cleanup(options_free)))

#endif
