/* SPDX-License-Identifier: MIT */
/*
 * Follows reasons from entry to entry. Called by explain (the command why) and, a step at a time, by
 * shares.
 */
#include "chain.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/path.h"
#include "common/strmap.h"

const struct entry *chain_next(const struct manifest *manifest, const struct entry *entry,
			       enum chain_end *ret_end)
{
	const char *by = entry->reason.by;

	*ret_end = CHAIN_WHOLE;
	/* Who asks for the folder "/" gets all that is in it: no entry of the image stands for it. And
	 * earlier versions wrote of a symlink that was asked for that it is there for itself. */
	if (!by || !strcmp(by, "/") || !strcmp(by, entry->path))
		return NULL;
	const struct entry *next = manifest_find(manifest, by);
	if (!next)
		*ret_end = CHAIN_BROKEN;
	return next;
}

static int follow(const struct manifest *manifest, const struct entry *entry,
		  struct strmap *seen, struct chain *chain, struct error *err)
{
	while (entry) {
		if (strmap_get(seen, entry->path)) {
			chain->end = CHAIN_CIRCLE;
			return 0;
		}
		int r = strmap_put(seen, entry->path, chain, err);
		if (r == 0)
			r = alloc_grow(&chain->steps, &chain->capacity, chain->count + 1,
				       sizeof(*chain->steps), err);
		if (r < 0)
			return r;
		chain->steps[chain->count++] = entry;
		entry = chain_next(manifest, entry, &chain->end);
	}
	return 0;
}

/* Somebody who writes "bash" means a program; the first one of that name is the best guess. */
static int miss(const struct manifest *manifest, const char *path, struct error *err)
{
	const char *name = path_basename(path);

	if (!strcmp(path, "/")) {
		error_set(err, ENOENT, "every image has the folder /, for no reason");
		return -ENOENT;
	}
	error_set(err, ENOENT, "%s is not in the image", path);
	for (size_t i = 0; i < manifest->count; i++) {
		const char *there = manifest->entries[i]->path;

		if (strcmp(path_basename(there), name) != 0)
			continue;
		error_hint(err, "%s is", there);
		return -ENOENT;
	}
	error_hint(err, "'jailbuild list IMAGE' shows what is in it");
	return -ENOENT;
}

int chain_find(const struct manifest *manifest, const char *path, struct chain *ret,
	       struct error *err)
{
	struct strmap seen = {0};
	char place[PATH_MAX];

	*ret = (struct chain){0};
	int r = manifest_place(manifest, path, place, err);
	if (r < 0)
		return r;
	const struct entry *entry = manifest_find(manifest, place);
	if (!entry)
		return miss(manifest, place, err);
	r = follow(manifest, entry, &seen, ret, err);
	strmap_free(&seen);
	if (r < 0)
		chain_free(ret);
	return r;
}

void chain_free(struct chain *chain)
{
	free(chain->steps);
	*chain = (struct chain){0};
}
