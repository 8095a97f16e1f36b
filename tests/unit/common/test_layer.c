/* SPDX-License-Identifier: MIT */
/* Tests of layer: what it shows of a layer, in what order, and what it never touches. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <limits.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include "common/fd.h"
#include "common/layer.h"
#include "scratch.h"

static char seen[8192];

/* layer_see: the path, '-' before a whiteout, '/' behind a folder, '!' behind one that hides. */
static int see(void *data, const struct layer_item *item, struct error *err)
{
	size_t used = strlen(seen);

	(void)data;
	(void)err;
	snprintf(seen + used, sizeof(seen) - used, "%s%s%s%s ",
		 item->is_whiteout ? "-" : "", item->path,
		 S_ISDIR(item->st.st_mode) ? "/" : "", item->hides ? "!" : "");
	return 0;
}

static int walk(struct error *err)
{
	_cleanup_fd_ int root = scratch_open(".", O_RDONLY | O_DIRECTORY);

	seen[0] = '\0';
	return layer_walk(root, see, NULL, err);
}

static void shows(const char *expected)
{
	struct error err = {0};

	if (walk(&err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(seen, expected);
}

static void mark(const char *path, const char *value)
{
	if (setxattr(path, "user.overlay.opaque", value, strlen(value), 0) < 0)
		fail_msg("user xattrs are needed in /tmp: %s", strerror(errno));
}

static void shows_all_of_a_folder_before_what_lies_in_it_sorted(void **state)
{
	(void)state;
	assert_int_equal(mkdir("b", 0755) | mkdir("a", 0700) | mkdir("b/c", 0755), 0);
	scratch_write("b/x", "");
	scratch_write("b/\n", "");
	assert_int_equal(symlink("/etc", "a/link"), 0);
	shows("/a/ /b/ /a/link /b/\n /b/c/ /b/x ");
}

static void hides_below_an_opaque_folder_and_all_in_it(void **state)
{
	(void)state;
	assert_int_equal(mkdir("a", 0755) | mkdir("a/b", 0755) | mkdir("z", 0755), 0);
	mark("a", "y");
	mark("z", "no");
	shows("/a/! /z/ /a/b/! ");
}

static void knows_marked_files_only_in_folders_that_are_marked_for_it(void **state)
{
	(void)state;
	assert_int_equal(mkdir("a", 0755), 0);
	scratch_write("a/gone", "");
	scratch_write("a/full", "x");
	scratch_write("a/here", "");
	assert_int_equal(setxattr("a/gone", "user.overlay.whiteout", "y", 1, 0), 0);
	assert_int_equal(setxattr("a/full", "user.overlay.whiteout", "y", 1, 0), 0);
	shows("/a/ /a/full /a/gone /a/here ");
	mark("a", "x");
	shows("/a/ /a/full -/a/gone /a/here ");
}

static void knows_whiteouts_and_opens_no_fifo(void **state)
{
	(void)state;
	assert_int_equal(mkfifo("fifo", 0644), 0);
	/* Anybody may make one: Linux 5.8. */
	assert_int_equal(mknod("gone", S_IFCHR | 0600, makedev(0, 0)), 0);
	shows("/fifo -/gone ");
}

static void refuses_what_is_deeper_than_a_path_can_say(void **state)
{
	char name[200], home[PATH_MAX];
	struct error err = {0};

	(void)state;
	assert_non_null(getcwd(home, sizeof(home)));
	memset(name, 'd', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	for (int i = 0; i < 30; i++)
		assert_int_equal(mkdir(name, 0755) | chdir(name), 0);
	assert_int_equal(chdir(home), 0);
	assert_int_equal(walk(&err), -ENAMETOOLONG);
	assert_non_null(strstr(err.text, "/dddd"));
	/* nftw could not remove it either. */
	assert_int_equal(system("rm -rf dddd*"), 0);
}

static int stop(void *data, const struct layer_item *item, struct error *err)
{
	++*(int *)data;
	return error_set(err, EBUSY, "%s", item->path);
}

static void ends_with_the_first_error_of_its_caller(void **state)
{
	_cleanup_fd_ int root = scratch_open(".", O_RDONLY | O_DIRECTORY);
	struct error err = {0};
	int calls = 0;

	(void)state;
	scratch_write("a", "");
	scratch_write("b", "");
	assert_int_equal(layer_walk(root, stop, &calls, &err), -EBUSY);
	assert_int_equal(calls, 1);
	assert_string_equal(err.text, "/a");
}

static void opens_nothing_through_a_symlink(void **state)
{
	_cleanup_fd_ int root = scratch_open(".", O_RDONLY | O_DIRECTORY);

	(void)state;
	assert_int_equal(mkdir("a", 0755) | symlink("a", "b") | symlink("/", "c"), 0);
	scratch_write("a/x", "");
	int fd = layer_open(root, "/a/x", O_RDONLY);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(layer_open(root, "/b/x", O_RDONLY), -ELOOP);
	assert_int_equal(layer_open(root, "/c/etc", O_RDONLY), -ELOOP);
	assert_int_equal(layer_open(root, "/../x", O_RDONLY), -EXDEV);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(shows_all_of_a_folder_before_what_lies_in_it_sorted),
		scratch_test(hides_below_an_opaque_folder_and_all_in_it),
		scratch_test(knows_marked_files_only_in_folders_that_are_marked_for_it),
		scratch_test(knows_whiteouts_and_opens_no_fifo),
		scratch_test(refuses_what_is_deeper_than_a_path_can_say),
		scratch_test(ends_with_the_first_error_of_its_caller),
		scratch_test(opens_nothing_through_a_symlink),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
