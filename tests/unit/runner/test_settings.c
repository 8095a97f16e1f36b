/* SPDX-License-Identifier: MIT */
/* Tests of settings: each name of /.jail/config, the escapes, and what is refused. */
#include "tests/unit/unit.h"

#include <errno.h>

#include "jailimage.h"
#include "runner/settings.h"

static const char config[] = ".jail/config";
static struct jailimage image;

static int set_up(void **state)
{
	(void)state;
	jailimage_make(&image);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	jailimage_remove(&image);
	return 0;
}

static void read_text(const char *text, struct settings *settings)
{
	struct error err = {0};

	jailimage_write(&image, config, text, 0644);
	if (settings_read(image.fd, settings, &err) < 0)
		fail_msg("%s", err.text);
}

static void refuses(const char *text, const char *words)
{
	_cleanup_settings_ struct settings settings = {0};
	struct error err = {0};

	jailimage_write(&image, config, text, 0644);
	assert_int_equal(settings_read(image.fd, &settings, &err), -EINVAL);
	assert_non_null(strstr(err.text, words));
}

static void has_none_without_the_file(void **state)
{
	_cleanup_settings_ struct settings settings = {0};
	struct error err = {0};

	(void)state;
	assert_int_equal(settings_read(image.fd, &settings, &err), 0);
	assert_int_equal(settings.entrypoint.count, 0);
	assert_int_equal(settings.command.count, 0);
	assert_int_equal(settings.environment.count, 0);
	assert_null(settings.workdir);
	assert_null(settings.user);
}

static void reads_every_name(void **state)
{
	_cleanup_settings_ struct settings settings = {0};

	(void)state;
	read_text("entrypoint=/bin/sh\nentrypoint=-c\ncmd=echo\ncmd=\nworkdir=/srv\n"
		  "user=alice:audio\nenv=A=1\nenv=B==2=\nlabel=x=y\n",
		  &settings);
	assert_int_equal(settings.entrypoint.count, 2);
	assert_string_equal(settings.entrypoint.items[0], "/bin/sh");
	assert_string_equal(settings.entrypoint.items[1], "-c");
	assert_int_equal(settings.command.count, 2);
	assert_string_equal(settings.command.items[0], "echo");
	assert_string_equal(settings.command.items[1], "");
	assert_string_equal(settings.workdir, "/srv");
	assert_string_equal(settings.user, "alice:audio");
	assert_int_equal(settings.environment.count, 2);
	assert_string_equal(settings.environment.items[0], "A=1");
	assert_string_equal(settings.environment.items[1], "B==2=");
}

static void takes_the_last_word_for_user_and_workdir(void **state)
{
	_cleanup_settings_ struct settings settings = {0};

	(void)state;
	read_text("user=a\nworkdir=/a\nuser=b\nworkdir=/b", &settings);
	assert_string_equal(settings.user, "b");
	assert_string_equal(settings.workdir, "/b");
}

static void undoes_the_escapes(void **state)
{
	_cleanup_settings_ struct settings settings = {0};

	(void)state;
	read_text("cmd=two\\nlines\ncmd=back\\\\slash\ncmd=\\\\n\ncmd=\\n\\n\n",
		  &settings);
	assert_int_equal(settings.command.count, 4);
	assert_string_equal(settings.command.items[0], "two\nlines");
	assert_string_equal(settings.command.items[1], "back\\slash");
	assert_string_equal(settings.command.items[2], "\\n");
	assert_string_equal(settings.command.items[3], "\n\n");
}

static void ignores_names_of_newer_images(void **state)
{
	_cleanup_settings_ struct settings settings = {0};

	(void)state;
	read_text("\n\nshell=zsh\nUSER=root\nuserx=a\n=x\nuse=b\ncmd=ls\n", &settings);
	assert_null(settings.user);
	assert_int_equal(settings.command.count, 1);
}

static void refuses_a_line_that_sets_nothing(void **state)
{
	(void)state;
	refuses("cmd=ls\n\nuser\n", "line 3");
	refuses("cmd", "line 1");
}

static void refuses_unknown_escapes(void **state)
{
	(void)state;
	refuses("cmd=ls\ncmd=a\\tb\n", "line 2");
	refuses("cmd=a\\", "line 1");
	refuses("cmd=a\\\nuser=b\n", "line 1");
	refuses("cmd=\\\\\\", "line 1");
}

static void can_be_freed_after_a_failure(void **state)
{
	struct settings settings = {0};
	struct error err = {0};

	(void)state;
	jailimage_write(&image, config, "user=a\ncmd=ls\nbad\n", 0644);
	assert_int_equal(settings_read(image.fd, &settings, &err), -EINVAL);
	settings_free(&settings);
	assert_null(settings.user);
	assert_int_equal(settings.command.count, 0);
}

static void refuses_hostile_kinds_of_file(void **state)
{
	struct settings settings = {0};
	struct error err = {0};

	(void)state;
	assert_int_equal(mkdirat(image.fd, ".jail", 0755), 0);
	assert_int_equal(mkfifoat(image.fd, config, 0644), 0);
	assert_int_equal(settings_read(image.fd, &settings, &err), -EINVAL);
	assert_int_equal(unlinkat(image.fd, config, 0), 0);
	assert_int_equal(mkdirat(image.fd, config, 0755), 0);
	assert_int_equal(settings_read(image.fd, &settings, &err), -EINVAL);
	assert_int_equal(unlinkat(image.fd, config, AT_REMOVEDIR), 0);
	jailimage_link(&image, "/proc/self/cmdline", config);
	assert_int_equal(settings_read(image.fd, &settings, &err), 0); /* not there */
	assert_int_equal(unlinkat(image.fd, config, 0), 0);
	jailimage_link(&image, "config", config);
	assert_int_equal(settings_read(image.fd, &settings, &err), -ELOOP);
}

static void refuses_a_file_over_the_limit(void **state)
{
	struct settings settings = {0};
	struct error err = {0};

	(void)state;
	jailimage_write(&image, config, "cmd=ls\n", 0644);
	int fd = openat(image.fd, config, O_WRONLY | O_CLOEXEC);
	assert_int_equal(ftruncate(fd, (1 << 20) + 1), 0);
	close(fd);
	assert_int_equal(settings_read(image.fd, &settings, &err), -EFBIG);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(has_none_without_the_file),
		TEST(reads_every_name),
		TEST(takes_the_last_word_for_user_and_workdir),
		TEST(undoes_the_escapes),
		TEST(ignores_names_of_newer_images),
		TEST(refuses_a_line_that_sets_nothing),
		TEST(refuses_unknown_escapes),
		TEST(can_be_freed_after_a_failure),
		TEST(refuses_hostile_kinds_of_file),
		TEST(refuses_a_file_over_the_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
