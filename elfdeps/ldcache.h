/* SPDX-License-Identifier: MIT */
/*
 * ldcache: reading ld.so.cache, as the loader does it: a binary search in the file's own order,
 * with every offset checked. See cachewriter for making one. The format is described in glibc's
 * sysdeps/generic/dl-cache.h.
 */
#ifndef ELFDEPS_LDCACHE_H
#define ELFDEPS_LDCACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"

enum { LDCACHE_FILE_MAX = 64 << 20 };

/* Offsets and sizes of the new format; the old one has a header of 16 bytes, entries of 12. */
enum {
	LDCACHE_HEADER_SIZE = 48,
	LDCACHE_ENTRY_SIZE = 24,
	LDCACHE_OLD_HEADER_SIZE = 16,
	LDCACHE_OLD_ENTRY_SIZE = 12,
	LDCACHE_LITTLE_ENDIAN = 2, /* the header's flags */
	LDCACHE_BIG_ENDIAN = 3,
	LDCACHE_TAG_HWCAPS = 1, /* of the extension that lists glibc-hwcaps names */
};
#define LDCACHE_MAGIC "glibc-ld.so.cache1.1"
#define LDCACHE_OLD_MAGIC "ld.so-1.7.0"
#define LDCACHE_EXTENSION_MAGIC 0xeaa42174u
#define LDCACHE_LEGACY_PLATFORMS (UINT64_C(15) << 48)
#define LDCACHE_HWCAP_EXTENSION \
	(UINT64_C(1) << 62) /* of an entry whose hwcap is an index */

/* A view of a cache file's bytes, which must outlive it. Zeroed: an empty cache. */
struct ldcache {
	const unsigned char *strings; /* what string offsets count from */
	size_t strings_size;
	const unsigned char *entries;
	size_t count, entry_size;
	const unsigned char *hwcaps; /* string offsets of glibc-hwcaps names, or NULL */
	size_t hwcap_count;
	bool big; /* byte order */
};

/* One entry, its offsets already turned into strings. */
struct ldcache_entry {
	int32_t flags;
	const char *name, *path;
	uint64_t hwcap;
	const char *hwcap_name; /* of glibc-hwcaps; NULL for a plain entry */
};

/* What a search is for. */
struct ldcache_query {
	const char *name;
	int32_t flags, other; /* entry flags that the loader takes; -1: none */
	const char *const
		*hwcaps; /* active glibc-hwcaps names, best first; NULL-terminated */
	uint64_t legacy,
		legacy_platform; /* active legacy hwcaps, for loaders before 2.37 */
};

/*
 * Looks at `size` bytes at `data` as a cache for programs of byte order `big`. -EINVAL if they are
 * none, or one of the other byte order: the loader then goes on without.
 */
int ldcache_open(const void *data, size_t size, bool big, struct ldcache *ret,
		 struct error *err) _must_check_;

/* The path for a name, NULL if there is none; points into the data. */
const char *ldcache_find(const struct ldcache *cache, const struct ldcache_query *query);

/* Entry `i`; false if its offsets are bad. */
bool ldcache_entry_at(const struct ldcache *cache, size_t i, struct ldcache_entry *ret);

/*
 * Compares two names with runs of digits as numbers, a digit above anything else. The file is in
 * *descending* order of this. Source: _dl_cache_libcmp of elf/dl-cache.c.
 */
int ldcache_compare(const char *a, const char *b);

#endif
