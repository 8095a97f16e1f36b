/* SPDX-License-Identifier: MIT */
/* Tests of builder/wildcard: patterns in a root, which nothing leads out of. */
#include "workshop.h"

#include "builder/wildcard.h"

static void expect(const char *pattern, const char *const *paths)
{
	_cleanup_sysroot_ struct sysroot root = {.fd = -1};
	_cleanup_strlist_ struct strlist found = {0};
	struct error err = {0};
	size_t count = 0;

	assert_int_equal(sysroot_open("root", &root, &err), 0);
	assert_int_equal(wildcard_expand(&root, pattern, &found, &err), 0);
	for (; paths[count]; count++) {
		assert_true(count < found.count);
		assert_string_equal(found.items[count], paths[count]);
	}
	assert_int_equal(found.count, count);
}

static void finds_what_matches_in_order(void **state)
{
	(void)state;
	workshop_folder("root");
	workshop_folder("root/lib");
	workshop_folder("root/lib/python3.9");
	workshop_folder("root/lib/python3.11");
	workshop_folder("root/lib/.hidden");
	scratch_write("root/lib/python3.11/os.py", "");
	expect("/lib/python3.*",
	       (const char *[]){"/lib/python3.11", "/lib/python3.9", NULL});
	expect("/*/python3.[0-9][0-9]/os.py",
	       (const char *[]){"/lib/python3.11/os.py", NULL});
	expect("/lib/*", (const char *[]){"/lib/python3.11", "/lib/python3.9", NULL});
	expect("/lib/python3.9", (const char *[]){"/lib/python3.9", NULL});
	expect("/none/*", (const char *[]){NULL});
	expect("/lib/python3.11/os.py/*", (const char *[]){NULL});
	assert_true(wildcard_is("a[b]"));
	assert_false(wildcard_is("/a/b"));
}

static void stays_inside_the_root(void **state)
{
	(void)state;
	workshop_folder("root");
	workshop_folder("outside");
	scratch_write("outside/secret", "");
	assert_int_equal(symlink("../outside", "root/up"), 0);
	assert_int_equal(symlink("/nowhere", "root/dangling"), 0);
	expect("/up/*", (const char *[]){NULL});
	expect("/../outside/*", (const char *[]){NULL});
	expect("/d*", (const char *[]){NULL});
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(finds_what_matches_in_order),
		scratch_test(stays_inside_the_root),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
