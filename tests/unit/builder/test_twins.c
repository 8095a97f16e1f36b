/* SPDX-License-Identifier: MIT */
/* Tests of builder/twins: which entries are hard links. */
#include "workshop.h"

#include "builder/twins.h"

static void the_first_is_the_file_and_the_others_are_links(void **state)
{
	struct twins twins = {0};
	const struct entry a = {.path = "/a", .device = 1, .inode = 2};
	const struct entry b = {.path = "/b", .device = 1, .inode = 2};
	const struct entry c = {.path = "/c", .device = 2, .inode = 1};
	const struct entry alone = {.path = "/d"};
	const struct entry *twin;
	struct error err;

	(void)state;
	assert_int_equal(twins_find(&twins, &a, &twin, &err), 0);
	assert_null(twin);
	assert_int_equal(twins_find(&twins, &b, &twin, &err), 0);
	assert_ptr_equal(twin, &a);
	assert_int_equal(twins_find(&twins, &c, &twin, &err), 0);
	assert_null(twin);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(twins_find(&twins, &alone, &twin, &err), 0);
		assert_null(twin);
	}
	twins_free(&twins);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(the_first_is_the_file_and_the_others_are_links),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
