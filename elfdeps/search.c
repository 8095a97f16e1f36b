/* SPDX-License-Identifier: MIT */
/*
 * The order of search. Every stage answers one of: found, go on, or an error that ends the whole
 * closure, because the loader would end the program there. Called by closure.
 */
#include "search.h"

#include <elf.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

/* One search on its way. */
struct search {
	struct linkmap *map;
	struct link *by;
	const char *name;
	size_t name_length;
	struct search_result *found;
	struct error *err;
};

enum { GO_ON = 0, FOUND = 1, END_OF_LIST = 2 };

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
		if (used <= 0)
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

static int fatal(struct search *search, const char *path, const char *reason)
{
	error_set(search->err, ELIBBAD, "%s: %s", path, reason);
	error_hint(search->err,
		   "%s needs %s, and the loader ends the program at this file",
		   search->by->shown.path, search->name);
	return -ELIBBAD;
}

/* Tries one file, as open_verify and open_path do. */
static int try_file(struct search *search, const char *path, enum elfdeps_rule rule)
{
	struct linkmap *map = search->map;
	const struct store_file *file;
	const char *reason;
	int r = store_look(map->store, path, &file, search->err);

	if (r < 0)
		return r;
	if (file->error == ENOENT || file->error == EACCES || file->error == ENOTDIR)
		return GO_ON;
	if (file->error)
		return END_OF_LIST;
	/* What is loaded already is the same object under one more name, whatever it is. */
	if (!linkmap_of(map, file->object)) {
		switch (object_judge(file->object, map->main->object, &reason)) {
		case OBJECT_SKIPPED:
			return GO_ON;
		case OBJECT_FATAL:
			return fatal(search, path, reason);
		case OBJECT_FITS:
			break;
		}
	}
	char *kept = arena_copy(&map->store->arena, path, strlen(path), search->err);
	if (!kept)
		return -ENOMEM;
	*search->found = (struct search_result){
		.object = file->object, .path = kept, .rule = rule};
	return FOUND;
}

static int try_folder(struct search *search, struct store_folder *folder,
		      enum elfdeps_rule rule)
{
	char path[PATH_MAX];
	size_t length = strlen(folder->path),
	       slash = length && folder->path[length - 1] != '/';

	if (folder->state == FOLDER_ABSENT)
		return GO_ON;
	if (length + slash + search->name_length >= sizeof(path))
		return END_OF_LIST; /* ENAMETOOLONG */
	memcpy(path, folder->path, length);
	path[length] = '/';
	memcpy(path + length + slash, search->name, search->name_length + 1);
	int r = try_file(search, path, rule);
	if (r == GO_ON && folder->state == FOLDER_UNKNOWN)
		store_has_folder(search->map->store, folder);
	if (r == FOUND)
		search->found->detail = length ? folder->path : ".";
	return r;
}

/* The variants for better processors stand below the folder: glibc-hwcaps/NAME (ld.so(8)). */
static int try_hwcaps(struct search *search, const struct store_folder *folder,
		      enum elfdeps_rule rule)
{
	const char *const *names = search->map->hwcaps;
	struct store *store = search->map->store;
	const char *end = !folder->path[0] || !strcmp(folder->path, "/") ? "" : "/";
	struct store_folder *sub;
	char path[PATH_MAX];
	int r = GO_ON;

	for (size_t i = 0; names && names[i] && r == GO_ON; i++) {
		int parent = snprintf(path, sizeof(path), "%s%sglibc-hwcaps",
				      folder->path, end);
		int used;

		if (parent < 0 || (size_t)parent >= sizeof(path))
			return END_OF_LIST;
		r = store_folder(store, path, (size_t)parent, &sub, search->err);
		if (r < 0 || !store_has_folder(store, sub))
			return r;
		used = snprintf(path + parent, sizeof(path) - (size_t)parent, "/%s",
				names[i]);
		if (used < 0 || (size_t)(parent + used) >= sizeof(path))
			return END_OF_LIST;
		r = store_folder(store, path, (size_t)(parent + used), &sub, search->err);
		if (r == 0)
			r = try_folder(search, sub, rule);
	}
	return r;
}

static int try_list(struct search *search, const struct folder_list *list,
		    enum elfdeps_rule rule)
{
	for (size_t i = 0; i < list->count; i++) {
		int r = GO_ON;

		if (list->items[i]->state != FOLDER_ABSENT)
			r = try_hwcaps(search, list->items[i], rule);
		if (r == GO_ON)
			r = try_folder(search, list->items[i], rule);
		if (r ==
		    END_OF_LIST) /* open_path gives this list up; later stages still run */
			return GO_ON;
		if (r != GO_ON)
			return r;
	}
	return GO_ON;
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

	if (search->by->object->runpath)
		return GO_ON;
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
	const char *path = map->cache ? ldcache_find(map->cache, &query) : NULL;
	const struct loader *loader;
	int r;

	if (!path)
		return GO_ON;
	if (search->by->object->flags_1 & DF_1_NODEFLIB) {
		r = linkmap_loader(map, &loader, search->err);
		if (r < 0)
			return r;
		if (loader_is_default(loader, path))
			return GO_ON;
	}
	r = try_file(search, path, ELFDEPS_RULE_CACHE);
	return r == END_OF_LIST ? GO_ON : r;
}

static int try_defaults(struct search *search)
{
	struct store_folder *folder;
	const struct loader *loader;
	int r;

	if (search->by->object->flags_1 & DF_1_NODEFLIB)
		return GO_ON;
	r = linkmap_loader(search->map, &loader, search->err);
	for (size_t i = 0; r == GO_ON && i < loader->folder_count; i++) {
		r = store_folder(search->map->store, loader->folders[i].path,
				 loader->folders[i].length, &folder, search->err);
		if (r == 0)
			r = try_hwcaps(search, folder, ELFDEPS_RULE_DEFAULT);
		if (r == GO_ON)
			r = try_folder(search, folder, ELFDEPS_RULE_DEFAULT);
	}
	return r == END_OF_LIST ? GO_ON : r;
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
	if (strchr(name, '/')) {
		r = try_file(&search, name, ELFDEPS_RULE_PATH);
		return r < 0 ? r : 0;
	}
	r = try_rpaths(&search);
	if (r == GO_ON)
		r = try_list(&search, &by->map->library_path, ELFDEPS_RULE_LIBRARY_PATH);
	if (r == GO_ON)
		r = try_runpath(&search);
	if (r == GO_ON)
		r = try_cache(&search);
	if (r == GO_ON)
		r = try_defaults(&search);
	return r < 0 ? r : 0;
}
