/* SPDX-License-Identifier: MIT */
/*
 * inodes: each file is found by both of its numbers, before and after the table grows.
 */
#include "tests/unit/unit.h"

#include "elfdeps/inodes.h"

enum { OBJECTS = 5000 };

static struct object objects[2][OBJECTS];

static void fill(struct inodes *inodes)
{
	for (size_t device = 0; device < 2; device++) {
		for (size_t i = 0; i < OBJECTS; i++) {
			struct object *object = &objects[device][i];

			/* Numbers whose low halves are all alike. */
			*object = (struct object){.device = device, .inode = i << 32};
			assert_null(inodes_find(inodes, device, i << 32));
			assert_int_equal(inodes_add(inodes, object, NULL), 0);
		}
	}
}

static void expect_all(const struct inodes *inodes)
{
	assert_int_equal(inodes->count, 2 * OBJECTS);
	for (size_t device = 0; device < 2; device++)
		for (size_t i = 0; i < OBJECTS; i++)
			assert_ptr_equal(inodes_find(inodes, device, i << 32),
					 &objects[device][i]);
	assert_null(inodes_find(inodes, 2, 0));
	assert_null(inodes_find(inodes, 0, 1));
}

static void finds_by_device_and_inode(void **state)
{
	struct inodes inodes = {0};

	(void)state;
	fill(&inodes);
	expect_all(&inodes);
	inodes_free(&inodes);
	assert_null(inodes_find(&inodes, 0, 0));
}

static void grows_behind_what_was_reserved(void **state)
{
	_cleanup_arena_ struct arena arena = {0};
	struct inodes inodes = {0};

	(void)state;
	assert_int_equal(inodes_reserve(&inodes, 1000, &arena, NULL), 0);
	assert_true(inodes.lent && inodes.size >= 1024);
	fill(&inodes);
	assert_false(inodes.lent);
	expect_all(&inodes);
	inodes_free(&inodes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_by_device_and_inode),
		cmocka_unit_test(grows_behind_what_was_reserved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
