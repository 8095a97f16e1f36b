/* SPDX-License-Identifier: MIT */
/*
 * Tests of common/ptrset: each pointer once, however many, however far apart.
 */
#include "tests/unit/unit.h"

#include <stdint.h>

#include "common/ptrset.h"

static void has_nothing_at_first(void **state)
{
	_cleanup_ptrset_ struct ptrset set = {0};
	int thing = 0;

	(void)state;
	assert_false(ptrset_has(&set, &thing));
	assert_int_equal(ptrset_add(&set, &thing, NULL), 1);
	assert_true(ptrset_has(&set, &thing));
	assert_int_equal(ptrset_add(&set, &thing, NULL), 0);
	assert_int_equal(set.count, 1);
	assert_false(ptrset_has(&set, &set));
}

static const void *pointer_at(uintptr_t step, uintptr_t i)
{
	return (const void *)((i + 1) * step);
}

/* Steps as of things in an array, of pages, and in the upper half of an address. */
static void tells_many_apart(void **state)
{
	static const uintptr_t steps[] = {1, 48, 4096, (uintptr_t)1 << 36};
	enum { MANY = 10000 };

	(void)state;
	for (size_t s = 0; s < sizeof(steps) / sizeof(steps[0]); s++) {
		_cleanup_ptrset_ struct ptrset set = {0};

		for (uintptr_t i = 0; i < MANY; i++)
			assert_int_equal(ptrset_add(&set, pointer_at(steps[s], i), NULL),
					 1);
		for (uintptr_t i = 0; i < MANY; i++)
			assert_int_equal(ptrset_add(&set, pointer_at(steps[s], i), NULL),
					 0);
		assert_int_equal(set.count, MANY);
		assert_false(ptrset_has(&set, pointer_at(steps[s], MANY)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_nothing_at_first),
		cmocka_unit_test(tells_many_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
