/* SPDX-License-Identifier: MIT */
/*
 * filelist: names one a line or behind NULs, and the ones of the command line in front.
 */
#include "tests/unit/unit.h"

#include <errno.h>

#include "elfdeps/filelist.h"
#include "elfmaker.h"
#include "tests/unit/common/scratch.h"

static void expect(const void *bytes, size_t size, const char *const *names)
{
	static const char *const first[] = {"/first"};
	struct filelist list = {0};
	size_t i = 0;

	elfmaker_save("list", bytes, size);
	assert_int_equal(filelist_read(&list, "list", first, 1, NULL), 0);
	assert_string_equal(list.items[0], "/first");
	for (; names[i]; i++)
		assert_string_equal(list.items[i + 1], names[i]);
	assert_int_equal(list.count, i + 1);
	assert_null(list.items[list.count]);
	filelist_free(&list);
}

static void takes_names_line_by_line(void **state)
{
	(void)state;
	expect("/a\n\n/b c\n", 8, (const char *[]){"/a", "/b c", NULL});
	expect("/a\n/end", 7, (const char *[]){"/a", "/end", NULL});
	expect("", 0, (const char *[]){NULL});
}

static void takes_any_name_that_ends_with_a_nul(void **state)
{
	(void)state;
	expect("/a\nb\0\0/c", 8, (const char *[]){"/a\nb", "/c", NULL});
	expect("/a\0", 3, (const char *[]){"/a", NULL});
}

static void names_the_list_that_cannot_be_read(void **state)
{
	struct filelist list = {0};
	struct error err = {0};

	(void)state;
	assert_int_equal(filelist_read(&list, "none", NULL, 0, &err), -ENOENT);
	assert_non_null(strstr(err.text, "none"));
	filelist_free(&list);
	mkdir("folder", 0755);
	assert_int_equal(filelist_read(&list, "folder", NULL, 0, &err), -EISDIR);
	assert_non_null(strstr(err.text, "folder"));
	filelist_free(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(takes_names_line_by_line),
		scratch_test(takes_any_name_that_ends_with_a_nul),
		scratch_test(names_the_list_that_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
