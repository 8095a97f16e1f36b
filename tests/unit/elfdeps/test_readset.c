/* SPDX-License-Identifier: MIT */
/*
 * readset: what is entered is found by its identity, by whatever thread; a full set forgets and
 * never gives the wrong file.
 */
#include "tests/unit/unit.h"

#include <pthread.h>

#include "elfdeps/readset.h"

enum { OBJECTS = 4000 };

static struct object objects[2][OBJECTS];

static void finds_by_device_and_inode(void **state)
{
	struct object one = {.device = 1, .inode = 7}, other = {.device = 2, .inode = 7};
	_cleanup_arena_ struct arena arena = {0};
	struct readset *set;

	(void)state;
	assert_int_equal(readset_make(8, &arena, &set, NULL), 0);
	assert_null(readset_find(set, 1, 7));
	readset_add(set, &one);
	readset_add(set, &other);
	assert_ptr_equal(readset_find(set, 1, 7), &one);
	assert_ptr_equal(readset_find(set, 2, 7), &other);
	assert_null(readset_find(set, 1, 8));
}

static void a_full_set_forgets(void **state)
{
	_cleanup_arena_ struct arena arena = {0};
	struct readset *set;
	size_t found = 0;

	(void)state;
	assert_int_equal(readset_make(1, &arena, &set, NULL), 0);
	for (size_t i = 0; i < OBJECTS; i++) {
		objects[0][i] = (struct object){.device = 1, .inode = i};
		readset_add(set, &objects[0][i]);
	}
	for (size_t i = 0; i < OBJECTS; i++) {
		const struct object *object = readset_find(set, 1, i);

		assert_true(!object || object == &objects[0][i]);
		found += object != NULL;
	}
	assert_in_range(found, 1, 64);
}

struct side {
	struct readset *set;
	struct object *own;
	size_t wrong;
};

/* Enters its own objects and looks for everybody's. */
static void *work(void *data)
{
	struct side *side = data;

	for (size_t i = 0; i < OBJECTS; i++) {
		const struct object *found = readset_find(side->set, 1, i);

		if (found && (found->inode != i || !found->soname))
			side->wrong++;
		if (found)
			continue;
		side->own[i] = (struct object){.device = 1, .inode = i, .soname = "lib"};
		readset_add(side->set, &side->own[i]);
		if (!readset_find(side->set, 1, i))
			side->wrong++;
	}
	return NULL;
}

static void threads_see_whole_objects_of_each_other(void **state)
{
	(void)state;
	for (int round = 0; round < 50; round++) {
		_cleanup_arena_ struct arena arena = {0};
		struct readset *set;
		struct side sides[2];
		pthread_t thread;

		/* Room for what both enter at the same time. */
		assert_int_equal(readset_make(4 * OBJECTS, &arena, &set, NULL), 0);
		for (size_t i = 0; i < 2; i++)
			sides[i] = (struct side){.set = set, .own = objects[i]};
		assert_int_equal(pthread_create(&thread, NULL, work, &sides[1]), 0);
		work(&sides[0]);
		assert_int_equal(pthread_join(thread, NULL), 0);
		assert_int_equal(sides[0].wrong + sides[1].wrong, 0);
		for (size_t i = 0; i < OBJECTS; i++)
			assert_non_null(readset_find(set, 1, i));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_by_device_and_inode),
		cmocka_unit_test(a_full_set_forgets),
		cmocka_unit_test(threads_see_whole_objects_of_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
