/* SPDX-License-Identifier: MIT */
/*
 * problems: what is kept, and what is only counted.
 */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "elfdeps/problems.h"

static void keeps_copies_in_their_order(void **state)
{
	_cleanup_arena_ struct arena arena = {0};
	_cleanup_problems_ struct problems problems = {.arena = &arena};
	char name[] = "gone";
	const struct elfdeps_problem problem = {.kind = ELFDEPS_PROBLEM_SYMBOL,
						.failure = true,
						.object = "/lib/a",
						.name = name,
						.text = "undefined"};
	const struct elfdeps_problem note = {
		.kind = ELFDEPS_PROBLEM_CACHE, .object = "/lib/b", .text = "stale"};
	struct elfdeps_problems found;

	(void)state;
	assert_int_equal(problems_add(&problems, &problem, NULL), 0);
	assert_int_equal(problems_add(&problems, &note, NULL), 0);
	name[0] = 'x';
	assert_int_equal(problems_finish(&problems, &found, NULL), 0);
	assert_int_equal(found.count, 2);
	assert_int_equal(found.failures, 1);
	assert_int_equal(found.notes, 1);
	assert_string_equal(found.items[0].name, "gone");
	assert_null(found.items[0].version);
	assert_string_equal(found.items[1].text, "stale");
}

static void counts_what_it_does_not_keep(void **state)
{
	_cleanup_arena_ struct arena arena = {0};
	_cleanup_problems_ struct problems problems = {.arena = &arena};
	char *name = malloc(100001);
	struct elfdeps_problem problem = {.failure = false, .object = "/a", .text = name};
	struct elfdeps_problems found;

	(void)state;
	assert_non_null(name);
	memset(name, 'x', 100000);
	name[100000] = '\0';
	for (size_t i = 0; i < 3 * PROBLEMS_MAX; i++)
		assert_int_equal(problems_add(&problems, &problem, NULL), 0);
	problem.failure = true;
	assert_int_equal(problems_add(&problems, &problem, NULL), 0);
	assert_int_equal(problems_finish(&problems, &found, NULL), 0);
	assert_int_equal(found.count, PROBLEMS_MAX + 1);
	assert_int_equal(found.notes, 3 * PROBLEMS_MAX);
	assert_int_equal(found.failures, 1);
	assert_true(found.items[PROBLEMS_MAX].failure);
	assert_int_equal(strlen(found.items[0].text), PROBLEMS_NAME_MAX);
	free(name);
}

static void every_kind_has_a_name(void **state)
{
	(void)state;
	for (int kind = 0; kind <= ELFDEPS_PROBLEM_CACHE; kind++)
		assert_true(elfdeps_problem_name((enum elfdeps_problem_kind)kind)[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_copies_in_their_order),
		cmocka_unit_test(counts_what_it_does_not_keep),
		cmocka_unit_test(every_kind_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
