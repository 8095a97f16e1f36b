/* SPDX-License-Identifier: MIT */
/*
 * Tests of common/strlist: the list owns its strings and is ready for execve(2).
 */
#include "tests/unit/unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/strlist.h"

static void is_null_terminated_after_every_addition(void **state)
{
	_cleanup_strlist_ struct strlist list = {0};
	char text[16] = "item";

	(void)state;
	for (size_t i = 0; i < 100; i++) {
		text[4] = (char)('a' + i % 26);
		assert_int_equal(strlist_add(&list, text, NULL), 0);
		assert_int_equal(list.count, i + 1);
		assert_null(list.items[i + 1]);
	}
	assert_string_equal(list.items[0], "itema");
	assert_string_equal(list.items[27], "itemb");
}

static void owns_what_it_takes(void **state)
{
	_cleanup_strlist_ struct strlist list = {0};
	char *text = strdup("mine");

	(void)state;
	assert_int_equal(strlist_take(&list, text, NULL), 0);
	assert_ptr_equal(list.items[0], text);
}

static void takes_null_as_missing_memory(void **state)
{
	_cleanup_strlist_ struct strlist list = {0};
	struct error err = {0};

	(void)state;
	assert_int_equal(strlist_take(&list, NULL, &err), -ENOMEM);
	assert_int_equal(err.code, ENOMEM);
	assert_int_equal(list.count, 0);
}

static void finds_whole_strings_only(void **state)
{
	_cleanup_strlist_ struct strlist list = {0};

	(void)state;
	assert_false(strlist_contains(&list, "a"));
	assert_int_equal(strlist_add(&list, "abc", NULL), 0);
	assert_int_equal(strlist_add(&list, "", NULL), 0);
	assert_true(strlist_contains(&list, "abc"));
	assert_true(strlist_contains(&list, ""));
	assert_false(strlist_contains(&list, "ab"));
	assert_false(strlist_contains(&list, "abcd"));
}

static void sorts_by_bytes(void **state)
{
	static const char *const wanted[] = {"", "B", "a", "ab", "b", "\xc3\xa9"};
	static const char *const given[] = {"b", "\xc3\xa9", "a", "", "B", "ab"};
	_cleanup_strlist_ struct strlist list = {0};

	(void)state;
	strlist_sort(&list);
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(strlist_add(&list, given[i], NULL), 0);
	strlist_sort(&list);
	for (size_t i = 0; i < 6; i++)
		assert_string_equal(list.items[i], wanted[i]);
	assert_null(list.items[6]);
}

static void can_be_used_again_after_it_was_freed(void **state)
{
	struct strlist list = {0};

	(void)state;
	assert_int_equal(strlist_add(&list, "a", NULL), 0);
	strlist_free(&list);
	assert_null(list.items);
	assert_int_equal(strlist_add(&list, "b", NULL), 0);
	assert_int_equal(list.count, 1);
	strlist_free(&list);
	strlist_free(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_null_terminated_after_every_addition),
		cmocka_unit_test(owns_what_it_takes),
		cmocka_unit_test(takes_null_as_missing_memory),
		cmocka_unit_test(finds_whole_strings_only),
		cmocka_unit_test(sorts_by_bytes),
		cmocka_unit_test(can_be_used_again_after_it_was_freed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
