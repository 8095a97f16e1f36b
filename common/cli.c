/* SPDX-License-Identifier: MIT */
/*
 * From the table of options to getopt_long(3), to values and to --help. Called by the main files.
 */
#include "cli.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "strlist.h"

enum {
	MAX_OPTIONS = 64,
	FIRST_LONG = 256, /* getopt's return values above any letter */
	HELP_COLUMN = 30,
};

#define COMMON_OFFSET(member) offsetof(struct cli_common, member)

static const struct cli_option common_options[] = {
	{"help", 0, CLI_FLAG, COMMON_OFFSET(help), NULL, "print this help"},
	{"version", 0, CLI_FLAG, COMMON_OFFSET(version), NULL, "print the version"},
	{"verbose", 'v', CLI_COUNT, COMMON_OFFSET(verbose), NULL,
	 "say more; may be repeated"},
	{"quiet", 'q', CLI_FLAG, COMMON_OFFSET(quiet), NULL, "say nothing but errors"},
};

enum { COMMON_COUNT = sizeof(common_options) / sizeof(common_options[0]) };

/* Option `i` of the program's table followed by the common ones; NULL behind the last. */
static const struct cli_option *option_at(const struct cli_program *program, size_t i)
{
	if (i < program->option_count)
		return &program->options[i];
	i -= program->option_count;
	return i < COMMON_COUNT ? &common_options[i] : NULL;
}

static char letter_of(const struct cli_program *program, const struct cli_option *option)
{
	if (option->letter == 'v' && program->letter_v_is_taken &&
	    option >= common_options && option < common_options + COMMON_COUNT)
		return 0;
	return option->letter;
}

struct tables {
	struct option long_options[MAX_OPTIONS + 1];
	char letters[2 * MAX_OPTIONS + 3];
};

static void fill_tables(const struct cli_program *program, struct tables *tables)
{
	const struct cli_option *option;
	char *at = tables->letters;

	*tables = (struct tables){0};
	*at++ = program->stop_at_operand ? '+' : ':';
	if (program->stop_at_operand)
		*at++ = ':';
	for (size_t i = 0; (option = option_at(program, i)); i++) {
		char letter = letter_of(program, option);

		tables->long_options[i] = (struct option){
			.name = option->name,
			.has_arg = option->metavar ? required_argument : no_argument,
			.val = FIRST_LONG + (int)i,
		};
		if (letter)
			*at++ = letter;
		if (letter && option->metavar)
			*at++ = ':';
	}
}

static const struct cli_option *find_option(const struct cli_program *program, int value)
{
	const struct cli_option *option;

	if (value >= FIRST_LONG)
		return option_at(program, (size_t)(value - FIRST_LONG));
	for (size_t i = 0; (option = option_at(program, i)); i++)
		if (letter_of(program, option) == value)
			return option;
	return NULL;
}

static int store(const struct cli_option *option, void *values, struct error *err)
{
	char *place = (char *)values + option->offset;

	switch (option->kind) {
	case CLI_FLAG:
		*(bool *)place = true;
		return 0;
	case CLI_COUNT:
		++*(int *)(void *)place;
		return 0;
	case CLI_STRING:
		*(const char **)(void *)place = optarg;
		return 0;
	case CLI_LIST:
		return strlist_add((struct strlist *)(void *)place, optarg, err);
	}
	return error_set(err, EINVAL, "option --%s is of no known kind", option->name);
}

static int complain(const struct cli_program *program, char **argv, int answer,
		    struct error *err)
{
	const char *word = argv[optind - 1];
	/* getopt_long(3) leaves the letter in optopt, of a long option its val, 0 if it is unknown. */
	bool is_long = !optopt || optopt >= FIRST_LONG;
	char letter[3] = {'-', (char)optopt, '\0'};

	if (answer == ':')
		error_set(err, EINVAL, "option %s needs a value",
			  is_long ? word : letter);
	else if (is_long && optopt)
		error_set(err, EINVAL, "option %s takes no value", word);
	else
		error_set(err, EINVAL, "unknown option %s", is_long ? word : letter);
	return error_hint(err, "'%s --help' lists the options", program->name);
}

int cli_parse(const struct cli_program *program, int argc, char **argv, void *values,
	      int *ret_first, struct error *err)
{
	struct tables tables;
	int answer;

	if (program->option_count > MAX_OPTIONS - COMMON_COUNT)
		return error_set(err, E2BIG, "%s has too many options", program->name);
	fill_tables(program, &tables);
	opterr = 0;
	optind = 0; /* a GNU extension: start afresh, the option string may differ */
	while ((answer = getopt_long(argc, argv, tables.letters, tables.long_options,
				     NULL)) != -1) {
		const struct cli_option *option = NULL;

		if (answer != '?' && answer != ':')
			option = find_option(program, answer);
		if (!option)
			return complain(program, argv, answer, err);
		int r = store(option, values, err);
		if (r < 0)
			return r;
	}
	*ret_first = optind;
	return 0;
}

static void print_option(const struct cli_program *program,
			 const struct cli_option *option)
{
	char left[128], letter = letter_of(program, option);
	int used = snprintf(left, sizeof(left), "  %c%c%c --%s%s%s", letter ? '-' : ' ',
			    letter ? letter : ' ', letter ? ',' : ' ', option->name,
			    option->metavar ? " " : "",
			    option->metavar ? option->metavar : "");

	if (used < HELP_COLUMN)
		printf("%-*s%s\n", HELP_COLUMN, left, option->help);
	else
		printf("%s\n%*s%s\n", left, HELP_COLUMN, "", option->help);
}

bool cli_answer(const struct cli_program *program, const struct cli_common *common)
{
	const struct cli_option *option;

	if (common->help) {
		printf("usage: %s %s\n%s\n\noptions:\n", program->name, program->usage,
		       program->summary);
		for (size_t i = 0; (option = option_at(program, i)); i++)
			print_option(program, option);
		if (program->notes)
			printf("\n%s", program->notes);
		return true;
	}
	if (common->version)
		printf("%s (jailbuild) %s\n", program->name, JAILBUILD_VERSION);
	return common->version;
}

int cli_log_level(const struct cli_common *common)
{
	return common->quiet ? -1 : common->verbose;
}
