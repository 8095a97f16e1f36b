/* SPDX-License-Identifier: MIT */
/* Tests of sweep: trees that resist, links that lead out, and entries in use. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/file.h>

#include "rawtar.h"

static char folder[256];
static int folder_fd;

static int set_up(void **state)
{
	(void)state;
	folder_fd = rawtar_folder(folder, sizeof(folder));
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	rawtar_remove(folder, folder_fd);
	return 0;
}

static bool exists(const char *name)
{
	return faccessat(folder_fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static void make_entry(const char *name)
{
	char root[300];

	snprintf(root, sizeof(root), "%s/root", name);
	assert_int_equal(mkdirat(folder_fd, name, 0700), 0);
	assert_int_equal(mkdirat(folder_fd, root, 0700), 0);
}

static void removes_a_tree_whose_folders_are_closed(void **state)
{
	struct error err = {0};

	(void)state;
	assert_int_equal(mkdirat(folder_fd, "t", 0700), 0);
	assert_int_equal(mkdirat(folder_fd, "t/a", 0700), 0);
	assert_int_equal(mkdirat(folder_fd, "t/a/b", 0700), 0);
	assert_int_equal(mkdirat(folder_fd, "t/a/b/c", 0700), 0);
	assert_int_equal(mknodat(folder_fd, "t/a/b/f", S_IFREG, 0), 0);
	assert_int_equal(fchmodat(folder_fd, "t/a/b/c", 0, 0), 0);
	assert_int_equal(fchmodat(folder_fd, "t/a/b", 0500, 0), 0);
	assert_int_equal(fchmodat(folder_fd, "t/a", 0, 0), 0);
	assert_int_equal(fchmodat(folder_fd, "t", 0, 0), 0);
	assert_int_equal(sweep_tree(folder_fd, "t", &err), 0);
	assert_false(exists("t"));
}

static void removes_a_tree_deeper_than_descriptors_last(void **state)
{
	struct error err = {0};
	int at = dup(folder_fd);

	(void)state;
	for (int i = 0; i < 3000; i++) {
		assert_int_equal(mkdirat(at, "deep", 0700), 0);
		int next = openat(at, "deep", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		close(at);
		at = next;
	}
	close(at);
	assert_int_equal(sweep_tree(folder_fd, "deep", &err), 0);
	assert_false(exists("deep"));
}

static void follows_no_link(void **state)
{
	struct error err = {0};

	(void)state;
	assert_int_equal(mkdirat(folder_fd, "keep", 0700), 0);
	assert_int_equal(mknodat(folder_fd, "keep/file", S_IFREG, 0), 0);
	assert_int_equal(mkdirat(folder_fd, "t", 0700), 0);
	assert_int_equal(symlinkat("../keep", folder_fd, "t/link"), 0);
	assert_int_equal(symlinkat("keep", folder_fd, "direct"), 0);
	assert_int_equal(sweep_tree(folder_fd, "t", &err), 0);
	assert_int_equal(sweep_tree(folder_fd, "direct", &err), 0);
	assert_true(exists("keep/file"));
	assert_false(exists("t"));
	assert_false(exists("direct"));
	assert_int_equal(sweep_tree(folder_fd, "nothing", &err), 0);
}

static void leaves_an_entry_that_is_in_use(void **state)
{
	struct error err = {0};

	(void)state;
	make_entry("1-2-3@boot");
	int fd = openat(folder_fd, "1-2-3@boot", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(flock(fd, LOCK_SH), 0);
	assert_int_equal(sweep_entry(folder_fd, "1-2-3@boot", &err), -EBUSY);
	assert_true(exists("1-2-3@boot/root"));
	close(fd);
	assert_int_equal(sweep_entry(folder_fd, "1-2-3@boot", &err), 0);
	assert_false(exists("1-2-3@boot"));
}

static void removes_only_what_nothing_leads_to(void **state)
{
	const struct sweep_rules rules = {"1-2-9@now", "1-2-", "@now"};

	(void)state;
	make_entry("1-2-9@now");     /* own */
	make_entry("1-2-5@now");     /* the archive as it was */
	make_entry("7-8-9@now");     /* another archive */
	make_entry("7-8-9@before");  /* before the last boot */
	make_entry("tmp.1-2-9@now"); /* being made by the caller */
	make_entry("tmp.7-8-9@now"); /* of somebody who was killed */
	make_entry("dead.1-1-1@now");
	make_entry("notes"); /* the user's */
	sweep_folder(folder_fd, &rules);
	assert_true(exists("1-2-9@now/root"));
	assert_false(exists("1-2-5@now"));
	assert_true(exists("7-8-9@now/root"));
	assert_false(exists("7-8-9@before"));
	assert_true(exists("tmp.1-2-9@now/root"));
	assert_false(exists("tmp.7-8-9@now"));
	assert_false(exists("dead.1-1-1@now"));
	assert_true(exists("notes/root"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(removes_a_tree_whose_folders_are_closed),
		TEST(removes_a_tree_deeper_than_descriptors_last),
		TEST(follows_no_link),
		TEST(leaves_an_entry_that_is_in_use),
		TEST(removes_only_what_nothing_leads_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
