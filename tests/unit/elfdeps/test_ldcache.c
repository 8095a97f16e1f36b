/* SPDX-License-Identifier: MIT */
/*
 * ldcache: reading ld.so.cache files: right ones, ones of another byte order or format, damaged ones.
 */
#include "tests/unit/unit.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "elfdeps/elfdeps.h"
#include "elfdeps/ldcache.h"

static const struct elfdeps_cache_entry libraries[] = {
	{"libb.so.10", "/opt/libb.so.10", EM_X86_64, ELFCLASS64, ELFDATA2LSB},
	{"libb.so.9", "/opt/libb.so.9", EM_X86_64, ELFCLASS64, ELFDATA2LSB},
	{"liba.so", "/opt/one/liba.so", EM_X86_64, ELFCLASS64, ELFDATA2LSB},
	{"liba.so", "/opt/two/liba.so", EM_X86_64, ELFCLASS64, ELFDATA2LSB},
	{"liba.so", "/opt/x32/liba.so", EM_X86_64, ELFCLASS32, ELFDATA2LSB},
	{"libc.so", "/lib/glibc-hwcaps/x86-64-v2/libc.so", EM_X86_64, ELFCLASS64,
	 ELFDATA2LSB},
	{"libc.so", "/lib/glibc-hwcaps/x86-64-v3/libc.so", EM_X86_64, ELFCLASS64,
	 ELFDATA2LSB},
	{"libc.so", "/lib/libc.so", EM_X86_64, ELFCLASS64, ELFDATA2LSB},
};
enum { LIBRARIES = sizeof(libraries) / sizeof(libraries[0]) };

static char *make(size_t *ret_size)
{
	char *data = NULL;

	assert_int_equal(elfdeps_cache_write(libraries, LIBRARIES, &data, ret_size, NULL),
			 0);
	return data;
}

static const char *find(const struct ldcache *cache, const char *name,
			const char *const *hwcaps)
{
	const struct ldcache_query query = {
		.name = name, .flags = 0x0303, .other = -1, .hwcaps = hwcaps};

	return ldcache_find(cache, &query);
}

static int sign(int value)
{
	return (value > 0) - (value < 0);
}

static void compares_runs_of_digits_as_numbers(void **state)
{
	static const struct {
		const char *a, *b;
		int order;
	} cases[] = {
		{"libc.so.6", "libc.so.6", 0},      {"libc.so.6", "libc.so.10", -1},
		{"lib9.so", "lib10.so", -1},        {"lib1.so", "liba.so", 1},
		{"lib.so", "lib.so.1", -1},         {"lib1", "lib", 1},
		{"lib-a.so", "lib_a.so", -1},       {"lib07.so", "lib7.so", 0},
		{"lib4294967297.so", "lib1.so", 0}, {"", "", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(sign(ldcache_compare(cases[i].a, cases[i].b)),
				 cases[i].order);
		assert_int_equal(sign(ldcache_compare(cases[i].b, cases[i].a)),
				 -cases[i].order);
	}
}

static void finds_every_entry_and_the_first_of_equal_ones(void **state)
{
	_cleanup_free_ char *data = NULL;
	struct ldcache cache;
	size_t size;

	(void)state;
	data = make(&size);
	assert_int_equal(ldcache_open(data, size, false, &cache, NULL), 0);
	assert_string_equal(find(&cache, "libb.so.10", NULL), "/opt/libb.so.10");
	assert_string_equal(find(&cache, "libb.so.9", NULL), "/opt/libb.so.9");
	assert_string_equal(find(&cache, "liba.so", NULL), "/opt/one/liba.so");
	assert_string_equal(find(&cache, "libc.so", NULL), "/lib/libc.so");
	assert_null(find(&cache, "libd.so", NULL));
	assert_null(find(&cache, "", NULL));
}

static void the_best_active_variant_wins(void **state)
{
	static const char *const third[] = {"x86-64-v4", "x86-64-v3", "x86-64-v2", NULL};
	static const char *const second[] = {"x86-64-v2", NULL}, *const other[] = {"z13",
										   NULL};
	_cleanup_free_ char *data = NULL;
	struct ldcache cache;
	size_t size;

	(void)state;
	data = make(&size);
	assert_int_equal(ldcache_open(data, size, false, &cache, NULL), 0);
	assert_string_equal(find(&cache, "libc.so", third),
			    "/lib/glibc-hwcaps/x86-64-v3/libc.so");
	assert_string_equal(find(&cache, "libc.so", second),
			    "/lib/glibc-hwcaps/x86-64-v2/libc.so");
	assert_string_equal(find(&cache, "libc.so", other), "/lib/libc.so");
}

static void takes_only_entries_with_its_own_flags(void **state)
{
	const struct ldcache_query x32 = {
		.name = "liba.so", .flags = 0x0803, .other = -1};
	const struct ldcache_query arm = {
		.name = "liba.so", .flags = 0x0a03, .other = -1};
	const struct ldcache_query unknown = {
		.name = "liba.so", .flags = -1, .other = -1};
	_cleanup_free_ char *data = NULL;
	struct ldcache cache;
	size_t size;

	(void)state;
	data = make(&size);
	assert_int_equal(ldcache_open(data, size, false, &cache, NULL), 0);
	assert_string_equal(ldcache_find(&cache, &x32), "/opt/x32/liba.so");
	assert_null(ldcache_find(&cache, &arm));
	assert_null(ldcache_find(&cache, &unknown));
}

static void a_misplaced_entry_is_missed_as_the_loader_misses_it(void **state)
{
	_cleanup_free_ char *data = NULL;
	unsigned char first[LDCACHE_ENTRY_SIZE];
	struct ldcache cache;
	size_t size;

	(void)state;
	data = make(&size);
	/* The file's order: three libc.so, libb.so.10, libb.so.9, three liba.so. */
	char *entries = data + LDCACHE_HEADER_SIZE,
	     *fifth = entries + 4 * LDCACHE_ENTRY_SIZE;
	memcpy(first, entries, sizeof(first));
	memcpy(entries, fifth, sizeof(first));
	memcpy(fifth, first, sizeof(first));
	assert_int_equal(ldcache_open(data, size, false, &cache, NULL), 0);
	assert_null(find(&cache, "libb.so.9", NULL));
	assert_string_equal(find(&cache, "libb.so.10", NULL), "/opt/libb.so.10");
	assert_string_equal(find(&cache, "liba.so", NULL), "/opt/one/liba.so");
	struct ldcache_entry entry;
	assert_true(ldcache_entry_at(&cache, 0, &entry));
	assert_string_equal(entry.name, "libb.so.9");
}

static void refuses_what_is_no_cache_for_this_byte_order(void **state)
{
	_cleanup_free_ char *data = NULL;
	struct ldcache cache;
	size_t size;

	(void)state;
	data = make(&size);
	assert_int_equal(ldcache_open(data, size, true, &cache, NULL), -EINVAL);
	assert_int_equal(ldcache_open(data, LDCACHE_HEADER_SIZE - 1, false, &cache, NULL),
			 -EINVAL);
	/* shorter than its number of entries */
	assert_int_equal(
		ldcache_open(data, LDCACHE_HEADER_SIZE + 24, false, &cache, NULL),
		-EINVAL);
	data[0] = 'G';
	assert_int_equal(ldcache_open(data, size, false, &cache, NULL), -EINVAL);
	assert_int_equal(ldcache_open("", 0, false, &cache, NULL), -EINVAL);
}

static void bad_offsets_end_the_search_without_a_fault(void **state)
{
	static const uint32_t offsets[] = {0xffffffff, 0x7fffffff, 0};
	_cleanup_free_ char *data = NULL;
	struct ldcache cache;
	size_t size;

	(void)state;
	data = make(&size);
	for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++)
		for (size_t at = 0; at < LIBRARIES * LDCACHE_ENTRY_SIZE; at += 4) {
			_cleanup_free_ char *copy = malloc(size);

			assert_non_null(copy);
			memcpy(copy, data, size);
			memcpy(copy + LDCACHE_HEADER_SIZE + at, &offsets[i], 4);
			assert_int_equal(ldcache_open(copy, size, false, &cache, NULL),
					 0);
			/* Any answer is a string inside of the data. */
			const char *found = find(&cache, "libb.so.10", NULL);
			assert_true(!found || (found >= copy &&
					       found + strlen(found) < copy + size));
		}
}

/* The format before 2.2, and with the new one behind it, as ldconfig -c compat makes it. */
static void reads_the_old_format_alone_and_in_front_of_the_new_one(void **state)
{
	unsigned char old[1024] = LDCACHE_OLD_MAGIC;
	const uint32_t count = 1, entry[3] = {3, 0, 8};
	const struct ldcache_query query = {.name = "libo.so", .flags = 3, .other = 1};
	_cleanup_free_ char *data = NULL;
	struct ldcache cache;
	size_t size;

	(void)state;
	memcpy(old + 12, &count, 4);
	memcpy(old + 16, entry, sizeof(entry));
	memcpy(old + 28, "libo.so\0/opt/libo.so", 21);
	assert_int_equal(ldcache_open(old, 49, false, &cache, NULL), 0);
	assert_string_equal(ldcache_find(&cache, &query), "/opt/libo.so");

	data = make(&size);
	assert_true(32 + size <= sizeof(old));
	memcpy(old + 32, data, size);
	assert_int_equal(ldcache_open(old, 32 + size, false, &cache, NULL), 0);
	assert_string_equal(find(&cache, "libb.so.9", NULL), "/opt/libb.so.9");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compares_runs_of_digits_as_numbers),
		cmocka_unit_test(finds_every_entry_and_the_first_of_equal_ones),
		cmocka_unit_test(the_best_active_variant_wins),
		cmocka_unit_test(takes_only_entries_with_its_own_flags),
		cmocka_unit_test(a_misplaced_entry_is_missed_as_the_loader_misses_it),
		cmocka_unit_test(refuses_what_is_no_cache_for_this_byte_order),
		cmocka_unit_test(bad_offsets_end_the_search_without_a_fault),
		cmocka_unit_test(reads_the_old_format_alone_and_in_front_of_the_new_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
