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
	if (r < 0 || folder->seen_by == list->mark)
		return r;
	folder->seen_by = list->mark;
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
	ret->items = arena_alloc(link->map->arena, count * sizeof(struct store_folder *),
				 err);
	if (!ret->items)
		return -ENOMEM;
	ret->mark = store_mark(link->map->store);
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
		search->found->detail = arena_format(search->map->arena, search->err,
						     "%s, of %s", search->found->detail,
						     link->shown.path);
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

/* All that the answer of the last two stages depends on, beside the name. */
struct scope {
	struct scope *next;
	const struct object *interp; /* its loader's file; NULL: none */
	const struct ldcache *cache;
	const char *const *hwcaps;
	const struct hwcaps_legacy *legacy;
	int32_t cache_flags, cache_other;
	uint16_t machine;
	unsigned char class, data;
};

/* What they found for one name. */
struct usual {
	const struct scope *scope;
	struct search_result result;
};

static bool is_scope_of(const struct scope *scope, const struct linkmap *map)
{
	const struct object *main = map->main->object;

	return scope->interp == (map->interp ? map->interp->object : NULL) &&
	       scope->cache == map->cache && scope->hwcaps == map->hwcaps &&
	       scope->legacy == map->legacy &&
	       scope->cache_flags == map->loader.cache_flags &&
	       scope->cache_other == map->loader.cache_other &&
	       scope->machine == main->machine && scope->class == main->class &&
	       scope->data == main->data;
}

/* The scope of a map: there are as many as kinds of programs. */
static int find_scope(struct linkmap *map, struct error *err)
{
	const struct object *main = map->main->object;
	struct scope *scope = map->store->scopes;

	while (scope && !is_scope_of(scope, map))
		scope = scope->next;
	if (!scope) {
		scope = arena_alloc(&map->store->arena, sizeof(*scope), err);
		if (!scope)
			return -ENOMEM;
		*scope = (struct scope){
			.next = map->store->scopes,
			.interp = map->interp ? map->interp->object : NULL,
			.cache = map->cache,
			.hwcaps = map->hwcaps,
			.legacy = map->legacy,
			.cache_flags = map->loader.cache_flags,
			.cache_other = map->loader.cache_other,
			.machine = main->machine,
			.class = main->class,
			.data = main->data,
		};
		map->store->scopes = scope;
	}
	map->scope = scope;
	return 0;
}

/*
 * Keeps what was found for the next map of the same scope. A file that fits there fits for every
 * program of it; one that was taken because it was loaded already is not kept, nor what is missing.
 */
static int keep_usual(const struct search *search, struct store_name *name)
{
	struct linkmap *map = search->map;
	struct usual *usual;
	const char *reason;

	if (object_judge(search->found->file->object, map->main->object, &reason) !=
	    OBJECT_FITS)
		return 0;
	usual = arena_alloc(&map->store->arena, sizeof(*usual), search->err);
	if (!usual)
		return -ENOMEM;
	*usual = (struct usual){.scope = map->scope, .result = *search->found};
	name->usual = usual;
	return 0;
}

/* The stages that nearly every library of a system is found by, once for each name. */
static int try_system(struct search *search, struct store_name *name)
{
	struct linkmap *map = search->map;
	bool usual = !map->trace && !map->must_be_setuid &&
		     !(search->by->object->flags_1 & DF_1_NODEFLIB);
	int r = usual && !map->scope ? find_scope(map, search->err) : 0;

	if (r < 0)
		return r;
	if (usual && name->usual && name->usual->scope == map->scope) {
		*search->found = name->usual->result;
		return FOUND;
	}
	r = try_cache(search);
	if (r == GO_ON)
		r = try_defaults(search);
	if (r == FOUND && usual && keep_usual(search, name) < 0)
		r = -ENOMEM;
	return r;
}

static int try_places(struct search *search, struct store_name *name)
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
	return r == GO_ON ? try_system(search, name) : r;
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

int search_library(struct link *by, struct store_name *name, struct search_result *ret,
		   struct error *err)
{
	struct search search = {
		.map = by->map,
		.by = by,
		.name = name->text,
		.name_length = strlen(name->text),
		.found = ret,
		.err = err,
	};
	int r;

	*ret = (struct search_result){.rule = ELFDEPS_RULE_MISSING};
	r = strchr(name->text, '/')
		    ? candidate_file(&search, name->text, ELFDEPS_RULE_PATH, NULL)
		    : try_places(&search, name);
	if (r == GO_ON)
		r = give_up(&search);
	return r < 0 ? r : 0;
}
