/* SPDX-License-Identifier: MIT */
/*
 * The reader of ld.so.cache, fed with anything. The property: the libraries read out of it, written
 * again and read again are the same in the same order, once they are sorted; and each of them that
 * is not hidden by an equal one is found by its name.
 */
#include <elf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "elfdeps/elfdeps.h"
#include "elfdeps/ldcache.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_ENTRIES = 512 }; /* of one input: more teach nothing */

static void require(int holds)
{
	if (!holds)
		abort();
}

/* Numbers of ten digits overflow the loader's int: its order of them is none, and a search by
 * halves may miss. ldconfig's files have the same flaw. */
static bool has_long_number(const char *name)
{
	size_t digits = 0;

	for (; *name && digits < 10; name++)
		digits = *name >= '0' && *name <= '9' ? digits + 1 : 0;
	return digits == 10;
}

/* The entries that the writer takes: absolute paths, flags of x86-64 or s390x. */
static size_t collect(const struct ldcache *cache, struct elfdeps_cache_entry *ret)
{
	size_t count = 0;

	for (size_t i = 0; i < cache->count && count < MAX_ENTRIES; i++) {
		struct ldcache_entry entry;

		if (!ldcache_entry_at(cache, i, &entry) || entry.path[0] != '/' ||
		    has_long_number(entry.name))
			continue;
		ret[count++] = (struct elfdeps_cache_entry){
			.name = entry.name,
			.path = entry.path,
			.machine = cache->big ? EM_S390 : EM_X86_64,
			.elf_class = ELFCLASS64,
			.data = cache->big ? ELFDATA2MSB : ELFDATA2LSB,
		};
	}
	return count;
}

/* Every name leads to a path; in a file of our making none is lost. */
static void check_found(const struct ldcache *cache)
{
	struct ldcache_query query = {.flags = cache->big ? 0x0403 : 0x0303, .other = -1};

	for (size_t i = 0; i < cache->count; i++) {
		struct ldcache_entry entry;

		require(ldcache_entry_at(cache, i, &entry));
		query.name = entry.name;
		const char *found = ldcache_find(cache, &query);
		/* A name may have variants alone, which nobody asked for. */
		require(found || (entry.hwcap & LDCACHE_HWCAP_EXTENSION));
	}
}

static void check_again(const struct elfdeps_cache_entry *entries, size_t count, bool big)
{
	struct elfdeps_cache_entry again[MAX_ENTRIES];
	char *first = NULL, *second = NULL;
	size_t first_size, second_size;
	struct ldcache cache;

	if (!count) /* an empty file has the byte order of no machine */
		return;
	require(elfdeps_cache_write(entries, count, &first, &first_size, NULL) == 0);
	require(ldcache_open(first, first_size, big, &cache, NULL) == 0);
	require(cache.count == count && collect(&cache, again) == count);
	check_found(&cache);
	require(elfdeps_cache_write(again, count, &second, &second_size, NULL) == 0);
	require(first_size == second_size && memcmp(first, second, first_size) == 0);
	free(first);
	free(second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const hwcaps[] = {"x86-64-v3", "x86-64-v2", NULL};
	static const char *const names[] = {"libc.so.6", "lib1.so", "", "libz.so.10"};

	for (int big = 0; big < 2; big++) {
		struct elfdeps_cache_entry entries[MAX_ENTRIES];
		struct ldcache cache;

		if (ldcache_open(data, size, big, &cache, NULL) < 0)
			continue;
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
			struct ldcache_query query = {.name = names[i],
						      .flags = 0x0303,
						      .other = 3,
						      .hwcaps = hwcaps};
			const char *found = ldcache_find(&cache, &query);

			require(!found || strlen(found) < size);
		}
		check_again(entries, collect(&cache, entries), big);
	}
	return 0;
}
