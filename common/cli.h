/* SPDX-License-Identifier: MIT */
/*
 * cli: command lines as data. A program's options are one table; it feeds getopt_long(3), --help,
 * and through --help the checks that man page and completion agree. Values land in a struct of
 * the program's own, at the offset that the table names.
 */
#ifndef COMMON_CLI_H
#define COMMON_CLI_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"

enum cli_kind {
	CLI_FLAG,   /* bool: set to true */
	CLI_COUNT,  /* int: one more each time */
	CLI_STRING, /* const char *: the last one wins; points into argv */
	CLI_LIST,   /* struct strlist: each one is appended */
};

struct cli_option {
	const char *name; /* long name, without dashes */
	char letter;      /* short name, 0 if none */
	enum cli_kind kind;
	size_t offset;       /* of the value in the program's struct */
	const char *metavar; /* what --help calls the value; NULL for a flag */
	const char *help;
};

/* What every program has; the first member of its struct of values. */
struct cli_common {
	bool help, version, quiet;
	int verbose;
};

struct cli_program {
	const char *name;
	const char *usage;   /* what follows the name: "[OPTION…] FILE…" */
	const char *summary; /* one line */
	const char *notes;   /* printed behind the options; NULL if none */
	const struct cli_option *options;
	size_t option_count;
	bool stop_at_operand;   /* options behind the first operand belong to a command */
	bool letter_v_is_taken; /* -v is the program's own; --verbose stays */
};

/*
 * Reads argv. `values` is the program's struct, zeroed; it starts with a struct cli_common.
 * *ret_first is the index of the first operand; operands are moved behind the options. A mistake
 * is -EINVAL with a hint: the caller exits with 2.
 */
int cli_parse(const struct cli_program *program, int argc, char **argv, void *values,
	      int *ret_first, struct error *err) _must_check_;

/* Prints --help or --version to stdout if one was asked for; true if so: exit with 0. */
bool cli_answer(const struct cli_program *program, const struct cli_common *common);

/* The log level that --quiet and --verbose ask for. */
int cli_log_level(const struct cli_common *common);

#endif
