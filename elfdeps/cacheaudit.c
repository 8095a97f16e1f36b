/* SPDX-License-Identifier: MIT */
/*
 * An entry is stale if its path leads to no file: the loader silently goes on to its own folders, and a
 * library in any other folder is not found. Called by main through elfdeps.h.
 */
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "elfdeps.h"
#include "problems.h"
#include "resolver.h"

enum { LOOKS_MAX = STORE_MISSES_MAX };

static int add_stale(struct problems *problems, const struct ldcache_entry *entry,
		     int error, struct error *err)
{
	char text[PROBLEMS_NAME_MAX];

	snprintf(text, sizeof(text), "the entry of %.255s leads to %.2047s: %s",
		 entry->name, entry->path, error_words(error));
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

static int audit(struct elfdeps *resolver, const struct ldcache *cache,
		 struct problems *problems, struct error *err)
{
	struct ldcache_entry entry;
	struct stat st;
	int r = 0;

	for (size_t i = 0; i < cache->count && i < LOOKS_MAX && r == 0; i++) {
		if (!ldcache_entry_at(cache, i, &entry))
			continue;
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
