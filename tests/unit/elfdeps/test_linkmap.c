/* SPDX-License-Identifier: MIT */
/*
 * linkmap: names, identity, load order and tokens of loaded objects.
 */
#include "tests/unit/unit.h"

#include <errno.h>

#include "world.h"

static void make_three(struct world *world, struct link **links)
{
	elfmaker_file("root/bin/prog", (struct elfmaker){.interp = "/lib/ld.so"});
	elfmaker_file("root/lib/liba.so", (struct elfmaker){.soname = "liba.so.1"});
	elfmaker_file("root/lib/libb.so", (struct elfmaker){.needs = {"x"}});
	world_open(world);
	links[0] = world_link(world, "/bin/prog", NULL);
	links[1] = world_link(world, "/lib/liba.so", links[0]);
	links[2] = world_link(world, "/lib/libb.so", links[1]);
}

static void shows_what_the_file_says(void **state)
{
	struct link *links[3];
	struct world world;

	(void)state;
	make_three(&world, links);
	assert_string_equal(links[1]->shown.path, "/lib/liba.so");
	assert_string_equal(links[1]->shown.soname, "liba.so.1");
	assert_int_equal(links[1]->shown.machine, EM_X86_64);
	assert_int_equal(links[1]->shown.inode, links[1]->object->inode);
	assert_string_equal(links[0]->shown.interp, "/lib/ld.so");
	assert_ptr_equal(links[2]->loaded_by, links[1]);
	world_close(&world);
}

static void the_first_to_have_a_name_keeps_it(void **state)
{
	struct link *links[3];
	struct world world;

	(void)state;
	make_three(&world, links);
	struct store_name *name = world_name(&world, "libx.so");
	linkmap_name(&world.map, links[1], name);
	linkmap_name(&world.map, links[2], name);
	assert_ptr_equal(linkmap_find(&world.map, name), links[1]);
	assert_null(linkmap_find(&world.map, world_name(&world, "liby.so")));
	/* Another map knows nothing of it. */
	struct linkmap *other = linkmap_new(&world.store, &world.arena, NULL);
	assert_null(linkmap_find(other, name));
	world_close(&world);
}

static void an_object_belongs_to_the_map_that_has_it(void **state)
{
	struct link *links[3];
	struct linkmap other = {0};
	struct world world;

	(void)state;
	make_three(&world, links);
	assert_ptr_equal(linkmap_of(&world.map, links[1]->object), links[1]);
	assert_null(linkmap_of(&other, links[1]->object));
	world_close(&world);
}

static void expect_order(const struct linkmap *map, struct link *const *links,
			 size_t count)
{
	const struct link *link = map->first, *last = NULL;

	for (size_t i = 0; i < count; i++) {
		assert_ptr_equal(link, links[i]);
		assert_ptr_equal(link->previous, last);
		last = link;
		link = link->next;
	}
	assert_null(link);
	assert_ptr_equal(map->last, last);
}

static void inserts_and_removes_at_every_place(void **state)
{
	struct link *links[3];
	struct world world;

	(void)state;
	make_three(&world, links);
	linkmap_insert(&world.map, links[1], NULL);
	linkmap_insert(&world.map, links[0], links[1]);
	linkmap_insert(&world.map, links[2], NULL);
	expect_order(&world.map, links, 3);
	linkmap_remove(&world.map, links[1]);
	assert_false(links[1]->listed);
	expect_order(&world.map, (struct link *[]){links[0], links[2]}, 2);
	linkmap_insert(&world.map, links[1], links[2]);
	expect_order(&world.map, links, 3);
	linkmap_remove(&world.map, links[0]);
	linkmap_remove(&world.map, links[2]);
	expect_order(&world.map, &links[1], 1);
	world_close(&world);
}

static void edges_keep_their_order_however_many(void **state)
{
	struct link *links[3];
	struct world world;

	(void)state;
	make_three(&world, links);
	for (size_t i = 0; i < 100; i++) {
		struct elfdeps_edge edge = {.name = "x", .rule = i % 7};

		assert_int_equal(linkmap_edge(&world.map, links[0], &edge, NULL), 0);
	}
	assert_int_equal(links[0]->shown.edge_count, 100);
	for (size_t i = 0; i < 100; i++)
		assert_int_equal(links[0]->shown.edges[i].rule, i % 7);
	world_close(&world);
}

static void origin_is_the_real_folder_of_a_program_and_the_named_one_of_a_library(
	void **state)
{
	struct link *links[3];
	struct origin values;
	struct world world;

	(void)state;
	make_three(&world, links);
	assert_int_equal(symlink("/bin", "root/linked"), 0);
	assert_int_equal(symlink("/lib", "root/liblink"), 0);
	world.map.main = NULL;
	struct link *main = world_link(&world, "/linked/prog", NULL);
	struct link *library = world_link(&world, "/liblink/liba.so", main);
	assert_int_equal(linkmap_tokens(&world.map, main, &values, NULL), 0);
	assert_string_equal(values.origin, "/bin");
	assert_string_equal(values.platform, "x86_64");
	assert_int_equal(linkmap_tokens(&world.map, library, &values, NULL), 0);
	assert_string_equal(values.origin, "/liblink");
	world_close(&world);
}

static void origin_of_a_file_given_to_the_loader_depends_on_its_version(void **state)
{
	struct link *links[3];
	struct origin values;
	struct world world;

	(void)state;
	make_three(&world, links);
	assert_int_equal(symlink("/lib", "root/liblink"), 0);
	world.map.loader_read = true;
	for (unsigned version = 241; version <= 242; version++) {
		world.map.main = NULL;
		struct link *main = world_link(&world, "/liblink/liba.so", NULL);
		world.map.loader.version = version;
		assert_int_equal(linkmap_tokens(&world.map, main, &values, NULL), 0);
		assert_string_equal(values.origin, version < 242 ? "/liblink" : "/lib");
	}
	world_close(&world);
}

static void the_loaders_own_folders_replace_the_usual_ones(void **state)
{
	static const char bytes[] = "\177ELF\0/own/lib/\0";
	const struct loader *loader = NULL;
	struct link *links[3];
	struct world world;

	(void)state;
	elfmaker_save("root/lib64/ld-linux-x86-64.so.2", bytes, sizeof(bytes));
	make_three(&world, links);
	assert_int_equal(linkmap_loader(&world.map, &loader, NULL), 0);
	assert_int_equal(loader->folder_count, 1);
	assert_true(loader_is_default(loader, "/own/lib/libx.so"));
	world_close(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(shows_what_the_file_says),
		scratch_test(the_first_to_have_a_name_keeps_it),
		scratch_test(an_object_belongs_to_the_map_that_has_it),
		scratch_test(inserts_and_removes_at_every_place),
		scratch_test(edges_keep_their_order_however_many),
		scratch_test(
			origin_is_the_real_folder_of_a_program_and_the_named_one_of_a_library),
		scratch_test(origin_of_a_file_given_to_the_loader_depends_on_its_version),
		scratch_test(the_loaders_own_folders_replace_the_usual_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
