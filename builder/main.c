/* SPDX-License-Identifier: MIT */
/*
 * jailbuild: makes, checks and shows minimal root filesystem images. This file only finds the command; each
 * has a file of its own.
 */
#include <errno.h>
#include <locale.h>
#include <string.h>

#include "command.h"
#include "common/cli.h"
#include "common/log.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} commands[] = {
	{"add", command_add},       {"check", command_check},
	{"commit", command_commit}, {"cost", command_cost},
	{"diff", command_diff},     {"list", command_list},
	{"show", command_show},     {"templates", command_templates},
	{"update", command_update}, {"why", command_why},
};

enum { COMMAND_COUNT = sizeof(commands) / sizeof(commands[0]) };

static const struct cli_program program = {
	.name = "jailbuild",
	.usage = "COMMAND [OPTION…] …",
	.summary = "Make a minimal root filesystem image from programs of this host or a "
		   "sysroot.",
	.notes = "commands:\n"
		 "  add    put programs, with all they need, into an image\n"
		 "  check  tell whether everything in an image can start\n"
		 "  commit make an image of another and what a jail wrote over it\n"
		 "  cost   show how much of an image is there for what\n"
		 "  diff   show how two images differ\n"
		 "  list   show what is in an image\n"
		 "  show   print a template\n"
		 "  templates  list the templates\n"
		 "  update  make an image anew by the recipe in it\n"
		 "  why    tell why something is in an image\n"
		 "\n'jailbuild COMMAND --help' lists the options of a command.\n",
	.stop_at_operand = true,
};

static int run(const char *name, int argc, char **argv)
{
	struct error err = {0};

	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (!strcmp(commands[i].name, name))
			return commands[i].run(argc, argv);
	error_set(&err, EINVAL, "unknown command %s", name);
	error_hint(&err, "'jailbuild --help' lists the commands");
	log_error(&err);
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	struct cli_common common = {0};
	struct error err = {0};
	int first;

	log_init("jailbuild", LOG_NORMAL);
	/* libarchive asks the locale what the bytes of a name mean; here they always are UTF-8, so
	   that the image is the same in every locale. C.UTF-8 is part of glibc since 2.35. */
	if (!setlocale(LC_CTYPE, "C.UTF-8") && !setlocale(LC_CTYPE, "C.utf8"))
		log_warning(
			"there is no locale C.UTF-8: names beyond ASCII may be refused");
	if (cli_parse(&program, argc, argv, &common, &first, &err) < 0) {
		log_error(&err);
		return EXIT_USAGE;
	}
	if (cli_answer(&program, &common))
		return EXIT_DONE;
	if (first >= argc) {
		error_set(&err, EINVAL, "no command given");
		error_hint(&err, "'jailbuild --help' lists the commands");
		log_error(&err);
		return EXIT_USAGE;
	}
	return run(argv[first], argc - first, argv + first);
}
