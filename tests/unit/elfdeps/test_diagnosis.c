/* SPDX-License-Identifier: MIT */
/*
 * diagnosis: lines for people, members for programs.
 */
#include "tests/unit/unit.h"

#include <string.h>

#include "elfdeps/diagnosis.h"
#include "printed.h"

static const struct elfdeps_problem found[] = {
	{.kind = ELFDEPS_PROBLEM_VERSION,
	 .failure = true,
	 .at_start = true,
	 .object = "/bin/prog",
	 .version = "V1",
	 .provider = "liba.so",
	 .text = "no V1"},
	{.kind = ELFDEPS_PROBLEM_CACHE, .object = "/lib/a", .text = "stale"},
	{.kind = ELFDEPS_PROBLEM_SYMBOL,
	 .object = "/lib/a",
	 .name = "x\033",
	 .text = "x"},
	{.kind = ELFDEPS_PROBLEM_SYMBOL, .object = "/lib/a", .name = "y", .text = "y"},
};

static void print_file(const void *data)
{
	struct elfdeps_closure closure = printed_closure();

	diagnosis_file("/bin/prog", &closure, data);
}

static void print_cache(const void *data)
{
	diagnosis_cache(data);
}

static void expect(void (*print)(const void *), struct elfdeps_problems problems,
		   const char *expected)
{
	char *text = printed(print, &problems, NULL);

	assert_string_equal(text, expected);
	free(text);
}

static void a_file_has_a_line_for_each_problem_and_one_more(void **state)
{
	(void)state;
	expect(print_file, (struct elfdeps_problems){found, 1, 1, 0},
	       "/bin/prog: no V1\n/bin/prog: 1 problem in 4 files\n");
	expect(print_file, (struct elfdeps_problems){found, 4, 7, 3},
	       "/bin/prog: no V1\n/bin/prog: /lib/a: note: stale\n"
	       "/bin/prog: 7 problems in 4 files; 2 symbols have to come from the "
	       "program that loads it: x\\x1b, y\n");
	expect(print_file, (struct elfdeps_problems){found + 3, 1, 0, 900},
	       "/bin/prog: no problem in 4 files; 900 symbols have to come from the "
	       "program that loads it: y, …\n");
	expect(print_file, (struct elfdeps_problems){0},
	       "/bin/prog: no problem in 4 files\n");
}

static void the_cache_says_nothing_if_nothing_is_wrong(void **state)
{
	(void)state;
	expect(print_cache, (struct elfdeps_problems){found, 1, 1, 0},
	       "/bin/prog: no V1\n");
	expect(print_cache, (struct elfdeps_problems){0}, "");
}

static void json_has_all_members_of_each(void **state)
{
	const struct elfdeps_problems problems = {found, 4, 1, 3};
	json_t *object = json_object();

	(void)state;
	assert_int_equal(diagnosis_json(object, &problems, NULL), 0);
	json_t *list = json_object_get(object, "problems");
	assert_int_equal(json_array_size(list), 4);
	char *text = json_dumps(json_array_get(list, 0), JSON_SORT_KEYS);
	assert_string_equal(text,
			    "{\"at_start\": true, \"failure\": true, \"kind\": "
			    "\"version\", \"name\": null, \"object\": \"/bin/prog\", "
			    "\"provider\": \"liba.so\", \"text\": \"no V1\", "
			    "\"version\": \"V1\"}");
	free(text);
	json_decref(object);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(a_file_has_a_line_for_each_problem_and_one_more),
		scratch_test(the_cache_says_nothing_if_nothing_is_wrong),
		scratch_test(json_has_all_members_of_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
