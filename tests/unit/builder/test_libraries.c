/* SPDX-License-Identifier: MIT */
/* Tests of builder/libraries: the list behind the cache. */
#include "workshop.h"

#include "builder/libraries.h"
#include "common/cleanup.h"

static struct library library(const char *name, const char *path, bool general)
{
	return (struct library){.name = name,
				.path = path,
				.machine = 62,
				.class = 2,
				.data = 1,
				.general = general};
}

static void add(struct libraries *libraries, struct library one)
{
	struct error err;

	assert_int_equal(libraries_add(libraries, &one, &err), 0);
}

static void a_library_is_listed_once_and_becomes_general(void **state)
{
	_cleanup_libraries_ struct libraries libraries = {0};
	struct library other = library("a.so", "/l/a.so", false);

	(void)state;
	add(&libraries, library("a.so", "/l/a.so", false));
	add(&libraries, library("a.so", "/l/a.so", true));
	add(&libraries, library("a.so", "/m/a.so", false));
	assert_int_equal(libraries.count, 2);
	assert_true(libraries.items[0]->general);
	assert_true(libraries_have(&libraries, &other));
	other.machine = 40;
	assert_false(libraries_have(&libraries, &other));
}

static void glibc_is_known_by_its_name(void **state)
{
	_cleanup_libraries_ struct libraries libraries = {0};

	(void)state;
	add(&libraries, library("libc.so", "/lib/libc.so", true));
	assert_false(libraries_have_glibc(&libraries));
	add(&libraries, library("libc.so.6", "/lib/libc.so.6", true));
	assert_true(libraries_have_glibc(&libraries));
}

static void of_one_name_the_general_one_comes_first_in_the_cache(void **state)
{
	_cleanup_libraries_ struct libraries libraries = {0}, other = {0};
	_cleanup_free_ char *data = NULL, *again = NULL;
	size_t size, again_size;
	struct error err;

	(void)state;
	add(&libraries, library("a.so", "/own/a.so", false));
	add(&libraries, library("a.so", "/lib/a.so", true));
	assert_int_equal(libraries_cache(&libraries, &data, &size, &err), 0);
	assert_non_null(memmem(data, size, "/own/a.so", 10));
	assert_non_null(memmem(data, size, "/lib/a.so", 10));
	add(&other, library("a.so", "/lib/a.so", true));
	add(&other, library("a.so", "/own/a.so", false));
	assert_int_equal(libraries_cache(&other, &again, &again_size, &err), 0);
	assert_int_equal(size, again_size);
	assert_memory_equal(data, again, size);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(a_library_is_listed_once_and_becomes_general),
		scratch_test(glibc_is_known_by_its_name),
		scratch_test(of_one_name_the_general_one_comes_first_in_the_cache),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
