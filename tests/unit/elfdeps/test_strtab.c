/* SPDX-License-Identifier: MIT */
/*
 * strtab: strings out of a table in a file, near each other and far apart, good and cut.
 */
#include "tests/unit/unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "elfdeps/strtab.h"

enum { BEFORE = 100, TABLE = 100000, FILE_SIZE = BEFORE + TABLE + 100 };

static const struct {
	uint64_t offset;
	const char *text;
} strings[] = {{0, ""}, {1, "first"}, {7, "second"}, {9000, "far"}, {99990, "last"}};

/* A table full of x between the strings: a string without an end. */
static int make_file(void)
{
	int fd = memfd_create("strtab", MFD_CLOEXEC);
	char *bytes = malloc(FILE_SIZE);

	assert_true(fd >= 0 && bytes);
	memset(bytes, 'x', FILE_SIZE);
	for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++)
		memcpy(bytes + BEFORE + strings[i].offset, strings[i].text,
		       strlen(strings[i].text) + 1);
	bytes[BEFORE + 60000] = '\0';
	assert_int_equal(write(fd, bytes, FILE_SIZE), FILE_SIZE);
	free(bytes);
	return fd;
}

struct fixture {
	struct elffile file;
	struct arena arena;
	struct strtab table;
};

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	assert_non_null(fixture);
	fixture->file = (struct elffile){.fd = make_file(), .size = FILE_SIZE};
	fixture->table = (struct strtab){.file = &fixture->file,
					 .arena = &fixture->arena,
					 .start = BEFORE,
					 .size = TABLE};
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	close(fixture->file.fd);
	arena_free(&fixture->arena);
	free(fixture);
	return 0;
}

static const char *get(struct fixture *fixture, uint64_t offset, size_t limit)
{
	const char *text = "untouched";

	assert_int_equal(strtab_get(&fixture->table, offset, limit, &text, NULL), 0);
	return text;
}

static void gets_strings_in_any_order(void **state)
{
	static const size_t order[] = {1, 4, 0, 3, 2, 2, 4, 1};

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		assert_string_equal(get(*state, strings[order[i]].offset, 4096),
				    strings[order[i]].text);
}

static void a_string_longer_than_the_window_is_read_whole(void **state)
{
	const char *text = get(*state, 20000, 1 << 16);

	assert_non_null(text);
	assert_int_equal(strlen(text), 40000);
}

static void a_string_longer_than_the_limit_is_none(void **state)
{
	assert_null(get(*state, 20000, 4096));
	assert_null(get(*state, 1, 5));
	assert_string_equal(get(*state, 1, 6), "first");
}

static void a_string_outside_or_across_the_end_is_none(void **state)
{
	assert_null(get(*state, TABLE, 4096));
	assert_null(get(*state, UINT64_MAX, 4096));
	assert_null(get(*state, TABLE - 3, 4096));
}

static void a_table_that_ends_behind_the_file_is_cut_there(void **state)
{
	struct fixture *fixture = *state;

	fixture->table.size = UINT64_MAX - BEFORE;
	assert_null(get(fixture, TABLE + 50, 4096));
	assert_null(get(fixture, TABLE + 50000, 4096));
	assert_string_equal(get(fixture, 99990, 4096), "last");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(gets_strings_in_any_order, setup,
						teardown),
		cmocka_unit_test_setup_teardown(
			a_string_longer_than_the_window_is_read_whole, setup, teardown),
		cmocka_unit_test_setup_teardown(a_string_longer_than_the_limit_is_none,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_string_outside_or_across_the_end_is_none, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_table_that_ends_behind_the_file_is_cut_there, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
