/* SPDX-License-Identifier: MIT */
/*
 * The binary search must be the loader's own, step by step: in a file with a misplaced entry the
 * loader misses libraries that a linear search would find. Called by resolver and search.
 */
#include "ldcache.h"

#include <errno.h>
#include <string.h>

static uint32_t get32(const struct ldcache *cache, const unsigned char *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	if (cache->big != (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__))
		value = __builtin_bswap32(value);
	return value;
}

static uint64_t get64(const struct ldcache *cache, const unsigned char *at)
{
	uint64_t first = get32(cache, at), second = get32(cache, at + 4);

	return cache->big ? first << 32 | second : second << 32 | first;
}

/* Finds the list of glibc-hwcaps names; a damaged one is as none, cache_extension_load. */
static void open_extension(struct ldcache *cache, const unsigned char *data, size_t size)
{
	uint32_t start = get32(cache, data + 32), count;

	if (!start || start % 4 || start > size || size - start < 8)
		return;
	count = get32(cache, data + start + 4);
	if (get32(cache, data + start) != LDCACHE_EXTENSION_MAGIC ||
	    count > (size - start - 8) / 16)
		return;
	for (uint32_t i = 0; i < count; i++) {
		const unsigned char *section = data + start + 8 + (size_t)i * 16;
		uint32_t at = get32(cache, section + 8),
			 length = get32(cache, section + 12);

		if (get32(cache, section) != LDCACHE_TAG_HWCAPS || at > size ||
		    length > size - at)
			continue;
		cache->hwcaps = data + at;
		cache->hwcap_count = length / 4;
	}
}

static int open_new(const unsigned char *data, size_t size, struct ldcache *cache,
		    struct error *err)
{
	unsigned order = data[28] & 3u; /* flags; 0 in files made before 2.33 */

	if (order && order != (cache->big ? LDCACHE_BIG_ENDIAN : LDCACHE_LITTLE_ENDIAN))
		return error_set(err, EINVAL, "made for the other byte order");
	cache->count = get32(cache, data + 20);
	cache->entry_size = LDCACHE_ENTRY_SIZE;
	if (cache->count > (size - LDCACHE_HEADER_SIZE) / LDCACHE_ENTRY_SIZE)
		return error_set(err, EINVAL, "shorter than its number of entries");
	cache->entries = data + LDCACHE_HEADER_SIZE;
	cache->strings = data;
	cache->strings_size = size;
	open_extension(cache, data, size);
	return 0;
}

static bool is_new(const unsigned char *data, size_t size)
{
	return size >= LDCACHE_HEADER_SIZE &&
	       !memcmp(data, LDCACHE_MAGIC, strlen(LDCACHE_MAGIC));
}

/* The old format: its entries, then either the new format or its own strings. */
static int open_old(const unsigned char *data, size_t size, struct ldcache *cache,
		    struct error *err)
{
	size_t count = get32(cache, data + 12), behind;

	if (count > (size - LDCACHE_OLD_HEADER_SIZE) / LDCACHE_OLD_ENTRY_SIZE)
		return error_set(err, EINVAL, "shorter than its number of entries");
	behind = LDCACHE_OLD_HEADER_SIZE + count * LDCACHE_OLD_ENTRY_SIZE;
	/* Aligned for its 64-bit member: to 8, on i386 to 4. */
	for (size_t align = 8; align >= 4; align /= 2) {
		size_t start = (behind + align - 1) / align * align;

		if (start <= size && is_new(data + start, size - start))
			return open_new(data + start, size - start, cache, err);
	}
	cache->entries = data + LDCACHE_OLD_HEADER_SIZE;
	cache->count = count;
	cache->entry_size = LDCACHE_OLD_ENTRY_SIZE;
	cache->strings = data + behind;
	cache->strings_size = size - behind;
	return 0;
}

int ldcache_open(const void *data, size_t size, bool big, struct ldcache *ret,
		 struct error *err)
{
	struct ldcache cache = {.big = big};
	int r;

	if (is_new(data, size))
		r = open_new(data, size, &cache, err);
	else if (size >= LDCACHE_OLD_HEADER_SIZE &&
		 !memcmp(data, LDCACHE_OLD_MAGIC, strlen(LDCACHE_OLD_MAGIC)))
		r = open_old(data, size, &cache, err);
	else
		r = error_set(err, EINVAL, "not an ld.so.cache");
	if (r == 0)
		*ret = cache;
	return r;
}

static const char *string_at(const struct ldcache *cache, uint32_t offset)
{
	if (offset >= cache->strings_size ||
	    !memchr(cache->strings + offset, '\0', cache->strings_size - offset))
		return NULL;
	return (const char *)cache->strings + offset;
}

static const char *name_at(const struct ldcache *cache, size_t i)
{
	return string_at(cache, get32(cache, cache->entries + i * cache->entry_size + 4));
}

bool ldcache_entry_at(const struct ldcache *cache, size_t i, struct ldcache_entry *ret)
{
	const unsigned char *at = cache->entries + i * cache->entry_size;
	struct ldcache_entry entry = {.flags = (int32_t)get32(cache, at)};

	entry.name = name_at(cache, i);
	entry.path = string_at(cache, get32(cache, at + 8));
	if (cache->entry_size == LDCACHE_ENTRY_SIZE)
		entry.hwcap = get64(cache, at + 16);
	/* Bits 42 to 61 say nothing yet; an entry that has them is none of the loader's kind. */
	if (entry.hwcap >> 42 == LDCACHE_HWCAP_EXTENSION >> 42) {
		uint32_t index = (uint32_t)entry.hwcap;

		if (index < cache->hwcap_count)
			entry.hwcap_name = string_at(
				cache, get32(cache, cache->hwcaps + (size_t)index * 4));
	}
	if (!entry.name || !entry.path)
		return false;
	*ret = entry;
	return true;
}

static int number(const char **at)
{
	uint32_t value = 0; /* wraps, as the loader's int does */

	for (; **at >= '0' && **at <= '9'; ++*at)
		value = value * 10 + (uint32_t)(**at - '0');
	return (int)value;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

int ldcache_compare(const char *a, const char *b)
{
	while (*a) {
		if (is_digit(*a) && is_digit(*b)) {
			int first = number(&a), second = number(&b);

			if (first != second)
				return (int)((uint32_t)first - (uint32_t)second);
		} else if (is_digit(*a) != is_digit(*b)) {
			return is_digit(*a) ? 1 : -1;
		} else if (*a != *b) {
			break;
		} else {
			a++;
			b++;
		}
	}
	return *a - *b;
}

/* The rank of a glibc-hwcaps name among the active ones, 1 the best; 0: not active. */
static unsigned rank_of(const struct ldcache_query *query, const char *name)
{
	for (unsigned i = 0; query->hwcaps && query->hwcaps[i]; i++)
		if (name && !strcmp(query->hwcaps[i], name))
			return i + 1;
	return 0;
}

/* Whether all legacy hwcaps of an entry are active: none are since 2.37. */
static bool has_legacy(const struct ldcache_query *query, uint64_t hwcap)
{
	uint64_t platform = hwcap & LDCACHE_LEGACY_PLATFORMS;

	return !(hwcap & ~platform & ~query->legacy) &&
	       (!platform || platform == query->legacy_platform);
}

/* The best of the entries from `first` on that have the name. Named variants stand in front. */
static const char *best_from(const struct ldcache *cache, size_t first,
			     const struct ldcache_query *query)
{
	struct ldcache_entry entry;
	const char *best = NULL;
	unsigned best_rank = 0;

	for (size_t i = first; i < cache->count; i++) {
		if (!ldcache_entry_at(cache, i, &entry) ||
		    ldcache_compare(query->name, entry.name) != 0)
			break;
		if (entry.flags < 0 ||
		    (entry.flags != query->flags && entry.flags != query->other))
			continue;
		if (entry.hwcap & LDCACHE_HWCAP_EXTENSION) {
			unsigned rank = rank_of(query, entry.hwcap_name);

			if (rank && (!best || rank < best_rank)) {
				best = entry.path;
				best_rank = rank;
			}
			continue;
		}
		if (best_rank)
			break;
		if (!has_legacy(query, entry.hwcap))
			continue;
		best = entry.path;
		if (entry.flags == query->flags)
			break;
	}
	return best;
}

const char *ldcache_find(const struct ldcache *cache, const struct ldcache_query *query)
{
	long left = 0, right = (long)cache->count - 1;

	while (left <= right) {
		long middle = (left + right) / 2;
		const char *name = name_at(cache, (size_t)middle);

		if (!name)
			return NULL;
		int order = ldcache_compare(query->name, name);
		if (order == 0) {
			while (middle > 0 &&
			       (name = name_at(cache, (size_t)middle - 1)) &&
			       ldcache_compare(query->name, name) == 0)
				middle--;
			return best_from(cache, (size_t)middle, query);
		}
		if (order < 0)
			left = middle + 1;
		else
			right = middle - 1;
	}
	return NULL;
}
