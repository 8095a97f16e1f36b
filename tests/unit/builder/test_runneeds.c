/* SPDX-License-Identifier: MIT */
/* Tests of builder/runneeds: the table's words. */
#include "tests/unit/unit.h"

#include <string.h>

#include "builder/runneeds.h"

static const struct usage usage = {
	.name = "libx8.6.so.0", .by = "/opt/y/bin/z", .folder = "/lib/x86_64-linux-gnu"};

static void parts_of_the_program_are_put_in(void **state)
{
	char path[PATH_MAX];

	(void)state;
	assert_true(runneeds_expand("{prefix}/lib/{stem}/{name}", &usage, path));
	assert_string_equal(path, "/opt/y/lib/x8.6/libx8.6.so.0");
	assert_true(runneeds_expand("{libdir}/a", &usage, path));
	assert_string_equal(path, "/usr/lib/x86_64-linux-gnu/a");
	assert_true(runneeds_expand("/etc/x", &usage, path));
	assert_string_equal(path, "/etc/x");
}

static void a_prefix_may_be_the_root(void **state)
{
	const struct usage in_bin = {.name = "z", .by = "/bin/z", .folder = ""};
	const struct usage in_root = {.name = "z", .by = "/z", .folder = ""};
	char path[PATH_MAX];

	(void)state;
	assert_true(runneeds_expand("{prefix}/lib/x", &in_bin, path));
	assert_string_equal(path, "/lib/x");
	assert_true(runneeds_expand("{prefix}/lib/x", &in_root, path));
	assert_string_equal(path, "/lib/x");
	assert_false(runneeds_expand("{prefix}", &in_bin, path));
}

static void what_is_not_known_cannot_be_put_in(void **state)
{
	const struct usage other = {.name = "z", .by = "/bin/z", .folder = ""};
	char path[PATH_MAX], name[PATH_MAX];

	(void)state;
	assert_false(runneeds_expand("{libdir}/a", &other, path));
	assert_false(runneeds_expand("{nonsense}", &other, path));
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	const struct usage large = {.name = name, .by = "/bin/z", .folder = ""};
	assert_false(runneeds_expand("/{name}", &large, path));
}

/* verifyneeds expands what has no *, and matches what has one. */
static void every_row_is_whole(void **state)
{
	char path[PATH_MAX];

	(void)state;
	assert_in_range(runneed_count, 1, 64);
	for (size_t i = 0; i < runneed_count; i++) {
		const struct runneed *need = &runneeds[i];

		assert_true((need->program != NULL) != (need->library != NULL));
		assert_non_null(need->text);
		assert_non_null(need->problem);
		assert_non_null(need->paths[0]);
		for (size_t p = 0; p < RUNNEEDS_PATHS && need->paths[p]; p++)
			assert_false(strchr(need->paths[p], '*') &&
				     strchr(need->paths[p], '{'));
		assert_true(!need->add || runneeds_expand(need->add, &usage, path));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_of_the_program_are_put_in),
		cmocka_unit_test(a_prefix_may_be_the_root),
		cmocka_unit_test(what_is_not_known_cannot_be_put_in),
		cmocka_unit_test(every_row_is_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
