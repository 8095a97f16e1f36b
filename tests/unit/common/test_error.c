/* SPDX-License-Identifier: MIT */
/*
 * Tests of common/error: what is kept when a text does not fit, and that one pipe write is enough.
 */
#include "tests/unit/unit.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "common/error.h"

static void returns_the_negative_code_and_keeps_the_text(void **state)
{
	struct error err = {0};

	(void)state;
	assert_int_equal(error_set(&err, ENOENT, "no %s", "file"), -ENOENT);
	assert_int_equal(err.code, ENOENT);
	assert_string_equal(err.text, "no file");
	assert_string_equal(err.hint, "");
}

static void fits_one_atomic_pipe_write(void **state)
{
	(void)state;
	assert_true(sizeof(struct error) <= PIPE_BUF);
}

static void appends_the_words_of_errno(void **state)
{
	struct error err = {0};

	(void)state;
	assert_int_equal(error_errno(&err, EACCES, "cannot read %s", "x"), -EACCES);
	assert_string_equal(err.text, "cannot read x: Permission denied");
}

static void has_words_for_an_unknown_code(void **state)
{
	struct error err = {0};

	(void)state;
	assert_int_equal(error_errno(&err, 99999, "x"), -99999);
	assert_string_equal(err.text, "x: unknown error");
}

static void puts_context_in_front(void **state)
{
	struct error err = {0};

	(void)state;
	error_set(&err, EIO, "inner");
	error_hint(&err, "try again");
	assert_int_equal(error_wrap(&err, "outer %d", 1), -EIO);
	assert_string_equal(err.text, "outer 1: inner");
	assert_string_equal(err.hint, "try again");
}

static void forgets_the_hint_of_an_earlier_error(void **state)
{
	struct error err = {0};

	(void)state;
	error_set(&err, EIO, "first");
	assert_int_equal(error_hint(&err, "do %s", "this"), -EIO);
	assert_string_equal(err.hint, "do this");
	error_hint(&err, "or that");
	assert_string_equal(err.hint, "or that");
	error_errno(&err, EIO, "second");
	assert_string_equal(err.hint, "");
}

static void cuts_what_does_not_fit(void **state)
{
	struct error err = {0};
	char text[3 * ERROR_TEXT_MAX];

	(void)state;
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(error_set(&err, EIO, "%s", text), -EIO);
	assert_int_equal(strlen(err.text), ERROR_TEXT_MAX - 1);
	assert_int_equal(error_hint(&err, "%s", text), -EIO);
	assert_int_equal(strlen(err.hint), ERROR_HINT_MAX - 1);
}

/* A name may have 4,095 bytes; the reason at the end is what the user needs. */
static void keeps_the_cause_behind_a_long_name(void **state)
{
	struct error err = {0};
	char name[PATH_MAX];

	(void)state;
	memset(name, 'n', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	error_errno(&err, ENOENT, "cannot open %s", name);
	assert_int_equal(strncmp(err.text, "cannot open nnn", 15), 0);
	assert_non_null(strstr(err.text, ": No such file or directory"));
	assert_true(strlen(err.text) < ERROR_TEXT_MAX);
}

static void keeps_the_cause_behind_a_long_context(void **state)
{
	struct error err = {0};
	char name[PATH_MAX];

	(void)state;
	memset(name, 'n', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	error_set(&err, ENOENT, "the cause");
	error_wrap(&err, "while reading %s", name);
	assert_int_equal(strncmp(err.text, "while reading nnn", 17), 0);
	assert_non_null(strstr(err.text, ": the cause"));
	error_errno(&err, ENOENT, "%s", name);
	error_wrap(&err, "outside");
	assert_int_equal(strncmp(err.text, "outside: nnn", 12), 0);
	assert_non_null(strstr(err.text, ": No such file or directory"));
	assert_int_equal(strlen(err.text), ERROR_TEXT_MAX - 1);
}

static void needs_no_object(void **state)
{
	(void)state;
	assert_int_equal(error_set(NULL, ENOENT, "x"), -ENOENT);
	assert_int_equal(error_errno(NULL, ENOENT, "x"), -ENOENT);
	assert_true(error_wrap(NULL, "x") < 0);
	assert_true(error_hint(NULL, "x") < 0);
	assert_int_equal(error_nomem(NULL), -ENOMEM);
}

static void reports_missing_memory(void **state)
{
	struct error err = {0};

	(void)state;
	assert_int_equal(error_nomem(&err), -ENOMEM);
	assert_string_equal(err.text, "out of memory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(returns_the_negative_code_and_keeps_the_text),
		cmocka_unit_test(fits_one_atomic_pipe_write),
		cmocka_unit_test(appends_the_words_of_errno),
		cmocka_unit_test(has_words_for_an_unknown_code),
		cmocka_unit_test(puts_context_in_front),
		cmocka_unit_test(forgets_the_hint_of_an_earlier_error),
		cmocka_unit_test(cuts_what_does_not_fit),
		cmocka_unit_test(keeps_the_cause_behind_a_long_name),
		cmocka_unit_test(keeps_the_cause_behind_a_long_context),
		cmocka_unit_test(needs_no_object),
		cmocka_unit_test(reports_missing_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
