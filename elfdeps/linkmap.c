/* SPDX-License-Identifier: MIT */
/*
 * Bookkeeping of one process' objects. Identity is the struct object: store makes one for each
 * (device, inode). Called by closure and search.
 */
#include "linkmap.h"

#include <errno.h>
#include <string.h>

#include "common/alloc.h"
#include "common/path.h"

/* ld.so that is started with a file takes $ORIGIN of its real path, too: glibc bug 25263. */
enum { REALPATH_SINCE = 242 };

struct linkmap *linkmap_new(struct store *store, struct arena *arena, struct error *err)
{
	struct linkmap *map = arena_alloc(arena, sizeof(*map), err);

	if (!map)
		return NULL;
	map->store = store;
	map->arena = arena;
	map->mark = store_mark(store);
	return map;
}

struct link *linkmap_add(struct linkmap *map, struct store_name *file,
			 struct link *loaded_by, struct error *err)
{
	struct link *link = arena_alloc(map->arena, sizeof(*link), err);
	struct object *object = file->object;

	if (!link)
		return NULL;
	link->shown = (struct elfdeps_object){
		.path = file->text,
		.soname = object->soname,
		.interp = object->interp,
		.kind = object->kind,
		.machine = object->machine,
		.elf_class = object->class,
		.data = object->data,
		.device = object->device,
		.inode = object->inode,
	};
	link->map = map;
	link->object = object;
	link->file = file;
	link->loaded_by = loaded_by;
	object->link = link;
	object->map = map->mark;
	return link;
}

void linkmap_name(struct linkmap *map, struct link *link, struct store_name *name)
{
	if (name->map == map->mark)
		return;
	name->map = map->mark;
	name->link = link;
}

struct link *linkmap_find(const struct linkmap *map, const struct store_name *name)
{
	return name->map == map->mark ? name->link : NULL;
}

struct link *linkmap_of(const struct linkmap *map, const struct object *object)
{
	struct link *link = object->map == map->mark ? object->link : NULL;

	return link && link == map->main && object->interp ? NULL : link;
}

void linkmap_insert(struct linkmap *map, struct link *link, struct link *before)
{
	link->next = before;
	link->previous = before ? before->previous : map->last;
	if (link->previous)
		link->previous->next = link;
	else
		map->first = link;
	if (before)
		before->previous = link;
	else
		map->last = link;
	link->listed = true;
}

void linkmap_remove(struct linkmap *map, struct link *link)
{
	if (link->previous)
		link->previous->next = link->next;
	else
		map->first = link->next;
	if (link->next)
		link->next->previous = link->previous;
	else
		map->last = link->previous;
	link->listed = false;
}

/* Edges grow in the arena by doubling: what is left behind is at most as much again. */
int linkmap_edge(struct linkmap *map, struct link *from, const struct elfdeps_edge *edge,
		 struct error *err)
{
	struct elfdeps_object *shown = &from->shown;
	struct elfdeps_edge *edges;

	if (shown->edge_count == from->edge_capacity) {
		size_t capacity = from->edge_capacity ? from->edge_capacity * 2
						      : from->object->need_count + 1;

		edges = arena_alloc(map->arena, capacity * sizeof(*edges), err);
		if (!edges)
			return -ENOMEM;
		if (shown->edge_count)
			memcpy(edges, shown->edges, shown->edge_count * sizeof(*edges));
		shown->edges = edges;
		from->edge_capacity = capacity;
	}
	memcpy(&edges, &shown->edges, sizeof(edges)); /* callers see it const */
	edges[shown->edge_count++] = *edge;
	return 0;
}

/* What a loader's file says is the same for all programs; the flags are those of this one. */
static void take_known(struct loader *loader, const struct loader *known)
{
	int32_t flags = loader->cache_flags, other = loader->cache_other;

	*loader = *known;
	loader->cache_flags = flags;
	loader->cache_other = other;
}

/* Reads the loader's file once for all link maps: to search through it takes as long as a closure. */
static int read_loader(struct linkmap *map, const char *path, struct error *err)
{
	struct store_name *file;
	int r = store_look(map->store, path, &file, err);

	if (r < 0 || file->error)
		return r;
	if (!file->object->loader) {
		struct loader *known = arena_alloc(&map->store->arena, sizeof(*known),
						   err);

		if (!known)
			return -ENOMEM;
		*known = map->loader;
		r = loader_read_folders(map->store, path, known, err);
		if (r < 0)
			return r;
		file->object->loader = known;
	}
	take_known(&map->loader, file->object->loader);
	return 0;
}

void linkmap_trace(const struct link *by, enum elfdeps_rule rule, const char *path,
		   enum elfdeps_verdict verdict, const char *reason)
{
	const struct elfdeps_trace *trace = by->map->trace;
	struct elfdeps_place place = {
		.by = &by->shown,
		.name = by->map->asked_for,
		.rule = rule,
		.path = path,
		.verdict = verdict,
		.reason = reason,
	};

	if (trace)
		trace->look(trace->data, &place);
}

int linkmap_loader(struct linkmap *map, const struct loader **ret, struct error *err)
{
	const char *interp = map->interp ? map->interp->shown.path : map->loader.interp;

	if (!map->loader_read && interp) {
		int r = read_loader(map, interp, err);

		if (r < 0)
			return r;
	}
	map->loader_read = true;
	*ret = &map->loader;
	return 0;
}

static const char *folder_of(struct arena *arena, const char *path, struct error *err)
{
	const char *slash = strrchr(path, '/');
	size_t length = slash ? (size_t)(slash - path) : 0;

	return arena_copy(arena, path, length ? length : 1, err);
}

int linkmap_tokens(struct linkmap *map, struct link *link, struct origin *ret,
		   struct error *err)
{
	const struct loader *loader;
	int r = linkmap_loader(map, &loader, err);

	if (r < 0)
		return r;
	if (!link->origin) {
		const char *path = link == map->main &&
						   (link->shown.interp ||
						    loader->version >= REALPATH_SINCE)
					   ? store_realpath(map->store, map->arena,
							    link->shown.path, err)
					   : store_absolute(map->store, map->arena,
							    link->shown.path, err);

		if (path)
			link->origin = folder_of(map->arena, path, err);
		if (!link->origin)
			return err ? -err->code : -EIO;
	}
	ret->origin = link->origin;
	ret->lib = loader->lib;
	ret->platform = loader->platform;
	ret->secure = map->secure;
	return 0;
}
