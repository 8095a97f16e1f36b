/* SPDX-License-Identifier: MIT */
/*
 * script: #! lines as the kernel reads them, and their argument as env does.
 */
#include "tests/unit/unit.h"

#include <errno.h>
#include <string.h>

#include "elfdeps/object.h"
#include "elfdeps/script.h"

static void expect_line(const char *text, const char *interp, const char *argument)
{
	struct script_line line;
	struct error err = {0};

	if (script_parse(text, &line, &err) < 0)
		fail_msg("'%s': %s", text, err.text);
	assert_string_equal(line.interp, interp);
	assert_string_equal(line.argument, argument);
}

static void the_rest_of_the_line_is_one_argument(void **state)
{
	(void)state;
	expect_line("/bin/sh\n", "/bin/sh", "");
	expect_line("/bin/sh", "/bin/sh", "");
	expect_line(" \t /bin/sh  -e  -x \t\nmore", "/bin/sh", "-e  -x");
	expect_line("/bin/sh\t-e", "/bin/sh", "-e");
	/* A carriage return is part of the name: a classic. */
	expect_line("/bin/sh\r\n", "/bin/sh\r", "");
}

static void a_line_without_a_name_is_refused(void **state)
{
	struct script_line line;

	(void)state;
	assert_int_equal(script_parse("", &line, NULL), -ENOEXEC);
	assert_int_equal(script_parse(" \t\n/bin/sh", &line, NULL), -ENOEXEC);
}

/* The kernel has OBJECT_SHEBANG_MAX bytes with the "#!": a name may not end behind them. */
static void a_name_that_may_go_on_is_refused_a_cut_argument_is_not(void **state)
{
	char text[OBJECT_SHEBANG_MAX - 1];
	struct script_line line;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(script_parse(text, &line, NULL), -ENOEXEC);
	text[100] = ' ';
	assert_int_equal(script_parse(text, &line, NULL), 0);
	assert_int_equal(strlen(line.interp), 100);
	assert_int_equal(strlen(line.argument), 152);
	text[100] = 'x';
	text[sizeof(text) - 2] = '\n';
	assert_int_equal(script_parse(text, &line, NULL), 0);
	assert_int_equal(strlen(line.interp), 253);
}

static void expect_words(const char *text, const char *const *words)
{
	_cleanup_strlist_ struct strlist found = {0};
	struct error err = {0};
	size_t count = 0;

	if (script_split(text, &found, &err) < 0)
		fail_msg("'%s': %s", text, err.text);
	for (; words[count]; count++)
		assert_true(count < found.count &&
			    !strcmp(found.items[count], words[count]));
	assert_int_equal(found.count, count);
}

static void splits_as_env_does(void **state)
{
	(void)state;
	expect_words("a  b\tc", (const char *const[]){"a", "b", "c", NULL});
	expect_words("'a b' \"c d\" e'f'g",
		     (const char *const[]){"a b", "c d", "efg", NULL});
	expect_words("a\\_b \"c\\_d\" '' \"\"",
		     (const char *const[]){"a", "b", "c d", "", "", NULL});
	expect_words("'it\\'s' 'a\\n' \"a\\n\" \\t",
		     (const char *const[]){"it's", "a\\n", "a\n", "\t", NULL});
	expect_words("a#b #c d", (const char *const[]){"a#b", NULL});
	expect_words("a\\c b", (const char *const[]){"a", NULL});
	expect_words("", (const char *const[]){NULL});
}

static void an_open_quote_or_backslash_is_refused(void **state)
{
	static const char *const bad[] = {"'a", "\"a", "a\\", "'\\"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		_cleanup_strlist_ struct strlist words = {0};

		assert_int_equal(script_split(bad[i], &words, NULL), -EINVAL);
	}
}

static void expect_env(const char *argument, const char *program, const char *path)
{
	_cleanup_script_env_ struct script_env env = {0};
	struct error err = {0};

	if (script_parse_env(argument, &env, &err) < 0)
		fail_msg("'%s': %s", argument, err.text);
	if ((env.program != NULL) != (program != NULL) ||
	    (program && strcmp(env.program, program) != 0))
		fail_msg("'%s' runs %s", argument, env.program ? env.program : "nothing");
	if ((env.path != NULL) != (path != NULL) || (path && strcmp(env.path, path) != 0))
		fail_msg("'%s' sets PATH to %s", argument,
			 env.path ? env.path : "nothing");
}

static void finds_the_program_that_env_runs(void **state)
{
	(void)state;
	expect_env("python3", "python3", NULL);
	/* One argument: env looks for a program with a blank in its name. */
	expect_env("python3 -u", "python3 -u", NULL);
	expect_env("-S python3 -u", "python3", NULL);
	expect_env("-Spython3", "python3", NULL);
	expect_env("-iS A=1 B= python3", "python3", NULL);
	expect_env("-S-i -u HOME --unset X -C / --chdir=/x python3", "python3", NULL);
	expect_env("-S -- A=b python3", "python3", NULL);
	expect_env("--split-string=PATH=/x:/y perl -w", "perl", "/x:/y");
	expect_env("--split-string perl -w", "perl", NULL);
	expect_env("-i", NULL, NULL);
	expect_env("A=b", NULL, NULL);
	expect_env("-S", NULL, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rest_of_the_line_is_one_argument),
		cmocka_unit_test(a_line_without_a_name_is_refused),
		cmocka_unit_test(a_name_that_may_go_on_is_refused_a_cut_argument_is_not),
		cmocka_unit_test(splits_as_env_does),
		cmocka_unit_test(an_open_quote_or_backslash_is_refused),
		cmocka_unit_test(finds_the_program_that_env_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
