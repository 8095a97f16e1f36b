/* SPDX-License-Identifier: MIT */
/* Tests of builder/deposit: one entry as a real file. */
#include "workshop.h"

#include "builder/deposit.h"

static const struct content content = {.image_fd = -1};
static const struct deposit deposit = {.content = &content, .epoch = 77};

static void makes_files_with_mode_and_time_whatever_the_umask(void **state)
{
	const struct entry file = {.path = "/f",
				   .type = ENTRY_FILE,
				   .mode = 0751,
				   .origin = ORIGIN_TEXT,
				   .text = "text",
				   .size = 4};
	const struct entry fifo = {.path = "/p", .type = ENTRY_FIFO, .mode = 0622};
	const struct entry link = {.path = "/l", .type = ENTRY_LINK, .target = "gone"};
	int here = scratch_open(".", O_RDONLY | O_DIRECTORY);
	mode_t mask = umask(077);
	struct error err;
	struct stat st;

	(void)state;
	assert_int_equal(deposit_make(&deposit, here, "f", &file, &err), 0);
	assert_int_equal(deposit_make(&deposit, here, "p", &fifo, &err), 0);
	assert_int_equal(deposit_make(&deposit, here, "l", &link, &err), 0);
	umask(mask);
	scratch_expect("f", "text");
	assert_int_equal(stat("f", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0751);
	assert_int_equal(st.st_mtim.tv_sec, 77);
	assert_int_equal(stat("p", &st), 0);
	assert_int_equal(st.st_mode, S_IFIFO | 0622);
	assert_int_equal(lstat("l", &st), 0);
	assert_int_equal(st.st_mtim.tv_sec, 77);
	assert_int_equal(deposit_make(&deposit, here, "f", &file, &err), -EEXIST);
	close(here);
}

static void no_path_passes_through_a_symlink(void **state)
{
	(void)state;
	workshop_folder("root");
	workshop_folder("root/d");
	workshop_folder("outside");
	assert_int_equal(symlink("../outside", "root/l"), 0);
	int here = scratch_open("root", O_RDONLY | O_DIRECTORY);
	int fd = deposit_open_parent(here, "/d/x");
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(deposit_open_parent(here, "/l/x"), -ELOOP);
	assert_int_equal(deposit_open(here, "/../outside", O_RDONLY), -EXDEV);
	fd = deposit_open(here, "/l",
			  O_PATH | O_NOFOLLOW); /* the link itself may be looked at */
	assert_true(fd >= 0);
	close(fd);
	close(here);
}

static void finishes_folders(void **state)
{
	int here = scratch_open(".", O_RDONLY | O_DIRECTORY);
	struct error err;
	struct stat st;

	(void)state;
	workshop_folder("d");
	assert_int_equal(deposit_finish_folder(here, "/d", 01555, 77, &err), 0);
	assert_int_equal(stat("d", &st), 0);
	assert_int_equal(st.st_mode & 07777, 01555);
	assert_int_equal(st.st_mtim.tv_sec, 77);
	assert_int_equal(deposit_finish_folder(here, "/d", DEPOSIT_KEEP_MODE, 78, &err),
			 0);
	assert_int_equal(stat("d", &st), 0);
	assert_int_equal(st.st_mode & 07777, 01555);
	assert_int_equal(deposit_finish_folder(here, "/none", 0755, 77, &err), -ENOENT);
	close(here);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(makes_files_with_mode_and_time_whatever_the_umask),
		scratch_test(no_path_passes_through_a_symlink),
		scratch_test(finishes_folders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
