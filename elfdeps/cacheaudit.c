/* SPDX-License-Identifier: MIT */
/*
 * An entry is stale if its path leads to no file: the loader silently goes on to its own folders, and a
 * library in any other folder is not found. Called by main and by builder through elfdeps.h.
 */
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "elfdeps.h"
#include "problems.h"
#include "resolver.h"

enum { LOOKS_MAX = STORE_MISSES_MAX };

static int add_problem(struct problems *problems, const struct ldcache_entry *entry,
		       const char *text, struct error *err)
{
	return problems_add(problems,
			    &(struct elfdeps_problem){
				    .kind = ELFDEPS_PROBLEM_CACHE,
				    .failure = true,
				    .object = "/etc/ld.so.cache",
				    .name = entry->name,
				    .provider = entry->path,
				    .text = text,
			    },
			    err);
}

static int add_stale(struct problems *problems, const struct ldcache_entry *entry,
		     int error, struct error *err)
{
	char text[PROBLEMS_NAME_MAX];

	snprintf(text, sizeof(text), "the entry of %.255s leads to %.2047s: %s",
		 entry->name, entry->path, error_words(error));
	return add_problem(problems, entry, text, err);
}

/* The loader's binary search goes by this order, and misses what stands elsewhere. */
static int add_misplaced(struct problems *problems, const struct ldcache_entry *entry,
			 const char *before, struct error *err)
{
	char text[PROBLEMS_NAME_MAX];

	snprintf(text, sizeof(text),
		 "is not sorted: the entry of %.255s stands behind that of %.255s, and "
		 "the loader can miss libraries that are there",
		 entry->name, before);
	return add_problem(problems, entry, text, err);
}

static int audit(struct elfdeps *resolver, const struct ldcache *cache,
		 struct problems *problems, struct error *err)
{
	struct ldcache_entry entry;
	const char *before = NULL;
	struct stat st;
	int r = 0;

	for (size_t i = 0; i < cache->count && i < LOOKS_MAX && r == 0; i++) {
		if (!ldcache_entry_at(cache, i, &entry))
			continue;
		if (before && ldcache_compare(before, entry.name) < 0)
			r = add_misplaced(problems, &entry, before, err);
		before = entry.name;
		if (r < 0)
			return r;
		int error = -sysroot_stat(&resolver->store.root, entry.path, &st);

		if (error == ENOENT || error == ENOTDIR || error == ELOOP)
			r = add_stale(problems, &entry, error, err);
	}
	return r;
}

int elfdeps_check_cache(struct elfdeps *resolver, struct elfdeps_problems *ret,
			struct error *err)
{
	_cleanup_problems_ struct problems problems = {.arena = &resolver->arena};
	const struct ldcache *cache = NULL;
	int r = resolver_cache(resolver, false, &cache, err);

	if (r == 0 && !cache)
		r = resolver_cache(resolver, true, &cache, err);
	if (r == 0 && cache)
		r = audit(resolver, cache, &problems, err);
	return r < 0 ? r : problems_finish(&problems, ret, err);
}
