/* SPDX-License-Identifier: MIT */
/*
 * control: the commands of jailctl, for the table in its main file, and what they share. Each reads
 * its own options, prints, and returns the exit status: 0 done, 1 failed, 2 wrong usage (exec and wait
 * give COMMAND's).
 */
#ifndef RUNNER_CONTROL_H
#define RUNNER_CONTROL_H

#include "common/cli.h"
#include "jails.h"

enum { CONTROL_DONE = 0, CONTROL_FAILED = 1, CONTROL_USAGE = 2, CONTROL_GO_ON = -1 };

/* argv[0] is the command's name. */
int control_exec(int argc, char **argv);
int control_inspect(int argc, char **argv);
int control_kill(int argc, char **argv);
int control_list(int argc, char **argv);
int control_logs(int argc, char **argv);
int control_remove(int argc, char **argv);
int control_cache(int argc, char **argv);
int control_commit(int argc, char **argv);
int control_diff(int argc, char **argv);
int control_doctor(int argc, char **argv);
int control_pause(int argc, char **argv);
int control_resume(int argc, char **argv);
int control_stop(int argc, char **argv);
int control_wait(int argc, char **argv);

/* Lets a paused jail go on: `stop` does it first, for a stopped process takes no other signal. */
int control_resume_jail(const struct jails_entry *entry, struct error *err) _must_check_;

/* A command's options and operands. */
struct control_usage {
	struct cli_program program;
	int least, most;  /* how many operands; most -1: any number */
	const char *what; /* "one NAME", for the message */
};

/*
 * What every command begins with: reads the options into `values` (as cli_parse), answers --help and
 * --version, counts the operands. CONTROL_GO_ON, or the exit status to return.
 */
int control_begin(const struct control_usage *usage, int argc, char **argv, void *values,
		  int *ret_first);

/* Prints the error and returns CONTROL_FAILED, or CONTROL_DONE if there is none (r >= 0). */
int control_end(int r, const struct error *err);

/* -EIO if something that was printed did not arrive. */
int control_flush(struct error *err) _must_check_;

/*
 * Calls `act` for each of the NAMEs at `names` (NULL-terminated), with the jail found: prints what
 * goes wrong and goes on with the next. The exit status.
 */
int control_each(char **names,
		 int (*act)(struct jails_entry *entry, void *data, struct error *err),
		 void *data);

/* As control_each, also for jails that have ended and are still known. */
int control_each_known(char **names,
		       int (*act)(struct jails_entry *entry, void *data,
				  struct error *err),
		       void *data);

#endif
