/* SPDX-License-Identifier: MIT */
/*
 * Tests of common/log: what reaches stderr, in how many writes, and what never reaches a terminal.
 */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"

/* Standard error while a test looks at it. A packet pipe keeps every write apart (pipe(2)). */
struct capture {
	int saved, reader;
};

static int capture_setup(void **state)
{
	struct capture *capture = malloc(sizeof(*capture));
	int ends[2];

	if (!capture || pipe2(ends, O_DIRECT | O_NONBLOCK | O_CLOEXEC) < 0)
		return -1;
	capture->saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
	capture->reader = ends[0];
	dup2(ends[1], STDERR_FILENO);
	close(ends[1]);
	*state = capture;
	log_init("prog", LOG_NORMAL);
	return 0;
}

static int capture_teardown(void **state)
{
	struct capture *capture = *state;

	dup2(capture->saved, STDERR_FILENO);
	close(capture->saved);
	close(capture->reader);
	free(capture);
	return 0;
}

/* The next write to stderr; "" if there was none. */
static const char *next_write(void **state)
{
	static char line[4096];
	struct capture *capture = *state;
	ssize_t size = read(capture->reader, line, sizeof(line) - 1);

	line[size < 0 ? 0 : size] = '\0';
	return line;
}

static void prints_an_error_as_one_line(void **state)
{
	struct error err = {0};

	error_set(&err, EIO, "cannot read x");
	log_error(&err);
	assert_string_equal(next_write(state), "prog: error: cannot read x\n");
	assert_string_equal(next_write(state), "");
}

static void prints_the_hint_on_a_second_line(void **state)
{
	struct error err = {0};

	error_set(&err, EIO, "cannot read x");
	error_hint(&err, "try y");
	log_error(&err);
	assert_string_equal(next_write(state), "prog: error: cannot read x\n");
	assert_string_equal(next_write(state), "prog: hint: try y\n");
}

static void says_only_errors_when_quiet(void **state)
{
	struct error err = {0};

	error_set(&err, EIO, "loud");
	log_init("prog", LOG_QUIET);
	assert_int_equal(log_level(), LOG_QUIET);
	log_warning("w");
	log_note("n");
	log_verbose("v");
	log_error(&err);
	assert_string_equal(next_write(state), "prog: error: loud\n");
}

static void says_more_when_verbose(void **state)
{
	log_verbose("not yet");
	log_warning("w%d", 1);
	log_note("n%d", 2);
	assert_string_equal(next_write(state), "prog: warning: w1\n");
	assert_string_equal(next_write(state), "prog: note: n2\n");
	log_init("prog", LOG_DEBUG);
	log_verbose("v%d", 3);
	assert_string_equal(next_write(state), "prog: note: v3\n");
}

static void cuts_a_long_line_but_ends_it(void **state)
{
	char text[8000];

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	log_note("%s", text);
	const char *line = next_write(state);
	assert_true(strlen(line) > 1500 && strlen(line) < 4000);
	assert_int_equal(line[strlen(line) - 1], '\n');
	assert_string_equal(next_write(state), "");
}

/* The text of an error holds names of files as they are; a name can be anything. */
static void lets_no_name_drive_the_terminal_or_fake_a_line(void **state)
{
	struct error err = {0};

	error_set(&err, ENOENT, "no \033[2J\nprog: error: fake \xc2\x9b\xff caf\xc3\xa9");
	error_hint(&err, "\ttab");
	log_error(&err);
	assert_string_equal(next_write(state),
			    "prog: error: no \\x1b[2J\\x0aprog: error: fake "
			    "\\xc2\\x9b\\xff caf\xc3\xa9\n");
	assert_string_equal(next_write(state), "prog: hint: \\x09tab\n");
	log_warning("a\rb");
	assert_string_equal(next_write(state), "prog: warning: a\\x0db\n");
}

static void keeps_a_name_that_is_escaped_already(void **state)
{
	log_note("no \\x1b");
	assert_string_equal(next_write(state), "prog: note: no \\x1b\n");
}

static void says_nothing_more_to_a_closed_stderr(void **state)
{
	close(STDERR_FILENO);
	log_note("nobody hears");
	assert_string_equal(next_write(state), "");
}

/* Puts a terminal on stderr and gives what a note looks like there. */
static const char *note_on_terminal(void)
{
	static char line[256];
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

	assert_true(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
	int slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(slave >= 0);
	dup2(slave, STDERR_FILENO);
	log_note("hi");
	ssize_t size = read(master, line, sizeof(line) - 1);
	line[size < 0 ? 0 : size] = '\0';
	close(slave);
	close(master);
	return line;
}

static void uses_colour_on_a_terminal_only(void **state)
{
	(void)state;
	unsetenv("NO_COLOR");
	assert_string_equal(note_on_terminal(), "prog: \033[1mnote:\033[0m hi\r\n");
	setenv("NO_COLOR", "", 1); /* no-color.org: only when not empty */
	assert_string_equal(note_on_terminal(), "prog: \033[1mnote:\033[0m hi\r\n");
}

static void obeys_no_color(void **state)
{
	(void)state;
	setenv("NO_COLOR", "1", 1);
	assert_string_equal(note_on_terminal(), "prog: note: hi\r\n");
	unsetenv("NO_COLOR");
}

#define capture_test(function) \
	cmocka_unit_test_setup_teardown(function, capture_setup, capture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		capture_test(prints_an_error_as_one_line),
		capture_test(prints_the_hint_on_a_second_line),
		capture_test(says_only_errors_when_quiet),
		capture_test(says_more_when_verbose),
		capture_test(cuts_a_long_line_but_ends_it),
		capture_test(lets_no_name_drive_the_terminal_or_fake_a_line),
		capture_test(keeps_a_name_that_is_escaped_already),
		capture_test(says_nothing_more_to_a_closed_stderr),
		capture_test(uses_colour_on_a_terminal_only),
		capture_test(obeys_no_color),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
