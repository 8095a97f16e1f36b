/* SPDX-License-Identifier: MIT */
/* Tests of status: the lines that --status-fd gets, read back by a JSON parser. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "runner/status.h"

static int ends[2];

static int open_pipe(void **state)
{
	(void)state;
	return pipe(ends);
}

static int close_pipe(void **state)
{
	(void)state;
	close(ends[0]);
	return close(ends[1]);
}

/* The one line that was written. */
static json_t *read_line(void)
{
	static char line[20000];
	json_error_t error;
	ssize_t length = read(ends[0], line, sizeof(line) - 1);

	assert_true(length > 0);
	assert_int_equal(line[length - 1], '\n');
	line[length] = '\0';
	assert_ptr_equal(strchr(line, '\n'), line + length - 1);
	json_t *root = json_loads(line, 0, &error);
	if (!root)
		fail_msg("%s: %s", error.text, line);
	return root;
}

static void expect_text(const json_t *root, const char *name, const char *text)
{
	assert_string_equal(json_string_value(json_object_get(root, name)), text);
}

static void expect_number(const json_t *root, const char *name, int number)
{
	assert_int_equal(json_integer_value(json_object_get(root, name)), number);
}

static void says_that_it_started_and_ended(void **state)
{
	(void)state;
	status_started(ends[1], 77);
	json_t *root = read_line();
	expect_text(root, "event", "started");
	expect_number(root, "pid", 77);
	json_decref(root);
	status_exited(ends[1], 143);
	root = read_line();
	expect_text(root, "event", "exited");
	expect_number(root, "status", 143);
	json_decref(root);
}

static void says_where_and_why_it_failed(void **state)
{
	struct error err = {0};

	(void)state;
	assert_true(error_set(&err, EACCES,
			      "a \"quoted\" back\\slash,\na line\x01 and ä") < 0);
	status_failed(ends[1], 125, STAGE_ROOTFS, &err);
	json_t *root = read_line();
	expect_text(root, "event", "failed");
	expect_number(root, "status", 125);
	expect_text(root, "stage", "rootfs");
	expect_number(root, "errno", EACCES);
	expect_text(root, "error", err.text);
	assert_null(json_object_get(root, "hint"));
	json_decref(root);
	assert_true(error_hint(&err, "do \"that\"") < 0);
	status_failed(ends[1], 125, STAGE_COMMAND, &err);
	root = read_line();
	expect_text(root, "hint", "do \"that\"");
	json_decref(root);
}

static void has_room_for_the_longest_error(void **state)
{
	struct error err = {.code = EIO};

	(void)state;
	memset(err.text, 1, sizeof(err.text) - 1);
	memset(err.hint, 2, sizeof(err.hint) - 1);
	status_failed(ends[1], 125, (enum stage)99, &err);
	json_t *root = read_line();
	expect_text(root, "error", err.text);
	expect_text(root, "hint", err.hint);
	expect_text(root, "stage", "unknown");
	json_decref(root);
}

static void minds_no_reader_that_is_gone(void **state)
{
	int gone[2];

	(void)state;
	assert_int_equal(pipe(gone), 0);
	close(gone[0]);
	status_exited(gone[1], 1); /* SIGPIPE would end the test */
	close(gone[1]);
	status_exited(gone[1], 1);
	status_exited(-1, 1);
}

static void takes_a_descriptor_that_can_be_written_to(void **state)
{
	static const char *const bad[] = {"", "x", "-1", "3x", "999", "99999999999"};
	struct error err = {0};
	char word[16];

	(void)state;
	snprintf(word, sizeof(word), "%d", ends[1]);
	assert_int_equal(status_open(word, &err), ends[1]);
	assert_int_equal(fcntl(ends[1], F_GETFD), FD_CLOEXEC);
	snprintf(word, sizeof(word), "%d", ends[0]);
	assert_int_equal(status_open(word, &err), -EINVAL);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(status_open(bad[i], &err), -EINVAL);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, open_pipe, close_pipe)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(says_that_it_started_and_ended),
		TEST(says_where_and_why_it_failed),
		TEST(has_room_for_the_longest_error),
		TEST(minds_no_reader_that_is_gone),
		TEST(takes_a_descriptor_that_can_be_written_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
