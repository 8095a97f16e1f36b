/* SPDX-License-Identifier: MIT */
/* Tests of builder/scratch: a private folder is removed with all that it holds. */
#include "workshop.h"

#include "builder/scratch.h"

static void it_is_private_and_goes_with_all_it_holds(void **state)
{
	struct scratch scratch = SCRATCH_NONE;
	struct error err;
	struct stat st;
	int here = scratch_open(".", O_RDONLY | O_DIRECTORY);

	(void)state;
	assert_int_equal(scratch_create(here, "image", &scratch, &err), 0);
	assert_true(!strncmp(scratch.name, ".image.", 7));
	assert_int_equal(fstat(scratch.fd, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(mkdirat(scratch.fd, "a", 0755), 0);
	assert_int_equal(mkdirat(scratch.fd, "a/b", 0755), 0);
	assert_int_equal(symlinkat("/etc", scratch.fd, "a/link"), 0);
	close(openat(scratch.fd, "a/b/file", O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	assert_int_equal(fchmodat(scratch.fd, "a/b", 0555, 0), 0);
	assert_int_equal(fchmodat(scratch.fd, "a", 0555, 0), 0);
	scratch_close(&scratch);
	assert_int_equal(scratch_count("."), 0);
	close(here);
}

static void one_that_was_given_away_stays(void **state)
{
	struct scratch scratch = SCRATCH_NONE;
	struct error err;
	int here = scratch_open(".", O_RDONLY | O_DIRECTORY);

	(void)state;
	assert_int_equal(scratch_create(here, "image", &scratch, &err), 0);
	assert_int_equal(renameat(here, scratch.name, here, "kept"), 0);
	scratch.name[0] = '\0';
	scratch_close(&scratch);
	assert_int_equal(scratch_count("."), 1);
	close(here);
}

static void what_a_killed_one_left_is_swept_and_nothing_else(void **state)
{
	struct scratch scratch = SCRATCH_NONE;
	struct error err;
	int here = scratch_open(".", O_RDONLY | O_DIRECTORY);

	(void)state;
	assert_int_equal(scratch_create(here, "image", &scratch, &err), 0);
	close(openat(scratch.fd, "file", O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	close(scratch.fd); /* as if this process had gone */
	workshop_folder(".image.0123456789abcde");
	workshop_folder(".image.0123456789abcdef0");
	workshop_folder(".other.0123456789abcdef");
	scratch_write(".image.0123456789abcdef", "no folder");
	scratch_sweep(here, "image");
	assert_int_equal(scratch_count("."), 4);
	close(here);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(it_is_private_and_goes_with_all_it_holds),
		scratch_test(what_a_killed_one_left_is_swept_and_nothing_else),
		scratch_test(one_that_was_given_away_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
