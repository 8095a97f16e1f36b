/* SPDX-License-Identifier: MIT */
/*
 * cacheaudit: entries of an ld.so.cache that lead nowhere or stand in the wrong place.
 */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "resolving.h"

static void write_cache(unsigned char data, uint16_t machine)
{
	const struct elfdeps_cache_entry entries[] = {
		{"liba.so", "/lib/liba.so", machine, ELFCLASS64, data},
		{"libb.so", "/lib/libgone.so", machine, ELFCLASS64, data},
	};
	char *bytes = NULL;
	size_t size = 0;

	assert_int_equal(elfdeps_cache_write(entries, 2, &bytes, &size, NULL), 0);
	elfmaker_save("root/etc/ld.so.cache", bytes, size);
	free(bytes);
}

static void names_the_entries_without_a_file_in_either_byte_order(void **state)
{
	(void)state;
	make_tree();
	for (int big = 0; big < 2; big++) {
		_cleanup_elfdeps_ struct elfdeps *resolver = NULL;
		struct elfdeps_problems problems;

		write_cache(big ? ELFDATA2MSB : ELFDATA2LSB, big ? EM_S390 : EM_X86_64);
		resolver = open_resolver((struct elfdeps_options){0});
		assert_int_equal(elfdeps_check_cache(resolver, &problems, NULL), 0);
		assert_int_equal(problems.count, 1);
		assert_int_equal(problems.failures, 1);
		assert_int_equal(problems.items[0].kind, ELFDEPS_PROBLEM_CACHE);
		assert_string_equal(problems.items[0].object, "/etc/ld.so.cache");
		assert_string_equal(problems.items[0].name, "libb.so");
		assert_string_equal(problems.items[0].provider, "/lib/libgone.so");
	}
}

static void names_an_entry_that_is_out_of_order(void **state)
{
	const struct elfdeps_cache_entry entries[] = {
		{"liba.so", "/lib/liba.so", EM_X86_64, ELFCLASS64, ELFDATA2LSB},
		{"libz.so", "/lib/liba.so", EM_X86_64, ELFCLASS64, ELFDATA2LSB},
	};
	_cleanup_elfdeps_ struct elfdeps *resolver = NULL;
	struct elfdeps_problems problems;
	char *bytes = NULL, held[24];
	size_t size = 0;

	(void)state;
	make_tree();
	assert_int_equal(elfdeps_cache_write(entries, 2, &bytes, &size, NULL), 0);
	/* The header has 48 bytes, an entry 24. */
	memcpy(held, bytes + 48, 24);
	memcpy(bytes + 48, bytes + 72, 24);
	memcpy(bytes + 72, held, 24);
	elfmaker_save("root/etc/ld.so.cache", bytes, size);
	free(bytes);
	resolver = open_resolver((struct elfdeps_options){0});
	assert_int_equal(elfdeps_check_cache(resolver, &problems, NULL), 0);
	assert_int_equal(problems.failures, 1);
	assert_string_equal(problems.items[0].name, "libz.so");
	assert_non_null(strstr(problems.items[0].text, "behind that of liba.so"));
}

static void no_cache_and_a_damaged_one_are_no_problem(void **state)
{
	(void)state;
	make_tree();
	for (int bad = 0; bad < 2; bad++) {
		_cleanup_elfdeps_ struct elfdeps *resolver = NULL;
		struct elfdeps_problems problems;

		if (bad)
			elfmaker_save("root/etc/ld.so.cache", "text", 4);
		resolver = open_resolver((struct elfdeps_options){0});
		assert_int_equal(elfdeps_check_cache(resolver, &problems, NULL), 0);
		assert_int_equal(problems.count, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(names_the_entries_without_a_file_in_either_byte_order),
		scratch_test(names_an_entry_that_is_out_of_order),
		scratch_test(no_cache_and_a_damaged_one_are_no_problem),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
