/* SPDX-License-Identifier: MIT */
/* Tests of destination: hostile names, and links that stand in the way of names. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <string.h>

#include "rawtar.h"
#include "runner/destination.h"

static char folder[256];
static int folder_fd;
static struct destination destination;
static struct destination_place place;

static int set_up(void **state)
{
	(void)state;
	folder_fd = rawtar_folder(folder, sizeof(folder));
	destination = (struct destination)DESTINATION_NONE;
	destination.root_fd = folder_fd;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	destination_close(&destination);
	rawtar_remove(folder, folder_fd);
	return 0;
}

static void cleans_names_as_tar_does(void **state)
{
	char clean[PATH_MAX];
	struct error err = {0};

	(void)state;
	assert_int_equal(destination_clean("/usr//./lib/", clean, &err), 0);
	assert_string_equal(clean, "usr/lib");
	assert_int_equal(destination_clean("./", clean, &err), 0);
	assert_string_equal(clean, "");
	assert_int_equal(destination_clean("a/...", clean, &err), 0);
	assert_string_equal(clean, "a/...");
}

static void refuses_names_that_lead_upwards(void **state)
{
	static const char *const names[] = {"..",     "../a", "a/..",
					    "a/../b", "/..",  "a//../../b"};
	char clean[PATH_MAX];
	struct error err = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(destination_clean(names[i], clean, &err), -EBADMSG);
}

static void refuses_names_that_are_too_long_or_too_deep(void **state)
{
	char name[PATH_MAX + 10], clean[PATH_MAX];
	struct error err = {0};

	(void)state;
	memset(name, 'a', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(destination_clean(name, clean, &err), -ENAMETOOLONG);
	for (int i = 0; i < 300; i++)
		memcpy(name + 2 * i, "a/", 3);
	assert_int_equal(destination_clean(name, clean, &err), -ENAMETOOLONG);
}

static void makes_missing_parents(void **state)
{
	struct error err = {0};
	struct stat st;

	(void)state;
	assert_int_equal(destination_find(&destination, "a/b/c", &place, &err), 0);
	assert_string_equal(place.base, "c");
	assert_int_equal(fstatat(folder_fd, "a/b", &st, AT_SYMLINK_NOFOLLOW), 0);
	assert_true(S_ISDIR(st.st_mode));
	assert_string_equal(destination.canonical, "a/b");
}

static void follows_the_links_of_a_merged_usr(void **state)
{
	struct error err = {0};
	struct stat wanted, found;

	(void)state;
	assert_int_equal(mkdirat(folder_fd, "usr", 0755), 0);
	assert_int_equal(mkdirat(folder_fd, "usr/bin", 0755), 0);
	assert_int_equal(symlinkat("/usr/bin", folder_fd, "bin"), 0);
	assert_int_equal(destination_find(&destination, "bin/sub/bash", &place, &err), 0);
	assert_string_equal(destination.canonical, "usr/bin/sub");
	assert_int_equal(fstatat(folder_fd, "usr/bin/sub", &wanted, 0), 0);
	assert_int_equal(fstat(place.parent_fd, &found), 0);
	assert_int_equal(wanted.st_ino, found.st_ino);
}

static void stays_inside_whatever_the_links_say(void **state)
{
	static const char *const targets[] = {"/", "..", "../../../..", "sub/../../..",
					      "/../.."};
	struct error err = {0};
	struct stat own, found;

	(void)state;
	assert_int_equal(fstat(folder_fd, &own), 0);
	assert_int_equal(mkdirat(folder_fd, "sub", 0755), 0);
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		assert_int_equal(symlinkat(targets[i], folder_fd, "link"), 0);
		destination_forget(&destination);
		assert_int_equal(
			destination_find(&destination, "link/file", &place, &err), 0);
		assert_int_equal(fstat(place.parent_fd, &found), 0);
		assert_int_equal(own.st_ino, found.st_ino);
		assert_int_equal(own.st_dev, found.st_dev);
		assert_string_equal(destination.canonical, "");
		assert_int_equal(unlinkat(folder_fd, "link", 0), 0);
	}
}

static void refuses_links_that_lead_to_no_folder(void **state)
{
	struct error err = {0};

	(void)state;
	assert_int_equal(symlinkat("/etc/nowhere", folder_fd, "dangling"), 0);
	assert_int_equal(symlinkat("loop", folder_fd, "loop"), 0);
	assert_int_equal(mknodat(folder_fd, "file", S_IFREG | 0644, 0), 0);
	assert_int_equal(symlinkat("file", folder_fd, "to-file"), 0);
	assert_int_equal(destination_find(&destination, "dangling/a", &place, &err),
			 -EBADMSG);
	assert_int_equal(destination_find(&destination, "loop/a", &place, &err),
			 -EBADMSG);
	assert_int_equal(destination_find(&destination, "file/a", &place, &err),
			 -EBADMSG);
	assert_int_equal(destination_find(&destination, "to-file/a", &place, &err),
			 -EBADMSG);
	assert_int_equal(faccessat(folder_fd, "etc", F_OK, 0), -1);
}

static void looks_again_after_a_link_was_replaced(void **state)
{
	struct error err = {0};

	(void)state;
	assert_int_equal(mkdirat(folder_fd, "old", 0755), 0);
	assert_int_equal(mkdirat(folder_fd, "new", 0755), 0);
	assert_int_equal(symlinkat("old", folder_fd, "link"), 0);
	assert_int_equal(destination_find(&destination, "link/a", &place, &err), 0);
	assert_string_equal(destination.canonical, "old");
	assert_int_equal(unlinkat(folder_fd, "link", 0), 0);
	assert_int_equal(symlinkat("new", folder_fd, "link"), 0);
	destination_forget(&destination);
	assert_int_equal(destination_find(&destination, "link/b", &place, &err), 0);
	assert_string_equal(destination.canonical, "new");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cleans_names_as_tar_does),
		cmocka_unit_test(refuses_names_that_lead_upwards),
		cmocka_unit_test(refuses_names_that_are_too_long_or_too_deep),
		cmocka_unit_test_setup_teardown(makes_missing_parents, set_up, tear_down),
		cmocka_unit_test_setup_teardown(follows_the_links_of_a_merged_usr, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(stays_inside_whatever_the_links_say,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(refuses_links_that_lead_to_no_folder,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(looks_again_after_a_link_was_replaced,
						set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
