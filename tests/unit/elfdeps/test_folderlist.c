/* SPDX-License-Identifier: MIT */
/*
 * folderlist: of a folder's names those that can be libraries, found by how they begin.
 */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <unistd.h>

#include "elfdeps/folderlist.h"
#include "tests/unit/common/scratch.h"

static void make(const char *const *names)
{
	for (; *names; names++) {
		int fd = open(*names, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

		assert_true(fd >= 0);
		close(fd);
	}
}

static void read_here(struct arena *arena, size_t limit, struct folderlist *ret)
{
	int fd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(folderlist_read(fd, limit, arena, ret, NULL), 0);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
}

static void expect(const struct folderlist *list, const char *stem,
		   const char *const *names)
{
	_cleanup_strlist_ struct strlist found = {0};
	size_t count = 0;

	assert_int_equal(folderlist_find(list, stem, strlen(stem), &found, NULL), 0);
	for (; names[count]; count++) {
		assert_true(count < found.count);
		assert_string_equal(found.items[count], names[count]);
	}
	assert_int_equal(found.count, count);
}

#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})

static void finds_libraries_by_how_they_begin(void **state)
{
	_cleanup_arena_ struct arena arena = {0};
	struct folderlist list;

	(void)state;
	make(NAMES("liba.so.2", "liba.so", "liba.so.10", "libab.so", "xliba.so", "liba.a",
		   "ld-linux.so.2", "notes.so", "lib"));
	read_here(&arena, 100, &list);
	assert_int_equal(list.count, 5);
	assert_true(list.inode != 0);
	expect(&list, "liba.so", NAMES("liba.so", "liba.so.10", "liba.so.2"));
	expect(&list, "libab.so", NAMES("libab.so"));
	expect(&list, "ld-linux.so", NAMES("ld-linux.so.2"));
	expect(&list, "ba.so", NAMES(NULL));
	expect(&list, "libc.so", NAMES(NULL));
}

static void an_empty_folder_has_nothing(void **state)
{
	_cleanup_arena_ struct arena arena = {0};
	struct folderlist list, unread = {0};

	(void)state;
	read_here(&arena, 100, &list);
	assert_int_equal(list.count, 0);
	expect(&list, "liba.so", NAMES(NULL));
	expect(&unread, "liba.so", NAMES(NULL));
}

static void takes_no_more_than_the_limit(void **state)
{
	_cleanup_arena_ struct arena arena = {0};
	struct folderlist list;

	(void)state;
	make(NAMES("liba.so", "libb.so", "libc.so"));
	read_here(&arena, 2, &list);
	assert_int_equal(list.count, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(finds_libraries_by_how_they_begin),
		scratch_test(an_empty_folder_has_nothing),
		scratch_test(takes_no_more_than_the_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
