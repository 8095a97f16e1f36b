/* SPDX-License-Identifier: MIT */
/*
 * world: a store over the folder "root" of a scratch test, and a link map in it, for the tests of
 * the modules that work on both.
 */
#ifndef TESTS_UNIT_ELFDEPS_WORLD_H
#define TESTS_UNIT_ELFDEPS_WORLD_H

#include "elfdeps/linkmap.h"
#include "elfmaker.h"
#include "tests/unit/common/scratch.h"

struct world {
	struct store store;
	struct arena arena; /* of the link maps */
	struct linkmap map;
};

/* A file that is there. */
static inline struct store_name *world_file(struct world *world, const char *path)
{
	struct store_name *file = NULL;

	assert_int_equal(store_look(&world->store, path, &file, NULL), 0);
	assert_int_equal(file->error, 0);
	return file;
}

static inline struct object *world_object(struct world *world, const char *path)
{
	return world_file(world, path)->object;
}

static inline struct store_name *world_name(struct world *world, const char *text)
{
	struct store_name *name = NULL;

	assert_int_equal(store_name(&world->store, text, &name, NULL), 0);
	return name;
}

/* A loaded object; the first one is the main program. */
static inline struct link *world_link(struct world *world, const char *path,
				      struct link *by)
{
	struct link *link = linkmap_add(&world->map, world_file(world, path), by, NULL);

	assert_non_null(link);
	if (!world->map.main) {
		world->map.main = link;
		world->map.loader = loader_of(link->object);
	}
	return link;
}

static inline void world_open(struct world *world)
{
	*world = (struct world){0};
	mkdir("root", 0755);
	assert_int_equal(store_open("root", &world->store, NULL), 0);
	world->map.store = &world->store;
	world->map.arena = &world->arena;
	world->map.mark = store_mark(&world->store);
}

static inline void world_close(struct world *world)
{
	arena_free(&world->arena);
	store_close(&world->store);
}

#endif
