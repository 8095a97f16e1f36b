/* SPDX-License-Identifier: MIT */
/* Tests of builder/recipe: what was asked for, once each. */
#include "workshop.h"

#include "builder/recipe.h"

static void keeps_the_order_and_no_doubles(void **state)
{
	_cleanup_recipe_ struct recipe recipe = {0};
	char a[] = "/a", b[] = "/b";
	const struct operand plain = {.path = a}, placed = {.path = a, .dest = b};
	const struct operand other = {.path = b};
	struct error err;

	(void)state;
	assert_int_equal(recipe_add(&recipe, &other, &err), 0);
	assert_int_equal(recipe_add(&recipe, &plain, &err), 0);
	assert_int_equal(recipe_add(&recipe, &placed, &err), 0);
	assert_int_equal(recipe_add(&recipe, &plain, &err), 0);
	assert_int_equal(recipe_add(&recipe, &other, &err), 0);
	assert_int_equal(recipe.count, 3);
	assert_string_equal(recipe.operands[0].path, "/b");
	assert_null(recipe.operands[1].dest);
	assert_string_equal(recipe.operands[2].dest, "/b");
}

static void terms_are_sorted(void **state)
{
	_cleanup_recipe_ struct recipe recipe = {0};
	struct error err;

	(void)state;
	assert_int_equal(recipe_add_term(&recipe, "kitty", &err), 0);
	assert_int_equal(recipe_add_term(&recipe, "foot", &err), 0);
	assert_int_equal(recipe_add_term(&recipe, "kitty", &err), 0);
	assert_int_equal(recipe.terms.count, 2);
	assert_string_equal(recipe.terms.items[0], "foot");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(keeps_the_order_and_no_doubles),
		scratch_test(terms_are_sorted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
