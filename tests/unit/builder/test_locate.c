/* SPDX-License-Identifier: MIT */
/* Tests of builder/locate: what an operand means. */
#include "workshop.h"

#include "builder/locate.h"

static const struct sysroot host = {.fd = -1};

static void expect(const char *text, const char *path, const char *dest)
{
	_cleanup_operand_ struct operand operand = {0};
	struct error err = {0};

	assert_int_equal(locate(&host, text, &operand, &err), 0);
	assert_string_equal(operand.path, path);
	if (dest)
		assert_string_equal(operand.dest, dest);
	else
		assert_null(operand.dest);
}

static void splits_at_the_last_colon_before_a_slash(void **state)
{
	(void)state;
	expect("/a/b", "/a/b", NULL);
	expect("/a/b:/c", "/a/b", "/c");
	expect("/a:b:/c/", "/a:b", "/c/");
	expect("/a:b", "/a:b", NULL);
	expect("/a:/b:/c", "/a:/b", "/c");
	expect("/a///", "/a", NULL);
}

static void looks_a_bare_name_up_in_path(void **state)
{
	struct operand operand;
	struct error err;
	char folder[PATH_MAX], expected[PATH_MAX + 16];

	(void)state;
	assert_non_null(getcwd(folder, sizeof(folder)));
	workshop_folder("one");
	workshop_folder("two");
	scratch_write("one/tool", "not executable");
	workshop_script("two/tool", "#!/bin/sh\n");
	snprintf(expected, sizeof(expected), "relative:%.1000s/one:%.1000s/two", folder,
		 folder);
	setenv("PATH", expected, 1);
	snprintf(expected, sizeof(expected), "%.1000s/two/tool", folder);
	expect("tool", expected, NULL);
	expect("tool:/bin/x", expected, "/bin/x");
	scratch_write("here", "");
	assert_int_equal(locate(&host, "here", &operand, &err), -ENOENT);
	assert_string_equal(err.hint, "for the file in this folder write ./here");
}

static void makes_relative_paths_absolute(void **state)
{
	char folder[PATH_MAX], expected[PATH_MAX + 16];

	(void)state;
	assert_non_null(getcwd(folder, sizeof(folder)));
	workshop_folder("real");
	assert_int_equal(symlink("real", "link"), 0);
	snprintf(expected, sizeof(expected), "%s/x", folder);
	expect("./x", expected, NULL);
	expect("real/../x", expected, NULL);
	snprintf(expected, sizeof(expected), "%s/link", folder);
	expect("./link", expected, NULL); /* a symlink that was named stays one */
	expect(".", folder, NULL);
	expect("real/..", folder, NULL);
}

static void counts_from_a_root_that_is_given(void **state)
{
	_cleanup_sysroot_ struct sysroot root = {.fd = -1};
	_cleanup_operand_ struct operand named = {0}, bare = {0};
	struct error err;

	(void)state;
	workshop_folder("root");
	workshop_folder("root/usr");
	workshop_folder("root/usr/bin");
	workshop_script("root/usr/bin/tool", "");
	assert_int_equal(sysroot_open("root", &root, &err), 0);
	assert_int_equal(locate(&root, "a/../b", &named, &err), 0);
	assert_string_equal(named.path, "/b");
	setenv("PATH", "/nowhere", 1);
	assert_int_equal(locate(&root, "tool", &bare, &err), 0);
	assert_string_equal(bare.path, "/usr/bin/tool");
}

static void an_empty_name_is_an_error(void **state)
{
	struct operand operand;
	struct error err;

	(void)state;
	assert_int_equal(locate(&host, "", &operand, &err), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(splits_at_the_last_colon_before_a_slash),
		scratch_test(looks_a_bare_name_up_in_path),
		scratch_test(makes_relative_paths_absolute),
		scratch_test(counts_from_a_root_that_is_given),
		scratch_test(an_empty_name_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
