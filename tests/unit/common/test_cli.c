/* SPDX-License-Identifier: MIT */
/*
 * Tests of common/cli: each kind of option, each mistake and its words, and the text of --help.
 */
#include "tests/unit/unit.h"

#include <errno.h>

#include "common/cli.h"
#include "common/cleanup.h"
#include "common/fd.h"
#include "common/strlist.h"
#include "scratch.h"

struct values {
	struct cli_common common;
	bool flag;
	int count;
	const char *text;
	struct strlist list;
};

static const struct cli_option options[] = {
	{"flag", 'f', CLI_FLAG, offsetof(struct values, flag), NULL, "raise the flag"},
	{"count", 'c', CLI_COUNT, offsetof(struct values, count), NULL, "count one more"},
	{"output", 'o', CLI_STRING, offsetof(struct values, text), "FILE",
	 "write to FILE"},
	{"item", 0, CLI_LIST, offsetof(struct values, list), "ITEM", "add ITEM"},
	{"a-name-so-long-that-help-needs-a-line", 0, CLI_STRING,
	 offsetof(struct values, text), "WORD", "take WORD"},
};

static const struct cli_program program = {
	.name = "prog",
	.usage = "[OPTION...] FILE...",
	.summary = "does things.",
	.notes = "Some notes.\n",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
};

enum { MAX_WORDS = 16 };

/* Splits `line` at its spaces and parses it; the values are the caller's to free. */
static int parse(const struct cli_program *with, const char *line, struct values *values,
		 int *first, struct error *err)
{
	static char copy[256];
	static char *argv[MAX_WORDS + 1];
	int argc = 0;

	snprintf(copy, sizeof(copy), "prog %s", line);
	for (char *word = strtok(copy, " "); word && argc < MAX_WORDS;
	     word = strtok(NULL, " "))
		argv[argc++] = word;
	argv[argc] = NULL;
	*values = (struct values){0};
	int r = cli_parse(with, argc, argv, values, first, err);
	if (r == 0)
		*first = argc - *first; /* how many operands there are */
	return r;
}

static void expect_mistake(const char *line, const char *text)
{
	struct error err = {0};
	struct values values;
	int operands = -1;

	assert_int_equal(parse(&program, line, &values, &operands, &err), -EINVAL);
	assert_string_equal(err.text, text);
	assert_string_equal(err.hint, "'prog --help' lists the options");
	assert_int_equal(operands, -1);
	strlist_free(&values.list);
}

static void parses_an_empty_line(void **state)
{
	struct values values, none = {0};
	int operands;

	(void)state;
	assert_int_equal(parse(&program, "", &values, &operands, NULL), 0);
	assert_int_equal(operands, 0);
	assert_memory_equal(&values, &none, sizeof(none));
}

static void stores_every_kind(void **state)
{
	struct values values;
	int operands;

	(void)state;
	assert_int_equal(parse(&program,
			       "-f -c --count -cc --output a --item x --item=y z",
			       &values, &operands, NULL),
			 0);
	assert_true(values.flag);
	assert_int_equal(values.count, 4);
	assert_string_equal(values.text, "a");
	assert_int_equal(values.list.count, 2);
	assert_string_equal(values.list.items[0], "x");
	assert_string_equal(values.list.items[1], "y");
	assert_int_equal(operands, 1);
	strlist_free(&values.list);
}

static void takes_values_in_every_form(void **state)
{
	static const char *const lines[] = {
		"--output v", "--output=v", "-o v",           "-ov",
		"-fov",       "-o x -ov",   "--output=x -o v"};
	struct values values;
	int operands;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_int_equal(parse(&program, lines[i], &values, &operands, NULL), 0);
		assert_string_equal(values.text, "v");
		assert_int_equal(operands, 0);
	}
	assert_int_equal(parse(&program, "--output=", &values, &operands, NULL), 0);
	assert_string_equal(values.text, "");
	assert_int_equal(parse(&program, "--output=a=b", &values, &operands, NULL), 0);
	assert_string_equal(values.text, "a=b");
	assert_int_equal(parse(&program, "-o --flag", &values, &operands, NULL), 0);
	assert_string_equal(values.text, "--flag");
	assert_false(values.flag);
}

static void knows_the_common_options(void **state)
{
	struct values values;
	int operands;

	(void)state;
	assert_int_equal(parse(&program, "-v --verbose -q --help --version", &values,
			       &operands, NULL),
			 0);
	assert_int_equal(values.common.verbose, 2);
	assert_true(values.common.quiet && values.common.help && values.common.version);
	assert_int_equal(cli_log_level(&values.common), -1);
	assert_int_equal(parse(&program, "-vvv", &values, &operands, NULL), 0);
	assert_int_equal(cli_log_level(&values.common), 3);
}

static void moves_operands_behind_the_options(void **state)
{
	struct values values;
	int operands;

	(void)state;
	assert_int_equal(parse(&program, "a -f b --output c d", &values, &operands, NULL),
			 0);
	assert_true(values.flag);
	assert_string_equal(values.text, "c");
	assert_int_equal(operands, 3);
	assert_int_equal(parse(&program, "a -- -f", &values, &operands, NULL), 0);
	assert_false(values.flag);
	assert_int_equal(operands, 2);
}

static void leaves_the_options_of_a_command_alone(void **state)
{
	struct cli_program stopping = program;
	struct error err = {0};
	struct values values;
	int operands;

	(void)state;
	stopping.stop_at_operand = true;
	assert_int_equal(
		parse(&stopping, "-f image cmd -c --unknown", &values, &operands, NULL),
		0);
	assert_true(values.flag);
	assert_int_equal(values.count, 0);
	assert_int_equal(operands, 4);
	assert_int_equal(parse(&stopping, "-f -o", &values, &operands, &err), -EINVAL);
	assert_string_equal(err.text, "option -o needs a value");
}

static void gives_letter_v_to_a_program_that_takes_it(void **state)
{
	static const struct cli_option volume[] = {
		{"volume", 'v', CLI_LIST, offsetof(struct values, list), "SRC:DST",
		 "mount"},
	};
	struct cli_program taking = program;
	struct values values;
	int operands;

	(void)state;
	taking.options = volume;
	taking.option_count = 1;
	taking.letter_v_is_taken = true;
	assert_int_equal(parse(&taking, "-v a:b --verbose", &values, &operands, NULL), 0);
	assert_int_equal(values.common.verbose, 1);
	assert_string_equal(values.list.items[0], "a:b");
	strlist_free(&values.list);
}

static void leaves_letter_v_unknown_if_nobody_uses_it(void **state)
{
	struct cli_program taking = program;
	struct error err = {0};
	struct values values;
	int operands;

	(void)state;
	taking.letter_v_is_taken = true;
	assert_int_equal(parse(&taking, "-v", &values, &operands, &err), -EINVAL);
	assert_string_equal(err.text, "unknown option -v");
}

static void names_the_option_that_is_wrong(void **state)
{
	(void)state;
	expect_mistake("--nonsense", "unknown option --nonsense");
	expect_mistake("-Z", "unknown option -Z");
	expect_mistake("-fZ", "unknown option -Z");
	expect_mistake("-fZc", "unknown option -Z");
	expect_mistake("a b -Z c", "unknown option -Z");
	expect_mistake("--output", "option --output needs a value");
	expect_mistake("-o", "option -o needs a value");
	expect_mistake("-fo", "option -o needs a value");
	expect_mistake("--item x --item", "option --item needs a value");
	expect_mistake("--flag=3", "option --flag=3 takes no value");
}

/* getopt leaves its index at the word before while letters of a cluster are left. */
static void blames_no_option_for_the_next_word(void **state)
{
	(void)state;
	expect_mistake("--flag -Zc", "unknown option -Z");
	expect_mistake("--output=x -fZc", "unknown option -Z");
	expect_mistake("-o --flag -Zc", "unknown option -Z");
}

/* More options than there is room for must not go missing without a word. */
static void refuses_a_table_that_is_too_long(void **state)
{
	struct cli_option *many = calloc(1000, sizeof(*many));
	struct cli_program large = program;
	struct error err = {0};
	struct values values;
	int operands;

	(void)state;
	assert_non_null(many);
	for (size_t i = 0; i < 1000; i++)
		many[i] = options[0];
	large.options = many;
	large.option_count = 1000;
	assert_int_equal(parse(&large, "", &values, &operands, &err), -E2BIG);
	free(many);
}

/* What cli_answer prints to stdout. */
static char *answer_of(const struct cli_common *common, bool wanted)
{
	_cleanup_fd_ int saved = dup(STDOUT_FILENO),
			 fd = scratch_open("out", O_RDWR | O_CREAT | O_TRUNC);
	char *text = NULL;
	size_t size;

	fflush(stdout);
	dup2(fd, STDOUT_FILENO);
	bool answered = cli_answer(&program, common);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	assert_int_equal(answered, wanted);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(fd_read_all(fd, 65536, "out", &text, &size, NULL), 0);
	return text;
}

static void prints_help_to_stdout(void **state)
{
	struct cli_common common = {.help = true, .version = true};
	_cleanup_free_ char *text = answer_of(&common, true);

	(void)state;
	assert_string_equal(text,
			    "usage: prog [OPTION...] FILE...\n"
			    "does things.\n"
			    "\n"
			    "options:\n"
			    "  -f, --flag                  raise the flag\n"
			    "  -c, --count                 count one more\n"
			    "  -o, --output FILE           write to FILE\n"
			    "      --item ITEM             add ITEM\n"
			    "      --a-name-so-long-that-help-needs-a-line WORD\n"
			    "                              take WORD\n"
			    "      --help                  print this help\n"
			    "      --version               print the version\n"
			    "  -v, --verbose               say more; may be repeated\n"
			    "  -q, --quiet                 say nothing but errors\n"
			    "\n"
			    "Some notes.\n");
}

static void prints_the_version_to_stdout(void **state)
{
	struct cli_common common = {.version = true};
	_cleanup_free_ char *text = answer_of(&common, true);

	(void)state;
	assert_string_equal(text, "prog (jailbuild) " JAILBUILD_VERSION "\n");
}

static void prints_nothing_unasked(void **state)
{
	struct cli_common common = {.verbose = 1, .quiet = true};
	_cleanup_free_ char *text = answer_of(&common, false);

	(void)state;
	assert_string_equal(text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_an_empty_line),
		cmocka_unit_test(stores_every_kind),
		cmocka_unit_test(takes_values_in_every_form),
		cmocka_unit_test(knows_the_common_options),
		cmocka_unit_test(moves_operands_behind_the_options),
		cmocka_unit_test(leaves_the_options_of_a_command_alone),
		cmocka_unit_test(gives_letter_v_to_a_program_that_takes_it),
		cmocka_unit_test(leaves_letter_v_unknown_if_nobody_uses_it),
		cmocka_unit_test(names_the_option_that_is_wrong),
		cmocka_unit_test(blames_no_option_for_the_next_word),
		cmocka_unit_test(refuses_a_table_that_is_too_long),
		scratch_test(prints_help_to_stdout),
		scratch_test(prints_the_version_to_stdout),
		scratch_test(prints_nothing_unasked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
