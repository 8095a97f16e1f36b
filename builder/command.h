/* SPDX-License-Identifier: MIT */
/*
 * command: the commands of jailbuild, for the table in main. Each reads its own options, prints,
 * and returns the exit status: 0 done, 1 failed, 2 wrong usage.
 */
#ifndef BUILDER_COMMAND_H
#define BUILDER_COMMAND_H

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

/* argv[0] is the command's name. */
int command_add(int argc, char **argv);
int command_check(int argc, char **argv);
int command_commit(int argc, char **argv);
int command_cost(int argc, char **argv);
int command_diff(int argc, char **argv);
int command_list(int argc, char **argv);
int command_templates(int argc, char **argv);
int command_show(int argc, char **argv);
int command_update(int argc, char **argv);
int command_why(int argc, char **argv);

#endif
