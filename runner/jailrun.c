/* SPDX-License-Identifier: MIT */
/*
 * jailrun: the main file. Reads the command line, prepares a jail, runs it, and turns the outcome
 * into the exit status of the contract.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"
#include "detach.h"
#include "jail.h"
#include "outline.h"
#include "status.h"

enum { USAGE = 2, SETUP_FAILED = 125 };

/* A program started with a closed stdin would else get the image's descriptor as its input. */
static int open_standard_descriptors(struct error *err)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR); /* not close-on-exec: COMMAND keeps it */
	while (fd >= 0 && fd <= 2);
	if (fd < 0)
		return error_errno(err, errno, "cannot open /dev/null");
	close(fd);
	return 0;
}

/* What fails before there is a jail is told where the options say, as far as they were read. */
static int fail_early(const struct options *options, int status, const struct error *err)
{
	struct error ignored;
	int fd = options->status_fd ? status_open(options->status_fd, &ignored) : -1;

	log_error(err);
	status_failed(fd, status, STAGE_OPTIONS, err);
	return status;
}

/*
 * Ends the program. Without libc's own end and without freeing what ends with it: each page that
 * these touch costs, and a jail's start is counted in pages. A sanitizer looks for leaks in exit.
 */
_Noreturn static void leave(int status)
{
#ifdef __SANITIZE_ADDRESS__
	exit(status);
#else
	_exit(status);
#endif
}

/* Returns in the background only, or with an error. */
static _noinline_ int go_to_background(const struct jail *jail, int *status,
				       struct error *err)
{
	int r = detach_fork(jail->detach, status, err);

	if (r <= 0)
		return r;
	if (*status == 0 &&
	    (printf("%s\n", jail->detach->name) < 0 || fflush(stdout) != 0))
		log_warning("cannot print the jail's name, %s", jail->detach->name);
	leave(*status);
}

_Noreturn static void run(const struct options *options, char **argv, int argc)
{
	static struct detach detach = DETACH_NONE;
	struct jail jail = JAIL_NONE;
	struct outcome outcome = {SETUP_FAILED, STAGE_OPTIONS};
	struct error err = {0};

	jail.tell = log_verbose;
	jail.warn = log_warning;
	jail.arguments = argv[0];
	jail.arguments_size = (size_t)(argv[argc - 1] + strlen(argv[argc - 1]) + 1 -
				       argv[0]);
	int r = jail_read_options(options, &jail, &err);
	if (r >= 0)
		r = detach_read_options(options, &detach, &err);
	if (options->detach)
		jail.detach = &detach;
	if (r == -EINVAL)
		outcome.status = USAGE;
	if (r >= 0) {
		outcome.stage = STAGE_PREPARE;
		r = jail_prepare(options, &jail, &err);
	}
	if (r >= 0 && options->plan) {
		outline_print(&jail, options, stdout);
		leave(fflush(stdout) == 0 ? 0 : SETUP_FAILED);
	}
	if (r >= 0 && jail.detach)
		r = go_to_background(&jail, &outcome.status, &err);
	if (r >= 0)
		r = jail_run(&jail, &outcome, &err);
	if (r < 0)
		log_error(&err);
	if (r < 0 && r != -ETIME)
		status_failed(jail.status_fd, outcome.status, outcome.stage, &err);
	else
		status_exited(jail.status_fd, outcome.status);
	leave(outcome.status);
}

int main(int argc, char **argv)
{
	_cleanup_options_ struct options options = {0};
	struct error err = {0};

	log_init("jailrun", 0);
	int r = options_parse(argc, argv, &options, &err);
	if (r < 0)
		return fail_early(&options, r == -EINVAL ? USAGE : SETUP_FAILED, &err);
	if (open_standard_descriptors(&err) < 0)
		return fail_early(&options, SETUP_FAILED, &err);
	log_init("jailrun", cli_log_level(&options.common));
	if (cli_answer(&options_program, &options.common))
		return 0;
	run(&options, argv, argc);
}
