/* SPDX-License-Identifier: MIT */
/* Tests of options: each option of jailrun, where they end, and which do not go together. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "runner/options.h"

enum { MAX_WORDS = 31 };

/* The words of the last command line; `options` points into them. */
static char line[512];
static char *argv[MAX_WORDS + 1];

/* Splits "jailrun WORDS" at its blanks and parses it. */
static int parse(const char *words, struct options *options, struct error *err)
{
	int argc = 0;

	snprintf(line, sizeof(line), "jailrun %s", words);
	for (char *word = strtok(line, " "); word && argc < MAX_WORDS;
	     word = strtok(NULL, " "))
		argv[argc++] = word;
	argv[argc] = NULL;
	*options = (struct options){0};
	return options_parse(argc, argv, options, err);
}

static void must_parse(const char *words, struct options *options)
{
	struct error err = {0};

	if (parse(words, options, &err) < 0)
		fail_msg("%s: %s", words, err.text);
}

static void refuses(const char *words, const char *text)
{
	_cleanup_options_ struct options options = {0};
	struct error err = {0};

	assert_int_equal(parse(words, &options, &err), -EINVAL);
	if (!strstr(err.text, text))
		fail_msg("'%s' is not in: %s", text, err.text);
}

static void needs_only_an_image(void **state)
{
	_cleanup_options_ struct options options = {0};

	(void)state;
	must_parse("x.tar", &options);
	assert_string_equal(options.image, "x.tar");
	assert_null(options.command[0]);
	assert_null(options.hostname);
	assert_null(options.workdir);
	assert_null(options.user);
	assert_null(options.entrypoint);
	assert_false(options.read_only);
	assert_false(options.write);
}

static void takes_the_long_form_of_every_option(void **state)
{
	_cleanup_options_ struct options options = {0};

	(void)state;
	must_parse("--hostname box --workdir=/srv --user u:g --entrypoint /e --env A=1 "
		   "--env=B --volume /a:/b:ro --tmpfs /t:size=1m --share net,pid "
		   "--share=ipc --read-only --verbose --verbose --quiet image",
		   &options);
	assert_string_equal(options.hostname, "box");
	assert_string_equal(options.workdir, "/srv");
	assert_string_equal(options.user, "u:g");
	assert_string_equal(options.entrypoint, "/e");
	assert_int_equal(options.env.count, 2);
	assert_string_equal(options.env.items[0], "A=1");
	assert_string_equal(options.env.items[1], "B");
	assert_int_equal(options.volumes.count, 1);
	assert_string_equal(options.volumes.items[0], "/a:/b:ro");
	assert_int_equal(options.tmpfs.count, 1);
	assert_string_equal(options.tmpfs.items[0], "/t:size=1m");
	assert_int_equal(options.share.count, 2);
	assert_string_equal(options.share.items[1], "ipc");
	assert_true(options.read_only);
	assert_int_equal(options.common.verbose, 2);
	assert_true(options.common.quiet);
}

static void takes_the_letters_of_docker_run(void **state)
{
	_cleanup_options_ struct options options = {0};

	(void)state;
	must_parse("-h box -w/srv -u 5 -e A=1 -v /a:/b -v /c:/d -q --write image",
		   &options);
	assert_string_equal(options.hostname, "box");
	assert_string_equal(options.workdir, "/srv");
	assert_string_equal(options.user, "5");
	assert_int_equal(options.env.count, 1);
	assert_int_equal(options.volumes.count, 2); /* -v is no --verbose here */
	assert_string_equal(options.volumes.items[1], "/c:/d");
	assert_int_equal(options.common.verbose, 0);
	assert_true(options.common.quiet);
	assert_true(options.write);
}

static void leaves_the_commands_own_options_alone(void **state)
{
	_cleanup_options_ struct options options = {0};

	(void)state;
	must_parse("-e A=1 image ls -e --read-only -- --help --write", &options);
	assert_string_equal(options.image, "image");
	assert_int_equal(options.env.count, 1);
	assert_false(options.read_only);
	assert_false(options.common.help);
	assert_string_equal(options.command[0], "ls");
	assert_string_equal(options.command[1], "-e");
	assert_string_equal(options.command[2], "--read-only");
	assert_string_equal(options.command[3], "--");
	assert_string_equal(options.command[4], "--help");
	assert_string_equal(options.command[5], "--write");
	assert_null(options.command[6]);
}

static void ends_at_two_dashes(void **state)
{
	_cleanup_options_ struct options options = {0};

	(void)state;
	must_parse("--write -- -image -c", &options);
	assert_true(options.write);
	assert_string_equal(options.image, "-image");
	assert_string_equal(options.command[0], "-c");
	assert_null(options.command[1]);
}

static void takes_the_last_word_of_several(void **state)
{
	_cleanup_options_ struct options options = {0};

	(void)state;
	must_parse("-u a -u b --workdir /a --workdir /b image", &options);
	assert_string_equal(options.user, "b");
	assert_string_equal(options.workdir, "/b");
}

static void hints_at_the_order_when_there_is_no_image(void **state)
{
	_cleanup_options_ struct options options = {0};
	struct error err = {0};

	(void)state;
	assert_int_equal(parse("--write", &options, &err), -EINVAL);
	assert_string_equal(err.text, "no IMAGE given");
	assert_non_null(strstr(err.hint, "jailrun IMAGE"));
	refuses("", "no IMAGE");
	refuses("--", "no IMAGE");
}

static void needs_no_image_for_help_and_version(void **state)
{
	_cleanup_options_ struct options help = {0}, version = {0};

	(void)state;
	must_parse("--help", &help);
	assert_true(help.common.help);
	assert_null(help.image);
	must_parse("--read-only --version", &version);
	assert_true(version.common.version);
}

static void refuses_what_it_does_not_know(void **state)
{
	(void)state;
	refuses("--privileged image", "--privileged");
	refuses("-z image", "-z");
	refuses("--volume", "--volume");
	refuses("-v", "-v");
	refuses("--write=yes image", "--write");
}

static void refuses_read_only_together_with_write(void **state)
{
	(void)state;
	refuses("--read-only --write image", "exclude");
	refuses("--write --read-only image ls", "exclude");
}

static void shows_in_its_help_that_v_is_a_volume(void **state)
{
	const struct cli_common common = {.help = true};
	int before = dup(1), file = memfd_create("help", MFD_CLOEXEC);
	char text[8192] = "";

	(void)state;
	fflush(stdout);
	assert_int_equal(dup2(file, 1), 1);
	bool is_answered = cli_answer(&options_program, &common);
	fflush(stdout);
	assert_int_equal(dup2(before, 1), 1);
	close(before);
	assert_true(is_answered);
	assert_true(pread(file, text, sizeof(text) - 1, 0) > 0);
	close(file);
	assert_non_null(strstr(text, "[OPTION…] IMAGE [COMMAND [ARG…]]"));
	assert_non_null(strstr(text, "-v, --volume SRC:DST[:ro|rw,idmap]"));
	assert_non_null(strstr(text, "-h, --hostname NAME"));
	assert_null(strstr(text, "-v, --verbose"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(needs_only_an_image),
		cmocka_unit_test(takes_the_long_form_of_every_option),
		cmocka_unit_test(takes_the_letters_of_docker_run),
		cmocka_unit_test(leaves_the_commands_own_options_alone),
		cmocka_unit_test(ends_at_two_dashes),
		cmocka_unit_test(takes_the_last_word_of_several),
		cmocka_unit_test(hints_at_the_order_when_there_is_no_image),
		cmocka_unit_test(needs_no_image_for_help_and_version),
		cmocka_unit_test(shows_in_its_help_that_v_is_a_volume),
		cmocka_unit_test(refuses_what_it_does_not_know),
		cmocka_unit_test(refuses_read_only_together_with_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
