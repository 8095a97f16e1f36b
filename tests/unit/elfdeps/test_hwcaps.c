/* SPDX-License-Identifier: MIT */
/*
 * hwcaps: which variants of libraries an option's value stands for.
 */
#include "tests/unit/unit.h"

#include <errno.h>
#include <string.h>

#include "elfdeps/hwcaps.h"

static struct hwcaps parse(const char *text)
{
	struct hwcaps hwcaps;
	struct error err = {0};

	if (hwcaps_parse(text, &hwcaps, &err) < 0)
		fail_msg("%s", err.text);
	return hwcaps;
}

static void none_is_the_base_alone(void **state)
{
	(void)state;
	assert_int_equal(parse(NULL).count, 1);
	assert_null(parse(NULL).sets[0]);
	assert_null(parse("none").sets[0]);
}

static void a_level_stands_for_itself_and_all_below(void **state)
{
	struct hwcaps hwcaps = parse("x86-64-v3");

	(void)state;
	assert_int_equal(hwcaps.count, 1);
	assert_string_equal(hwcaps.sets[0][0], "x86-64-v3");
	assert_string_equal(hwcaps.sets[0][1], "x86-64-v2");
	assert_null(hwcaps.sets[0][2]);
	assert_string_equal(parse("z13").sets[0][0], "z13");
	assert_null(parse("z13").sets[0][1]);
}

static void all_is_the_base_and_then_each_level_there_is(void **state)
{
	struct hwcaps hwcaps = parse("all");

	(void)state;
	assert_int_equal(hwcaps.count, 1 + 3 + 2 + 4);
	assert_null(hwcaps.sets[0]);
	for (size_t i = 1; i < hwcaps.count; i++)
		assert_non_null(hwcaps.sets[i][0]);
}

static void an_unknown_name_is_refused_with_the_known_ones(void **state)
{
	struct hwcaps hwcaps;
	struct error err = {0};

	(void)state;
	assert_int_equal(hwcaps_parse("x86-64-v9", &hwcaps, &err), -EINVAL);
	assert_non_null(strstr(err.text, "x86-64-v9"));
	assert_non_null(strstr(err.hint, "x86-64-v2"));
	assert_int_equal(hwcaps_parse("", &hwcaps, &err), -EINVAL);
}

static void legacy_folders_are_the_hosts_alone(void **state)
{
	const char *const *folders;
	size_t count = 0;

	(void)state;
	assert_null(parse("none").legacy);
	assert_null(parse("all").legacy);
	assert_null(parse("x86-64-v3").legacy);
#if defined(__x86_64__)
	folders = parse("host").legacy->folders;
	while (folders[count])
		count++;
	assert_in_range(count, 5, 15);
	assert_memory_equal(folders[0], "tls/", 4);
	assert_string_equal(folders[count - 1], "x86_64");
#else
	(void)folders;
	(void)count;
#endif
}

#if defined(__x86_64__)
static void the_host_has_one_list_of_its_own_ladder(void **state)
{
	struct hwcaps hwcaps = parse("host");

	(void)state;
	assert_int_equal(hwcaps.count, 1);
	if (hwcaps.sets[0])
		assert_memory_equal(hwcaps.sets[0][0], "x86-64-v", 8);
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(none_is_the_base_alone),
		cmocka_unit_test(a_level_stands_for_itself_and_all_below),
		cmocka_unit_test(all_is_the_base_and_then_each_level_there_is),
		cmocka_unit_test(an_unknown_name_is_refused_with_the_known_ones),
		cmocka_unit_test(legacy_folders_are_the_hosts_alone),
#if defined(__x86_64__)
		cmocka_unit_test(the_host_has_one_list_of_its_own_ladder),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
