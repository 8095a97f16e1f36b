/* SPDX-License-Identifier: MIT */
/*
 * jailctl: lists, enters and ends running jails. This file only finds the command; each has a file
 * of its own, or shares one with its like.
 */
#include <errno.h>
#include <string.h>

#include "common/cli.h"
#include "common/log.h"
#include "control.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} commands[] = {
	/* clang-format off */
	{"cache", control_cache},
	{"commit", control_commit},
	{"diff", control_diff},
	{"doctor", control_doctor},
	{"exec", control_exec},
	{"inspect", control_inspect},
	{"kill", control_kill},
	{"list", control_list},
	{"logs", control_logs},
	{"pause", control_pause},
	{"remove", control_remove},
	{"resume", control_resume},
	{"stop", control_stop},
	{"wait", control_wait},
	/* clang-format on */
};

enum { COMMAND_COUNT = sizeof(commands) / sizeof(commands[0]) };

static const struct cli_program program = {
	.name = "jailctl",
	.usage = "COMMAND [OPTION…] …",
	.summary = "Look after running jails.",
	.notes = "commands:\n"
		 "  cache    show or remove unpacked images\n"
		 "  commit   make a new image of a folder of --keep\n"
		 "  diff     show what a folder of --keep changes\n"
		 "  doctor   say what this machine lets a jail do\n"
		 "  exec     run one more command in a jail\n"
		 "  inspect  print all that is known about a jail\n"
		 "  kill     send a signal to a jail's command\n"
		 "  list     show the running jails\n"
		 "  logs     print what a detached jail has written\n"
		 "  pause    stop every process of a jail for a while\n"
		 "  remove   forget a detached jail that has ended\n"
		 "  resume   let a paused jail go on\n"
		 "  stop     end a jail\n"
		 "  wait     wait for the end of a jail\n"
		 "\n'jailctl COMMAND --help' lists the options of a command.\n",
	.stop_at_operand = true,
};

static int wrong_usage(struct error *err)
{
	error_hint(err, "'jailctl --help' lists the commands");
	log_error(err);
	return CONTROL_USAGE;
}

int main(int argc, char **argv)
{
	struct cli_common common = {0};
	struct error err = {0};
	int first;

	log_init("jailctl", LOG_NORMAL);
	if (cli_parse(&program, argc, argv, &common, &first, &err) < 0) {
		log_error(&err);
		return CONTROL_USAGE;
	}
	if (cli_answer(&program, &common))
		return CONTROL_DONE;
	if (first >= argc) {
		error_set(&err, EINVAL, "no command given");
		return wrong_usage(&err);
	}
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (!strcmp(commands[i].name, argv[first]))
			return commands[i].run(argc - first, argv + first);
	error_set(&err, EINVAL, "unknown command %s", argv[first]);
	return wrong_usage(&err);
}
