/* SPDX-License-Identifier: MIT */
/*
 * The order of search. Every stage answers one of: found, go on, or an error that ends the whole
 * closure, because the loader would end the program there. Called by closure.
 */
#include "search.h"

#include <elf.h>
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "candidate.h"
#include "common/path.h"
#include "ldconf.h"

/* $ORIGIN of a secure program must lead below one of the loader's own folders: a hard link elsewhere
 * would give it another value (_dl_dst_substitute, is_trusted_path_normalize). */
static bool is_trusted(const struct link *link, const char *text, size_t length,
		       const char *expanded)
{
	char normal[PATH_MAX], joined[PATH_MAX];
	bool origin;

	if (!link->map->secure || link != link->map->main)
		return true;
	origin_count(text, length, &origin);
	if (!origin)
		return true;
	/* With a slash behind it, as a folder of the loader's own is trusted itself. */
	return expanded[0] == '/' &&
	       path_normalize(expanded, normal, sizeof(normal), NULL) == 0 &&
	       path_join(normal, "x", joined, sizeof(joined), NULL) == 0 &&
	       loader_is_default(&link->map->loader, joined);
}

/* One element of a path list. An empty element is the current folder, whatever the tokens say. */
static int split_element(struct link *link, const char *text, size_t length,
			 struct folder_list *list, struct error *err)
{
	char expanded[PATH_MAX];
	struct store_folder *folder;
	struct origin values;
	int r, used = 0;

	if (length && memchr(text, '$', length)) {
		r = linkmap_tokens(link->map, link, &values, err);
		if (r < 0)
			return r;
		used = origin_expand(&values, text, length, expanded, sizeof(expanded));
		if (used <= 0 || !is_trusted(link, text, length, expanded))
			return 0;
		text = expanded;
		length = (size_t)used;
	}
	while (length > 1 && text[length - 1] == '/')
		length--;
	if (length >= PATH_MAX) /* no file can be opened below it */
		return 0;
	r = store_folder(link->map->store, text, length, &folder, err);
	if (r < 0 || folder->seen_by == list->items)
		return r;
	folder->seen_by = list->items;
	list->items[list->count++] = folder;
	return 0;
}

int search_split(struct link *link, const char *text, const char *separators,
		 struct folder_list *ret, struct error *err)
{
	size_t count = 1;

	*ret = (struct folder_list){.ready = true};
	if (!text || !text[0])
		return 0;
	for (const char *at = text; (at = strpbrk(at, separators)); at++)
		count++;
	ret->items = arena_alloc(&link->map->store->arena,
				 count * sizeof(struct store_folder *), err);
	if (!ret->items)
		return -ENOMEM;
	for (const char *at = text;; at++) {
		size_t length = strcspn(at, separators);
		int r = split_element(link, at, length, ret, err);

		if (r < 0)
			return r;
		at += length;
		if (!*at)
			return 0;
	}
}

static int try_list(struct search *search, const struct folder_list *list,
		    enum elfdeps_rule rule)
{
	int r = GO_ON;

	for (size_t i = 0; i < list->count && r == GO_ON; i++)
		r = candidate_folder(search, list->items[i], rule);
	/* open_path gives this list up; later stages still run */
	return r == END_OF_LIST ? GO_ON : r;
}

static int try_rpath_of(struct search *search, struct link *link)
{
	struct folder_list *list = &link->rpath;
	int r = 0;

	if (!link->object->rpath)
		return GO_ON;
	if (!list->ready)
		r = search_split(link, link->object->rpath, ":", list, search->err);
	if (r == 0)
		r = try_list(search, list, ELFDEPS_RULE_RPATH);
	if (r == FOUND && link != search->by) {
		search->found->detail = arena_format(
			&search->map->store->arena, search->err, "%s, of %s",
			search->found->detail, link->shown.path);
		if (!search->found->detail)
			return -ENOMEM;
	}
	return r;
}

/* DT_RPATH is inherited along the chain of who loaded whom; DT_RUNPATH of `by` rules it out. An
 * ancestor with DT_RUNPATH has no DT_RPATH to give, but the climb goes on past it. */
static int try_rpaths(struct search *search)
{
	bool saw_main = false;
	int r = GO_ON;

	if (search->by->object->runpath) {
		candidate_trace(search, ELFDEPS_RULE_RPATH, NULL, ELFDEPS_SKIPPED,
				"ruled out by DT_RUNPATH of the one that asks");
		return GO_ON;
	}
	for (struct link *link = search->by; link && r == GO_ON; link = link->loaded_by) {
		r = try_rpath_of(search, link);
		saw_main |= link == search->map->main;
	}
	if (r == GO_ON && !saw_main)
		r = try_rpath_of(search, search->map->main);
	return r;
}

static int try_runpath(struct search *search)
{
	struct link *by = search->by;
	int r = 0;

	if (!by->object->runpath)
		return GO_ON;
	if (!by->runpath.ready)
		r = search_split(by, by->object->runpath, ":", &by->runpath, search->err);
	return r < 0 ? r : try_list(search, &by->runpath, ELFDEPS_RULE_RUNPATH);
}

static int try_cache(struct search *search)
{
	struct linkmap *map = search->map;
	struct ldcache_query query = {
		.name = search->name,
		.flags = map->loader.cache_flags,
		.other = map->loader.cache_other,
		.hwcaps = map->hwcaps,
	};
	const struct loader *loader;
	const char *path;
	int r;

	if (map->must_be_setuid) {
		candidate_trace(search, ELFDEPS_RULE_CACHE, NULL, ELFDEPS_SKIPPED,
				"not for preloads of a set-id program");
		return GO_ON;
	}
	if (map->legacy && candidate_is_older(search, LEGACY_GONE)) {
		query.legacy = map->legacy->bits;
		query.legacy_platform = map->legacy->platform;
	}
	path = map->cache ? ldcache_find(map->cache, &query) : NULL;
	if (!path) {
		candidate_trace(search, ELFDEPS_RULE_CACHE, NULL, ELFDEPS_ABSENT,
				map->cache ? "no entry"
					   : "no cache that this loader reads");
		return GO_ON;
	}
	if (search->by->object->flags_1 & DF_1_NODEFLIB) {
		r = linkmap_loader(map, &loader, search->err);
		if (r < 0)
			return r;
		if (loader_is_default(loader, path)) {
			candidate_trace(search, ELFDEPS_RULE_CACHE, path, ELFDEPS_SKIPPED,
					"default folders are ruled out by DF_1_NODEFLIB");
			return GO_ON;
		}
	}
	return candidate_file(search, path, ELFDEPS_RULE_CACHE, NULL);
}

static int try_defaults(struct search *search)
{
	struct store_folder *folder;
	const struct loader *loader;
	int r;

	if (search->by->object->flags_1 & DF_1_NODEFLIB) {
		candidate_trace(search, ELFDEPS_RULE_DEFAULT, NULL, ELFDEPS_SKIPPED,
				"ruled out by DF_1_NODEFLIB");
		return GO_ON;
	}
	r = linkmap_loader(search->map, &loader, search->err);
	for (size_t i = 0; r == GO_ON && i < loader->folder_count; i++) {
		r = store_folder(search->map->store, loader->folders[i].path,
				 loader->folders[i].length, &folder, search->err);
		if (r == 0)
			r = candidate_folder(search, folder, ELFDEPS_RULE_DEFAULT);
	}
	return r == END_OF_LIST ? GO_ON : r;
}

static int try_places(struct search *search)
{
	int r = try_rpaths(search);

	if (r == GO_ON && search->map->path_ignored)
		candidate_trace(search, ELFDEPS_RULE_LIBRARY_PATH, NULL, ELFDEPS_SKIPPED,
				"not for a set-id program");
	if (r == GO_ON)
		r = try_list(search, &search->map->library_path,
			     ELFDEPS_RULE_LIBRARY_PATH);
	if (r == GO_ON)
		r = try_runpath(search);
	if (r == GO_ON)
		r = try_cache(search);
	if (r == GO_ON)
		r = try_defaults(search);
	return r;
}

/* Nowhere: what would help is said with the missing name. */
static int give_up(struct search *search)
{
	struct store *store = search->map->store;
	int r = 0;

	if (search->saw_relative)
		search->found->detail = SEARCH_NO_CURRENT;
	else if (!strchr(search->name, '/') && !search->map->must_be_setuid)
		r = ldconf_advise(store, search->name, search->map->main->object,
				  &search->found->detail, search->err);
	candidate_trace(search, ELFDEPS_RULE_MISSING, NULL, ELFDEPS_NOWHERE,
			search->found->detail);
	return r;
}

int search_library(struct link *by, const char *name, struct search_result *ret,
		   struct error *err)
{
	struct search search = {
		.map = by->map,
		.by = by,
		.name = name,
		.name_length = strlen(name),
		.found = ret,
		.err = err,
	};
	int r;

	*ret = (struct search_result){.rule = ELFDEPS_RULE_MISSING};
	r = strchr(name, '/') ? candidate_file(&search, name, ELFDEPS_RULE_PATH, NULL)
			      : try_places(&search);
	if (r == GO_ON)
		r = give_up(&search);
	return r < 0 ? r : 0;
}
