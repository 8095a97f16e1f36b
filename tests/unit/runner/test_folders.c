/* SPDX-License-Identifier: MIT */
/* Tests of folders: what is set last, in which order, and which of several wins. */
#include "tests/unit/unit.h"

#include <errno.h>

#include "rawtar.h"
#include "runner/folders.h"

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

static struct folder item(const char *path, mode_t mode, time_t mtime)
{
	struct folder one = {.path = path, .attributes = {.mode = mode}};

	one.attributes.times[0].tv_nsec = UTIME_OMIT;
	one.attributes.times[1].tv_sec = mtime;
	return one;
}

static void add(struct folders *folders, const char *path, mode_t mode, time_t mtime)
{
	struct folder one = item(path, mode, mtime);
	struct error err = {0};

	assert_int_equal(folders_add(folders, &one, &err), 0);
}

static void closes_folders_after_what_is_in_them(void **state)
{
	_cleanup_folders_ struct folders folders = {0};
	struct error err = {0};
	struct stat st;

	(void)state;
	assert_int_equal(mkdirat(folder_fd, "a", 0700), 0);
	assert_int_equal(mkdirat(folder_fd, "a/b", 0700), 0);
	assert_int_equal(mkdirat(folder_fd, "a-b", 0700), 0);
	add(&folders, "", 0711, 1);
	add(&folders, "a", 0, 2); /* nobody but root could enter it to set a/b */
	add(&folders, "a/b", 02750, 3);
	add(&folders, "a-b", 01777, 4);
	assert_int_equal(folders_finish(&folders, folder_fd, &err), 0);
	assert_int_equal(fstat(folder_fd, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0711);
	assert_int_equal(st.st_mtim.tv_sec, 1);
	assert_int_equal(fstatat(folder_fd, "a", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0);
	assert_int_equal(st.st_mtim.tv_sec, 2);
	assert_int_equal(fstatat(folder_fd, "a-b", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 01777);
	assert_int_equal(fchmodat(folder_fd, "a", 0700, 0), 0);
	assert_int_equal(fstatat(folder_fd, "a/b", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 02750);
	assert_int_equal(st.st_mtim.tv_sec, 3);
}

static void takes_the_last_word_of_several(void **state)
{
	_cleanup_folders_ struct folders folders = {0};
	struct error err = {0};
	struct stat st;

	(void)state;
	assert_int_equal(mkdirat(folder_fd, "a", 0700), 0);
	for (int i = 0; i < 50; i++)
		add(&folders, "a", 0, 1);
	add(&folders, "a", 0755, 77);
	assert_int_equal(folders_finish(&folders, folder_fd, &err), 0);
	assert_int_equal(fstatat(folder_fd, "a", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0755);
	assert_int_equal(st.st_mtim.tv_sec, 77);
}

static void sets_nothing_through_a_symlink(void **state)
{
	_cleanup_folders_ struct folders folders = {0};
	struct error err = {0};
	struct stat st;

	(void)state;
	assert_int_equal(mkdirat(folder_fd, "real", 0700), 0);
	assert_int_equal(symlinkat("real", folder_fd, "link"), 0);
	add(&folders, "link", 0777, 1);
	assert_int_equal(folders_finish(&folders, folder_fd, &err), -ENOTDIR);
	assert_int_equal(fstatat(folder_fd, "real", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(closes_folders_after_what_is_in_them,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(takes_the_last_word_of_several, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(sets_nothing_through_a_symlink, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
